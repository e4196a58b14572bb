"""`make tunnel-run`: puts the laptop line behind an HTTPS tunnel, so that a real phone reaches it.

Use any tunnel that leads a public https address, for webhooks and WebSockets, to one port here: ngrok, cloudflared
and others. As in AWS, the account's auth token proves that requests come from Twilio. You type it, or set
TWILIO_AUTH_TOKEN; it is stored nowhere.
"""

import argparse
import contextlib
import getpass
import json
import os
import re
import sys
import threading
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from functions.providers import OFFLINE, chosen
from local.credentials import add_model_options, missing
from local.dev_stack import DevStack, Public, dev_stack
from local.environment import STAGE
from local.start import ended_by_ctrl_c

PORT = 8000

PASTE = """
In Twilio's console, Phone Numbers, your number, Voice configuration, paste:
  A call comes in         Webhook  {url}/voice        HTTP POST
  Primary handler fails   Webhook  {url}/fallback     HTTP POST
  Call status changes              {url}/call-status  HTTP POST
Once for an account: accept the AI addendum under Voice, Settings.
The WebSocket needs no setting: the answer to a call names {relay_url}.
"""

NOT_YET = """The tunnel does not lead here yet. Start it in another terminal, for example:
  ngrok http {port}
  cloudflared tunnel --url http://127.0.0.1:{port}
and check that its address is {url}; waiting …"""


def main(arguments: list[str] | None = None) -> int:
    """Run the line until Ctrl-C; return 0, or 2 if something is missing."""
    given = _parser().parse_args(arguments)
    if lack := missing(chosen(given.model, given.model_id)):
        _say(lack)
        return 2
    if not (token := _token()):
        _say("The auth token is missing: 32 digits or letters a to f, from the first page of Twilio's console.")
        return 2
    public = Public(given.url, f"wss://{urlsplit(given.url).netloc}/{STAGE}", token)
    _say(f"Starting the laptop line for {given.url}: callers of your number talk to the agent on this laptop …")
    with contextlib.ExitStack() as running:
        with ended_by_ctrl_c():
            line = running.enter_context(dev_stack(given.model, given.model_id, public=public, port=given.port))
        running.enter_context(contextlib.suppress(KeyboardInterrupt))
        _follow(line)
    _say("Ended. Your number reaches nothing now: point it back, or at a deployment with make number.")
    return 0


def _follow(line: DevStack) -> None:
    """Print how to reach the line, then follow the handlers' log, until Ctrl-C."""
    port = urlsplit(line.urls.http).port
    _say(f"Ready on port {port}.{PASTE.format(url=line.public.url, relay_url=line.public.relay_url)}")
    ended = threading.Event()
    follower = threading.Thread(target=_tell, args=(line.log, ended), name="follower", daemon=True)
    try:
        follower.start()
        if not _leads_here(line.public.url):
            _say(NOT_YET.format(port=port, url=line.public.url))
            while not _leads_here(line.public.url):
                ended.wait(2.0)
        _say("The tunnel leads here. Call your number. Ctrl-C ends.")
        while True:
            ended.wait(3600.0)
    finally:
        ended.set()
        if follower.is_alive():  # Ctrl-C may come before it has begun
            follower.join()


def _leads_here(url: str) -> bool:
    """Return whether the fallback's apology, which needs no signature, arrives through the tunnel."""
    with contextlib.suppress(OSError, ValueError):
        request = urllib.request.Request(f"{url}/fallback", data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=5.0) as answer:
            return b"<Response>" in answer.read()
    return False


def _tell(log: Path, ended: threading.Event) -> None:
    """Print the message of each line that is logged from now on: no line holds a word of a call."""
    with log.open() as lines:
        lines.seek(0, os.SEEK_END)
        while not ended.wait(0.2):
            for line in lines:
                with contextlib.suppress(ValueError):
                    found = json.loads(line)
                    _say(f"  {found.get('level', ''):8} {found.get('message', '')}")


def _token() -> str:
    """Return the auth token; empty if the text cannot be one."""
    try:
        given = os.environ.get("TWILIO_AUTH_TOKEN") or getpass.getpass("Twilio auth token (not shown): ")
    except EOFError:
        given = ""
    return given.strip() if re.fullmatch(r"[0-9a-f]{32}", given.strip()) else ""


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise argparse.ArgumentTypeError(f"{text!r} is not the tunnel's address, such as https://abc.ngrok.app")
    return f"https://{parts.netloc}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make tunnel-run", description=__doc__)
    parser.add_argument("url", type=_url, help="the address of the tunnel, such as https://abc.ngrok.app")
    parser.add_argument("--port", type=int, default=PORT, help="the port on this machine to which the tunnel leads")
    add_model_options(parser, OFFLINE.name)
    return parser


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
