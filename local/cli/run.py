"""`make run`: runs calls in the terminal and on a page, or one scripted call if input is piped in.

The exit status of a scripted call says which expectation failed: see `local.cli.script.Status`.
"""

import argparse
import importlib
import os
import sys
import time
import webbrowser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import cast, get_args

from functions.providers import OFFLINE, Choice, chosen
from functions.relay import Agent
from local import dotenv
from local.cli.commands import Command
from local.cli.options import add_wish, wish
from local.cli.script import SPEED, ScriptError, Status, play, script
from local.cli.terminal import TYPED, Begin, Screen, Terminal
from local.credentials import add_model_options, missing
from local.dev_stack import DevStack, ToolsAws, dev_stack
from local.dialer import Dialer, DialError, Outside, Wish, outside
from local.needs import check_needs
from local.page.agents import agents_now, fault
from local.page.controller import Controller
from local.page.numbers import give_numbers
from local.page.server import Server
from local.records import FOLDER
from local.start import ended_by_ctrl_c
from local.tracebacks import tracebacks_to

PORT = 8642
"""The usual port of the page, so that a page that is still open finds the next run."""

ANSWER = "/answer takes the call, here or on the page."

OFFLINE_NOTE = "The model is the built-in offline one: it knows a few words. MODEL=… talks to a real one."


TOOLS_NOTE: dict[ToolsAws, str] = {
    "moto": "AWS calls of tools go to moto on this machine; AWS=account sends them to your account.",
    "account": "AWS calls of tools go to your AWS account, for real.",
}


ANALYSIS_NOTE = (
    "Conversational Intelligence does not analyse calls on this machine. Try its rules in a test with "
    "call.is_analysed(); `make intelligence` sets up a deployment."
)


def main() -> int:
    """Read the options and run calls; return the exit status."""
    try:
        dotenv.load()
    except dotenv.DotenvError as error:
        _say(str(error))
        return Status.USAGE
    given = _parser().parse_args()
    models = chosen(given.model, given.model_id)
    if lack := missing(models) or _broken():
        _say(lack)
        return Status.USAGE
    with ended_by_ctrl_c():
        give_numbers(agents_now())
    try:
        wanted = wish(given).checked()
        commands = None if sys.stdin.isatty() else script(sys.stdin)
    except (DialError, ScriptError, UnicodeDecodeError) as error:
        _say(str(error))
        return Status.USAGE
    return _carry(given, models, wanted, commands)


def _carry(
    given: argparse.Namespace, models: tuple[Choice, ...], wanted: Wish, commands: tuple[Command, ...] | None
) -> int:
    """Start the laptop line and run calls on it, by script or in the terminal; return the exit status."""
    _say("Starting the laptop line: the handlers behind an API Gateway emulator, and moto for AWS …")
    began = time.monotonic()
    with ExitStack() as running:
        with ended_by_ctrl_c():
            there = running.enter_context(outside())
            line = running.enter_context(dev_stack(given.model, given.model_id, twilio=there.url, records=FOLDER))
        running.enter_context(line.tools(given.aws))
        running.enter_context(followed_up(line))
        _say(f"Ready after {time.monotonic() - began:.1f} s. The handlers write their log to {line.log}.")
        for note in notes(given.aws, models, agents_now().AGENTS.values()):
            _say(note)
        if commands is None:
            return _talk(line, there, wanted, given)
        with line.phone(speed=max(SPEED, given.speed)) as phone, tracebacks_to(_say):
            dialer = Dialer(line, phone, there)
            return play(_begin(dialer, wanted), line.gateway, commands, wanted.language)


def notes(aws: ToolsAws, models: tuple[Choice, ...], agents: Iterable[Agent]) -> Iterator[str]:
    """Yield what is real on this laptop, and what is not."""
    yield TOOLS_NOTE[aws]
    if any(agent.intelligence for agent in agents):
        yield ANALYSIS_NOTE
    yield OFFLINE_NOTE if models[0].provider is OFFLINE else f"The model is {_named(models)}, for real."


@contextmanager
def followed_up(line: DevStack) -> Iterator[None]:
    """Make the records of all calls when the block ends, and also of calls that a person has taken."""
    try:
        yield
    finally:
        line.follow_up_all()


def _talk(line: DevStack, there: Outside, wanted: Wish, given: argparse.Namespace) -> int:
    """Run calls in the terminal and on the page."""
    screen = Screen()
    with ExitStack() as held:
        controller = held.enter_context(
            Controller(line, given.model, given.model_id, there=there, speed=given.speed, say=screen.note).running()
        )
        page = held.enter_context(Server(controller, given.port).running())
        _say(f"The softphone and the inspector are at {page.url}")
        if not given.no_browser and desktop():
            webbrowser.open(page.url)
        controller.tape.follow(screen.see)
        phone = held.enter_context(line.phone(pace=TYPED, speed=given.speed))
        held.enter_context(tracebacks_to(screen.note))
        dialer = Dialer(line, phone, there)
        there.rings.follow(lambda words: screen.note(f"{words}. {ANSWER}" if there.rings.ringing else words))
        line.schedules.follow(there.rings.come)
        status = Terminal(_begin(dialer, wanted), dialer.answer, screen, wanted.language).run()
        return status or (1 if line.gateway.failures else 0)


def _named(models: tuple[Choice, ...]) -> str:
    """Return the names of the models, in the order in which they are asked."""
    return ", then ".join(f"{one.model_id} of {one.provider.label}" for one in models)


def _begin(dialer: Dialer, wanted: Wish) -> Begin:
    return lambda on_event: dialer.begin(wanted, on_event)


def desktop() -> bool:
    """Return whether the user at this terminal would see a browser that is opened."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))


def _broken() -> str:
    """Return what is wrong with the agents; empty if nothing is."""
    try:
        importlib.import_module("functions.agents")
        check_needs()
    except Exception as error:  # noqa: BLE001 - an agent's file may raise anything
        return str(fault(error))
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    add_model_options(parser, OFFLINE.name)
    aws = os.environ.get("AWS") or "moto"
    parser.add_argument("--aws", type=_aws, default=aws, help="where the AWS calls of tools go: moto or account")
    add_wish(parser)
    parser.add_argument("--port", type=int, default=PORT, help="the port of the page; a free one if it is taken")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than on a phone people speak")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page in a browser")
    return parser


def _aws(text: str) -> ToolsAws:
    if text not in get_args(ToolsAws):
        raise argparse.ArgumentTypeError(f"AWS is {text!r}; write moto or account")
    return cast("ToolsAws", text)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
