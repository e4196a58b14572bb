"""Calls a number's voice webhook, says the words on the command line and prints what was heard."""

import argparse
import os
import sys

from .call import Call, CallError
from .phone import Phone


def main(arguments: list[str] | None = None) -> int:
    """Make one call; return 0 if the application did nothing wrong, 1 otherwise."""
    given = _parser().parse_args(arguments)
    connect = dict(pair.split("=", 1) for pair in given.connect)
    with Phone(
        given.voice_url, given.token, public_url=given.public_url, connect=connect, speed=given.speed
    ) as phone:
        call = phone.dial(caller=given.caller)
        try:
            _talk(call, given.say)
        except CallError as error:
            print(error, file=sys.stderr)
            return 1
        _report(call)
        return 1 if call.errors else 0


def _talk(call: Call, texts: list[str]) -> None:
    for text in texts:
        if not call.over:
            call.say(text)
    call.hang_up()


def _report(call: Call) -> None:
    print(call.transcript)
    for turn in call.turns:
        first = "no answer" if turn.first_text is None else f"{turn.first_text * 1000:.0f} ms to the first token"
        print(f"  {turn.prompt!r}: {first}, {turn.texts} messages")
    for note in (*call.verbs, *call.errors, *call.warnings):
        print(f"  {note}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.phone", description=__doc__)
    parser.add_argument("voice_url", help="the address of the voice webhook")
    parser.add_argument("say", nargs="*", help="what the caller says, one turn each")
    parser.add_argument("--token", default=os.environ.get("TWILIO_AUTH_TOKEN", ""), help="the account's auth token")
    parser.add_argument("--public-url", default="", help="scheme and host under which Twilio knows the webhooks")
    parser.add_argument("--connect", action="append", default=[], metavar="WSS=WS", help="what to open for a url")
    parser.add_argument("--caller", default="+15550142", help="the number that calls")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than a real call it goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
