"""`make call`: shows the record of one call. Its words are private: they are printed here and nowhere else."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from functions.relay.ports import LogError
from functions.relay.record.call_record import CallRecord, HandOffRecord
from functions.relay.record.codec import dump
from functions.relay.record.turn_record import TurnRecord
from local.arguments import stage_name, yes_no
from local.environment import STAGE as LAPTOP
from local.ops.account import region
from local.ops.log_lines import log_lines
from local.ops.records import records_of
from local.ops.speak import OpsError, say


def main(arguments: list[str] | None = None) -> int:
    """Show a record; return 0, or 2 if there is none."""
    given = _parser().parse_args(arguments)
    try:
        record = records_of(given.stage).get(given.call)
    except (OpsError, LogError) as error:
        say(str(error))
        return 2
    if record is None:
        say(f"There is no record of {given.call}. `make calls STAGE={given.stage}` lists the calls that have one.")
        return 2
    if given.json:
        say(dump(record))
        return 0
    for line in shown(record):
        say(line)
    say(f"Moment by moment: make replay LOG={record.call} STAGE={given.stage}")
    for line in log_lines(record, given.stage, "" if given.stage == LAPTOP else region()):
        say(line)
    return 0


def shown(record: CallRecord) -> Iterator[str]:
    """Yield the lines that show a record."""
    began = datetime.fromtimestamp(record.began / 1000, UTC)
    versions = ", ".join(f"{one.name} ({one.version or 'version unknown'})" for one in record.agents)
    yield f"{record.call}  {record.direction}, {record.seconds} s from {began:%Y-%m-%d %H:%M:%S} UTC"
    yield f"  caller   {record.caller or 'withheld'} to {record.called}"
    yield f"  agent    {versions or '-'}"
    yield f"  ended    {record.ending}"
    yield f"  cost     {_cost(record)}; {record.tokens.total} tokens"
    if record.drafts.dropped:
        yield f"  drafts   {record.drafts.dropped} that nobody heard; {record.drafts.tokens.total} of these tokens"
    for name, value in _more(record):
        yield f"  {name:8} {value}"
    yield ""
    if record.left_out:
        yield f"  The first {record.left_out} turns are left out: the record would be too large."
    for turn in record.turns:
        yield from _turn(turn)
    yield ""


def _cost(record: CallRecord) -> str:
    model = "unknown" if record.cents.model is None else f"{record.cents.model:.2f}"
    return (
        f"{record.cents.total:.2f} cents: Twilio {record.cents.twilio:.2f}, model {model}, AWS {record.cents.aws:.2f}"
    )


def _more(record: CallRecord) -> Iterator[tuple[str, str]]:
    """Yield the lines that only some calls have."""
    if record.summary:
        yield "summary", " ".join(record.summary.split())
    yield from ((name, "not told" if value is None else str(value)) for name, value in record.fields.items())
    for hand_off in record.hand_offs:
        yield "handed", f"to {hand_off.taken_by or hand_off.to}, {hand_off.reason}{_if_nobody(hand_off)}"
    for recording in record.recordings:
        yield "recorded", f"{recording.sid}, {recording.status}, {recording.seconds} s"
    for sms in record.messages:
        yield "texted", f"{sms.to}, {sms.error or sms.sid}: {sms.text}"
    for back in record.call_backs:
        due = f"{datetime.fromtimestamp(back.at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        yield "back", f"{due}, by {back.agent}{', replaced by a newer one' if back.replaced else ''}"
    yield from (("limit", limit) for limit in record.limits)
    yield from (("error", error) for error in record.errors)


def _if_nobody(hand_off: HandOffRecord) -> str:
    """Return the people who did not take the call, each with the reason; empty if someone did."""
    people = ", ".join(f"{one.to} {one.how}" for one in hand_off.people)
    return "" if hand_off.reached else f": no person took the call ({people})"


def _turn(turn: TurnRecord) -> Iterator[str]:
    moment = f"{turn.at_ms // 60_000}:{turn.at_ms // 1000 % 60:02}"
    yield f"  {moment:>5}  {f'Caller: {turn.caller}' if turn.caller else f'({turn.cause})'}"
    for tool in turn.tools:
        yield f"         {tool.name}({tool.arguments}) {tool.outcome} in {tool.took_ms} ms: {tool.result}"
    times = {"first token": turn.first_token_ms, "first words": turn.first_words_ms, "voice": turn.voice_ms}
    told = ", ".join(f"{name} {ms} ms" for name, ms in times.items() if ms is not None)
    if turn.said:
        yield f"         Agent: {turn.heard}{' (cut off)' if turn.interrupted else ''}{f'  [{told}]' if told else ''}"


def _sid(text: str) -> str:
    if not re.fullmatch(r"CA[0-9a-f]{32}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the SID of a call; give one that `make calls` lists, CALL=CA…"
        )
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make call", description=__doc__)
    parser.add_argument("call", type=_sid, help="the SID of a call")
    parser.add_argument("--stage", type=stage_name, default="dev", help="the stage; `laptop` for calls of make run")
    parser.add_argument("--json", type=yes_no, default=os.environ.get("JSON", ""), help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
