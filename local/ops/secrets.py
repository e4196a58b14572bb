"""`make secrets`: sets the secrets of a deployment in SSM, encrypted, where its functions read them.

What is typed is not shown. From a pipe each line is one secret, in the order that this prints; an empty line leaves
one as it is. No value ever stands in an argument, an environment variable, a file or a template.
"""

import argparse
import getpass
import re
import sys
from collections.abc import Iterator, Sequence

from functions.providers import ROWS, USUAL, chosen
from infra import needs
from infra.inventory import inventory
from local.arguments import stage_name
from local.credentials import add_model_options
from local.ops.account import account
from local.ops.deployed import parameter
from local.ops.parameters import changed, put
from local.ops.speak import OpsError, say

FORMS = {
    "twilio-account-sid": (r"AC[0-9a-f]{32}", "AC and 32 digits or letters a to f, from the console's first page"),
    "twilio-auth-token": (r"[0-9a-f]{32}", "32 digits or letters a to f, from the console's first page"),
    **{row.key.secret: (row.key.form, row.key.hint) for row in ROWS if row.key},
}
"""What each secret looks like, so that one pasted in the place of another is found here and not in a call."""


def main(arguments: list[str] | None = None) -> int:
    """Ask for the secrets and set them; return 0, or 2 when that was not possible."""
    given = _parser().parse_args(arguments)
    try:
        return _set(given.stage, _wanted(given.model, given.only))
    except OpsError as error:
        say(str(error))
        return 2


def _set(stage: str, names: Sequence[str]) -> int:
    say(f"Setting secrets of Hotline ({stage}) in {account()}.")
    places = {name: parameter(stage, name) for name in names}
    before = changed(places.values())
    for name, place in places.items():
        state = f"set {before[place]:%Y-%m-%d %H:%M}" if place in before else "not set yet"
        say(f"  {place}: {state}; {_form(name)[1]}")
    given = {name: value for name, value in zip(names, _values(names), strict=False) if value}
    for name, value in given.items():
        _check(name, value)
    for name, value in given.items():
        say(f"{places[name]}: set, version {put(places[name], value)}.")
    return _close(places, set(before) | {places[name] for name in given})


def _close(places: dict[str, str], there: set[str]) -> int:
    if missing := [place for place in places.values() if place not in there]:
        raise OpsError(f"Still not set: {', '.join(missing)}.", "Calls are refused until they are.")
    say("Functions that run already see a changed secret within five minutes.")
    return 0


def _values(names: Sequence[str]) -> Iterator[str]:
    """Yield a value for each name, typed or from a pipe; empty for one that stays as it is."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin)
        return
    say("What you type or paste is not shown; Enter alone leaves one as it is.")
    for name in names:
        yield getpass.getpass(f"{name}: ").strip()


def _form(name: str) -> tuple[str, str]:
    """Return what a secret looks like; of those of your agents that is yours to know."""
    return FORMS.get(name, (r"\S.*", f'what your agents read with caller.secret("{name}")'))


def _check(name: str, value: str) -> None:
    form, words = _form(name)
    if not re.fullmatch(form, value):
        raise OpsError(f"What was given for {name} is not one: it is {words}.", "Nothing was set.")


def _wanted(model: str, only: str) -> tuple[str, ...]:
    own = needs.read().secrets
    wanted = {secret for row in inventory(chosen(model)) for secret in row.secrets}
    # Twilio's first: they are needed whatever the model.
    ordered = (*(name for name in FORMS if name in wanted), *(name for name in own if name not in wanted))
    if only and only not in (*FORMS, *own):
        raise OpsError(f"No function reads a secret named {only}.", f"There is {', '.join((*FORMS, *own))}.")
    return (only,) if only else ordered


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make secrets", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_model_options(parser, USUAL.name)
    parser.add_argument("--only", metavar="NAME", help="set this one and no other")
    return parser


if __name__ == "__main__":
    sys.exit(main())
