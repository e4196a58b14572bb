"""`make run`: a call in the terminal and a page beside it, or a scripted call where standard input is no terminal."""

import argparse
import importlib
import os
import sys
import time
import webbrowser
from typing import get_args

from functions.providers import OFFLINE, Choice, chosen
from local import dotenv
from local.cli.script import play
from local.cli.terminal import aside, talk
from local.credentials import add_model_options, missing
from local.dev_stack import DevStack, ToolsAws, dev_stack
from local.page.agents import fault
from local.page.controller import Controller
from local.page.server import Server

PORT = 8642
"""Where the page is if nothing else is there, so that one that is open finds the next run again."""

LINGER = 2.0
"""Seconds without an open page after which nobody looks any more: a page that is reloaded is away for a moment."""

OFFLINE_NOTE = "The model is the built-in offline one: it knows a few words. MODEL=… talks to a real one."


TOOLS_NOTE: dict[ToolsAws, str] = {
    "moto": "AWS calls of tools go to moto on this machine; AWS=account sends them to your account.",
    "account": "AWS calls of tools go to your AWS account, for real.",
}


def main() -> int:
    """Run the laptop line and carry one call on it; return the exit status."""
    try:
        dotenv.load()
    except dotenv.DotenvError as error:
        print(error, file=sys.stderr)
        return 2
    arguments = _arguments()
    models = chosen(arguments.model, arguments.model_id)
    if lack := missing(models) or _broken():
        print(lack, file=sys.stderr)
        return 2
    _say(
        "Starting the laptop line: the handlers behind an API Gateway emulator, moto for the table and the secrets …"
    )
    began = time.monotonic()
    with dev_stack(arguments.model, arguments.model_id) as line, line.tools(arguments.aws):
        _say(f"Ready after {time.monotonic() - began:.1f} s. The handlers write their log to {line.log}.")
        _say(TOOLS_NOTE[arguments.aws])
        offline = models[0].provider is OFFLINE
        _say(OFFLINE_NOTE if offline else f"The model is {_named(models)}, for real.")
        if arguments.script or not sys.stdin.isatty():
            # By its third sentence the offline model's story has streamed whole: the cut drops only what waits.
            return play(line, "three" if offline else " ")
        return _talk(line, arguments)


def _talk(line: DevStack, arguments: argparse.Namespace) -> int:
    """Carry a call in the terminal with the page beside it, which stays for as long as somebody looks at it."""
    controller = Controller(line, arguments.model, arguments.model_id, say=aside, speed=arguments.speed)
    with controller.running(), Server(controller, arguments.port).running() as page:
        _say(f"The softphone and the inspector are at {page.url}")
        if not arguments.no_browser and desktop():
            webbrowser.open(page.url)
        status = talk(line)
        linger(page)
        return status


def _named(models: tuple[Choice, ...]) -> str:
    """Return the models in words, in the order in which they are asked."""
    return ", then ".join(f"{one.model_id} of {one.provider.label}" for one in models)


def linger(page: Server) -> None:
    """Wait until nobody looks at the page any more, or until Ctrl-C."""
    if not page.pages:
        return
    _say(f"The page stays open at {page.url} until it is closed, or until Ctrl-C here.")
    try:
        seen = time.monotonic()
        while time.monotonic() < seen + LINGER:
            time.sleep(0.2)
            seen = time.monotonic() if page.pages else seen
    except KeyboardInterrupt:
        print()


def desktop() -> bool:
    """Return whether a browser can be opened that the one who types here will see."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))


def _broken() -> str:
    """Return what is wrong with the agents; empty when nothing is."""
    try:
        importlib.import_module("functions.agents")
    except Exception as error:  # noqa: BLE001 - whatever a user's file does is told in words
        return str(fault(error))
    return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    add_model_options(parser, OFFLINE.name)
    aws = os.environ.get("AWS") or "moto"
    parser.add_argument("--aws", default=aws, help="where the AWS calls of tools go: moto here, or your account")
    parser.add_argument("--script", action="store_true", help="play the scripted call even in a terminal")
    parser.add_argument("--port", type=int, default=PORT, help="where the page is served; another if it is taken")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than on a phone people speak")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page by itself")
    given = parser.parse_args()
    if given.aws not in get_args(ToolsAws):
        parser.error(f"AWS is {given.aws!r}; it is moto or account.")
    return given


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
