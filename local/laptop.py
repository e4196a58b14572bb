"""The laptop line: the handlers behind the gateway, moto for the table and the secrets, and a phone to call them.

The handlers are those that run in Lambda. What differs is their environment, so it is set here, before they are
imported: endpoints by the names that the SDKs define, and settings by the names that `functions.settings` reads.
"""

import importlib
import io
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from functions.settings import ModelName, Settings
from local.gateway_server import Gateway, Urls
from local.phone import Phone

TABLE = "hotline-laptop"
SECRETS = "/hotline/laptop"
STAGE = "laptop"
TOKEN = "0" * 32
PUBLIC_URL = "https://hotline.example"
RELAY_URL = "wss://relay.hotline.example/laptop"
SESSION_FUNCTION = "hotline-laptop-default"


@dataclass(frozen=True, slots=True)
class Laptop:
    """A running laptop line: its gateway, where that is reached, and where the handlers' own log goes."""

    gateway: Gateway
    urls: Urls
    log: Path

    def phone(self, **options: Any) -> Phone:
        """Return a phone whose calls this line answers; `options` are those of `Phone`."""
        connect = {RELAY_URL: self.urls.websocket}
        return Phone(f"{self.urls.http}/voice", TOKEN, public_url=PUBLIC_URL, connect=connect, **options)


@contextmanager
def laptop(model: ModelName, model_id: str = "", log: Path = Path(".build/functions.log")) -> Iterator[Laptop]:
    """Run the laptop line. The handlers' modules read their environment once, so a process has one line at most.

    Raises SettingsError for a model without its key or credentials.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    gateway, aws = Gateway(stage=STAGE), ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    aws.start()
    urls = gateway.start()
    try:
        host, port = aws.get_host_and_port()
        os.environ |= environment(urls, f"http://{host}:{port}", model, model_id)
        prepare(os.environ.get("ANTHROPIC_API_KEY", ""))
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as written:
            route(gateway, handlers(written))
            yield Laptop(gateway, urls, log)
            gateway.settled()
    finally:
        gateway.close()
        aws.stop()


def environment(urls: Urls, aws: str, model: ModelName, model_id: str) -> dict[str, str]:
    """Return what the handlers' environment holds; credentials are made up unless a real model needs real ones."""
    settings = Settings(TABLE, PUBLIC_URL, RELAY_URL, SECRETS, model, model_id, SESSION_FUNCTION)
    made_up = {"AWS_ACCESS_KEY_ID": "laptop", "AWS_SECRET_ACCESS_KEY": "laptop", "AWS_EC2_METADATA_DISABLED": "true"}
    return {
        **settings.environment(),
        **({} if model == "bedrock" else made_up),
        "AWS_REGION": (
            region := os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "eu-central-1"
        ),
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL_DYNAMODB": aws,
        "AWS_ENDPOINT_URL_SSM": aws,
        "AWS_ENDPOINT_URL_LAMBDA": urls.functions,
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": urls.callback,
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "hotline",
    }


def prepare(model_key: str) -> None:
    """Make the table as the State stack does, and set the secrets as its user does."""
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "log", "KeyType": "HASH"}, {"AttributeName": "key", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "log", "AttributeType": "S"},
            {"AttributeName": "key", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    secrets = {"twilio-auth-token": TOKEN} | ({"anthropic-api-key": model_key} if model_key else {})
    for name, value in secrets.items():
        boto3.client("ssm").put_parameter(Name=f"{SECRETS}/{name}", Value=value, Type="SecureString", Overwrite=True)


def handlers(log: io.TextIOBase | Any) -> Mapping[str, ModuleType]:
    """Import the handlers' modules, their loggers writing to a file: they take standard output as they find it."""
    with redirect_stdout(log):
        return {name: importlib.import_module(f"functions.{name}") for name in _NAMES}


def route(gateway: Gateway, modules: Mapping[str, ModuleType]) -> None:
    """Put the handlers behind the routes that the Service stack gives them."""
    gateway.route(
        websocket={f"${name}": modules[name].handler for name in ("connect", "default", "disconnect")},
        http={"POST /voice": modules["twiml"].handler, "POST /relay-ended": modules["twiml"].handler},
        functions={SESSION_FUNCTION: modules["default"].handler},
    )


_NAMES = ("twiml", "connect", "default", "disconnect")
