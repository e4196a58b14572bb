"""`make doctor`: checks a deployment from outside. Each line is a pass, a fault with its cure, or an open question.

It runs one simulated call through the deployment, signed as Twilio signs. The call asks the model one question and
leaves a log in the table, which expires like all logs. No phone rings without --call.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing

from botocore.exceptions import BotoCoreError, ClientError

from local.arguments import stage_name, yes_no
from local.ops.account import account, client, code
from local.ops.api_key import KEYS
from local.ops.deployed import Deployed
from local.ops.findings import Failed, Finding, Passed, Unseen, report, whole
from local.ops.limits import limits
from local.ops.model_access import ask
from local.ops.number import wiring
from local.ops.parameters import changed
from local.ops.quotas import quotas
from local.ops.real_call import real_call
from local.ops.smoke_call import smoke_call
from local.ops.speak import OpsError, say
from local.ops.twilio_account import Number, TwilioAccount

HELPED = "docs/operating.md says what Twilio's codes mean here."


def main(arguments: list[str] | None = None) -> int:
    """Check one deployment; return 0, 1 if there is a fault, or 2 if it could not be checked."""
    given = _parser().parse_args(arguments)
    try:
        say(f"Checking Hotline ({given.stage}) in {account()}.")
        deployed = Deployed.read(given.stage)
        say("This runs a simulated call: one question to the model, one call's log in the table.")
        faults = report(examined(deployed, given.number, given.call))
    except OpsError as error:
        say(str(error))
        return 2
    say("All is well." if not faults else f"{faults} fault{'s' if faults > 1 else ''}.")
    return 1 if faults else 0


def examined(
    deployed: Deployed, number: str = "", call: bool = False, led: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Yield the findings for one number, or for all numbers that point here. `led` is as for `smoke_call`."""
    yield Passed(f"the stacks are deployed: {deployed.voice_url}, {deployed.relay_url}")
    yield from whole(_secrets(deployed))
    yield from whole(_table(deployed))
    yield from limits(deployed)
    yield from quotas(deployed.models)
    yield from whole(ask(choice) for choice in deployed.models if choice.provider.action)
    yield from whole(_of_twilio(deployed, number, call, led))


def _secrets(deployed: Deployed) -> Iterator[Finding]:
    places = [deployed.parameter(secret) for secret in deployed.secrets]
    there = changed(places)
    for place in places:
        if place in there:
            yield Passed(f"{place} is set, on {there[place]:%Y-%m-%d}")
        else:
            yield Failed(f"{place} is not set, or not encrypted.", "Set it: make secrets")
    if missing := sorted({deployed.parameter(key) for key in KEYS} - changed(map(deployed.parameter, KEYS)).keys()):
        yield Unseen(f"whether agents should place calls: {missing[0]} is not set.", "Make an API key: make secrets")


def _table(deployed: Deployed) -> Iterator[Finding]:
    try:
        dynamodb = client("dynamodb")
        status = dynamodb.describe_table(TableName=deployed.table)["Table"]["TableStatus"]
        expiry = dynamodb.describe_time_to_live(TableName=deployed.table)["TimeToLiveDescription"]
    except (ClientError, BotoCoreError) as error:
        yield Failed(f"The table {deployed.table} could not be read: {code(error)}.", "Deploy again: make deploy")
        return
    if status not in ("ACTIVE", "UPDATING"):
        yield Failed(f"The table {deployed.table} is {status}.", "Wait, or deploy again: make deploy")
    elif expiry["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        yield Failed(f"No item in the table {deployed.table} expires.", "Deploy again: make deploy")
    else:
        yield Passed(f"the table {deployed.table} is there, and its items expire")


def _of_twilio(deployed: Deployed, number: str, call: bool, led: Mapping[str, str] | None) -> Iterator[Finding]:
    with closing(TwilioAccount.of(deployed.stage)) as twilio:
        yield Passed(twilio.name())
        ours = _pointed(deployed, twilio.numbers(number))
        yield from _numbers(deployed, ours, number)
        yield from _alerts(twilio)
        answered = next(iter(ours), None)
        yield from smoke_call(deployed, twilio, answered.number if answered else "", led)
        if call and answered:
            yield from real_call(deployed, twilio, answered.number)
        elif call:
            yield Failed("This deployment answers no number, so no call can be made.", "make number NUMBER=+1…")
        else:
            yield Unseen(
                "whether the account may use ConversationRelay: no Twilio API says so.",
                "Accept the AI addendum once, in its console under Voice, Settings. A real call shows: "
                "make doctor CALL=yes",
            )


def _pointed(deployed: Deployed, numbers: list[Number]) -> list[Number]:
    return [one for one in numbers if one.wiring.voice_url == deployed.voice_url]


def _numbers(deployed: Deployed, ours: list[Number], wanted: str) -> Iterator[Finding]:
    if not ours:
        which = wanted or "No number"
        yield Failed(
            f"{which} is{' not' if wanted else ''} answered by this deployment.",
            f"make number NUMBER={wanted or '+1…'}",
        )
    for number in ours:
        if changes := [name for name, _, _ in number.wiring.changes(wiring(deployed))]:
            yield Failed(f"{number.number} has wrong settings: {', '.join(changes)}.", "Point it again: make number")
        else:
            yield Passed(f"{number.number} is answered by this deployment, with its fallback")


def _alerts(twilio: TwilioAccount) -> Iterator[Finding]:
    if alerts := twilio.alerts():
        told = ", ".join(f"{number} of {alert}" for alert, number in sorted(alerts.items()))
        yield Unseen(f"Twilio's log of the last day has errors and warnings: {told}", HELPED)
    else:
        yield Passed("Twilio's log of the last day has no error")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make doctor", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--number", default="", help="check only this Twilio number")
    parser.add_argument(
        "--call",
        type=yes_no,
        nargs="?",
        const="yes",
        default=os.environ.get("CALL", ""),
        help="let the number call itself; two calls of half a minute",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
