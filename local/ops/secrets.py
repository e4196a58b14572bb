"""`make secrets`: sets the secrets of a deployment in SSM, encrypted; its functions read them there.

Typed values are not shown. From a pipe, each line is one secret, in the printed order; an empty line leaves
a secret as it is. No argument, environment variable, file or template holds a value.
"""

import argparse
import getpass
import os
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from functions.providers import ROWS, USUAL, chosen
from functions.relay.agent.needs import Needs
from functions.relay.wire.tokens import current_in, tokens_in, with_next
from infra import needs
from infra.inventory import inventory
from local.arguments import stage_name, yes_no
from local.credentials import add_model_options
from local.ops.account import account
from local.ops.api_key import make_key
from local.ops.deployed import parameter
from local.ops.parameters import changed, get, put
from local.ops.speak import OpsError, say
from local.ops.twilio_account import TwilioAccount

FORMS = {
    "twilio-account-sid": (r"AC[0-9a-f]{32}", "AC and 32 digits or letters a to f, from the console's first page"),
    "twilio-auth-token": (r"[0-9a-f]{32}", "32 digits or letters a to f, from the console's first page"),
    "otlp-headers": (r"[\w-]+=[^,]+(,[\w-]+=[^,]+)*", "headers of the collector, such as api-key=abc,team=rosa"),
    "call-webhook-secret": (r"\S{24,}", "24 characters or more that you make up: `openssl rand -base64 32`"),
    **{row.key.secret: (row.key.form, row.key.hint) for row in ROWS if row.key},
}
"""The form of each secret. A value that is pasted wrongly is refused here, and does not fail a call."""


TOKEN = "twilio-auth-token"
ROTATING = "accept the Twilio account's next token as well as the current one; run it again after you promote it"


def main(arguments: list[str] | None = None, agents: Path = needs.AGENTS) -> int:
    """Ask for the secrets and set them, those of the agents in a folder too; return 0, or 2 if that failed."""
    given = _parser().parse_args(arguments)
    try:
        if given.rotate:
            return _rotate(given.stage)
        return _set(given.stage, _wanted(given.model, given.only, needs.read(agents)))
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
    _make_number_key(parameter(stage, "number-key"))
    status = _close(places, set(before) | {places[name] for name in given})
    if TOKEN in names:
        _make_key(stage)
    return status


def _rotate(stage: str) -> int:
    """Accept the next token and the current one. If the next one is given a second time, accept it alone."""
    place = parameter(stage, TOKEN)
    say(f"Rotating {place} of Hotline ({stage}) in {account()}. Make a secondary token in Twilio's console first.")
    secret = get(place)
    following = next(_values((TOKEN,)), "")
    _check(TOKEN, following)
    if following == current_in(secret):
        raise OpsError("This is the current token.", "Give the secondary one from Twilio's console. Nothing was set.")
    if following in tokens_in(secret)[1:]:
        say(f"{place}: set, version {put(place, following)}. Only this token is accepted from now on.")
        return 0
    say(f"{place}: set, version {put(place, with_next(secret, following))}. Both tokens are accepted.")
    say("Wait five minutes, promote it in Twilio's console, and run the same command with it once more.")
    return 0


def _make_number_key(place: str) -> None:
    """Make the key of the hashes by which `make forget` finds callers. A second key would find none of them."""
    if place not in changed([place]):
        put(place, secrets.token_hex(32))
        say(f"{place}: made. Keep it: without it, `make forget` finds no callers.")


def _close(places: dict[str, str], there: set[str]) -> int:
    if missing := [place for place in places.values() if place not in there]:
        raise OpsError(f"Still not set: {', '.join(missing)}.", "Calls are refused until you set them: make secrets")
    say("Functions that are running read a changed secret within five minutes.")
    return 0


def _make_key(stage: str) -> None:
    """Make the API key that places calls. Incoming calls work without it."""
    try:
        with closing(TwilioAccount.of(stage)) as twilio:
            make_key(stage, twilio)
    except OpsError as error:
        say(f"No API key was made, so no agent can place calls: {error}")


def _values(names: Sequence[str]) -> Iterator[str]:
    """Yield a value for each name, typed or from a pipe; empty if the secret stays as it is."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin)
        return
    say("What you type or paste is not shown. Press Enter to leave a secret as it is.")
    for name in names:
        yield getpass.getpass(f"{name}: ").strip()


def _form(name: str) -> tuple[str, str]:
    """Return the form of a secret. Only you know the form of your agents' secrets."""
    return FORMS.get(name, (r"\S.*", f'a value that your agents read with caller.secret("{name}")'))


def _check(name: str, value: str) -> None:
    form, words = _form(name)
    if not re.fullmatch(form, value):
        raise OpsError(f"The value for {name} has a wrong form; the right form is {words}.", "Nothing was set.")


def _wanted(model: str, only: str, agents: Needs) -> tuple[str, ...]:
    own = agents.secrets
    models = Needs(models=agents.models)
    wanted = {secret for row in inventory(chosen(model), models) for secret in row.secrets}
    # Twilio's first: every model needs them.
    ordered = (*(name for name in FORMS if name in wanted), *(name for name in own if name not in wanted))
    if only and only not in (*FORMS, *own):
        raise OpsError(f"No function reads a secret named {only}.", f"Choose one of {', '.join((*FORMS, *own))}.")
    return (only,) if only else ordered


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make secrets", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_model_options(parser, USUAL.name)
    parser.add_argument(
        "--rotate", type=yes_no, nargs="?", const="yes", default=os.environ.get("ROTATE", ""), help=ROTATING
    )
    parser.add_argument("--only", metavar="NAME", help="set only this secret")
    return parser


if __name__ == "__main__":
    sys.exit(main())
