"""The environment of the handlers on a laptop: their settings, the endpoints of moto, and invented credentials."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from functions.providers import ROWS
from functions.settings import Settings
from local import credentials
from local.aws.gateway_server import Urls

NAME = "hotline-laptop"
SECRETS = "/hotline/laptop"
STAGE = "laptop"
TOKEN = "0" * 32
PUBLIC_URL = "https://hotline.example"
RELAY_URL = "wss://relay.hotline.example/laptop"
MOTO_ACCOUNT = "123456789012"
SESSION_FUNCTION = "hotline-laptop-default"
CALLS_FUNCTION = "hotline-laptop-calls"
CALLER_ID = "+15550100"
ACCOUNT = "AC" + "0" * 31 + "1"
SERVICE = "hotline"
FOLLOW_UPS = "-follow-ups"
"""The suffix of the name of the queue of calls that may be over."""


@contextmanager
def environ(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables until the block ends."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def settings_of(aws: str, model: str, model_id: str) -> Settings:
    """Return the settings of a line whose moto is at `aws`, with models as MODEL names them."""
    # moto has one state for all lines of a process; the port in the name keeps their tables and queues apart.
    name = f"{NAME}-{urlsplit(aws).port}"
    queues = f"{aws}/{MOTO_ACCOUNT}/{name}"
    settings = Settings(
        table=name,
        private_table=f"{name}-private",
        do_not_call_table=f"{name}-do-not-call",
        public_url=PUBLIC_URL,
        relay_url=RELAY_URL,
        secrets=SECRETS,
        session_function=SESSION_FUNCTION,
        reminders=queues,
        follow_ups=f"{queues}{FOLLOW_UPS}",
        schedule_group=name,
        schedule_role=f"arn:aws:iam::{MOTO_ACCOUNT}:role/{NAME}",
        calls_function=f"arn:aws:lambda:{region()}:{MOTO_ACCOUNT}:function:{CALLS_FUNCTION}",
        caller_id=CALLER_ID,
    ).with_model(model, model_id)
    # Calls on a laptop are summarized by its own model: it may lack the keys of those that agents name.
    settings = replace(settings, after_model=str(settings.models[0]))
    return settings.with_providers(credentials.settings_of(settings.models))


def environment(urls: Urls, aws: str, settings: Settings, table: str) -> dict[str, str]:
    """Return the environment of the handlers. Credentials are invented unless a real model needs real ones."""
    made_up = {"AWS_ACCESS_KEY_ID": "laptop", "AWS_SECRET_ACCESS_KEY": "laptop", "AWS_EC2_METADATA_DISABLED": "true"}
    return {
        **settings.environment(),
        **({} if any(one.provider.services for one in settings.models) else made_up),
        "AWS_REGION": region(),
        "AWS_DEFAULT_REGION": region(),
        "AWS_ENDPOINT_URL_DYNAMODB": table,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": table,
        "AWS_ENDPOINT_URL_EVENTBRIDGE": aws,
        "AWS_ENDPOINT_URL_SCHEDULER": aws,
        "AWS_ENDPOINT_URL_SSM": aws,
        "AWS_ENDPOINT_URL_SQS": aws,
        "AWS_ENDPOINT_URL_LAMBDA": urls.functions,
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": urls.callback,
        "POWERTOOLS_SERVICE_NAME": SERVICE,
        "HOTLINE_LIMITS": "off",
        "HOTLINE_CONSENT": "off",
    }


def model_endpoints(region: str) -> dict[str, str]:
    """Return the endpoints of models in AWS, by the SDK's names: moto for tools does not change them."""
    services = {service for row in ROWS for service in row.services}
    variables = {f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}": service for service in services}
    return {name: os.environ.get(name) or f"https://{one}.{region}.amazonaws.com" for name, one in variables.items()}


def region() -> str:
    """Return the Region whose services the handlers and moto use."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "eu-central-1"
