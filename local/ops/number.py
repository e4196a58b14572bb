"""`make number`: points a Twilio number at a deployment, and shows its old settings."""

import argparse
import sys
from contextlib import closing

from local.arguments import add_yes, e164, stage_name
from local.ops.account import account
from local.ops.deployed import Deployed
from local.ops.speak import OpsError, agreed, say
from local.ops.twilio_account import Number, TwilioAccount, Wiring


def main(arguments: list[str] | None = None) -> int:
    """Point one number; return 0 when it is done, 1 if the user said no, 2 if it was not possible."""
    given = _parser().parse_args(arguments)
    try:
        return _point(given.number, given.stage, given.yes)
    except OpsError as error:
        say(str(error))
        return 2


def wiring(deployed: Deployed) -> Wiring:
    """Return the settings of a number that this deployment answers."""
    return Wiring(deployed.voice_url, "POST", deployed.fallback_url, "POST", deployed.status_url, "POST")


def _point(number: str, stage: str, yes: bool) -> int:
    say(f"Reading Hotline ({stage}) in {account()}.")
    deployed = Deployed.read(stage)
    with closing(TwilioAccount.of(stage)) as twilio:
        say(f"Pointing {number} of {twilio.name()} at it:")
        found, wanted = _found(twilio, number), wiring(deployed)
        if not (changes := list(found.wiring.changes(wanted))):
            say("  It has these settings already; nothing to do.")
            return 0
        for name, before, after in changes:
            say(f"  {name}: {before or '(nothing)'} -> {after or '(nothing)'}")
        if not agreed("From then on its callers talk to this deployment. Go on?", yes):
            return 1
        twilio.point(found, wanted)
    say(f"{number} is answered by Hotline ({stage}). Its old settings are above. Next: make doctor")
    return 0


def _found(twilio: TwilioAccount, number: str) -> Number:
    found = [one for one in twilio.numbers(number) if one.number == number]
    if not found:
        others = ", ".join(one.number for one in twilio.numbers()) or "none at all"
        raise OpsError(f"{number} is not a number of this account.", f"It has {others}.")
    if not found[0].voice:
        raise OpsError(f"{number} cannot take calls.", "Choose a number with the capability Voice.")
    return found[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make number", description=__doc__)
    parser.add_argument("number", type=e164, help="a number of your Twilio account, such as +12125550142")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
