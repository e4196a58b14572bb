"""`make forget`: deletes what is known of a caller, or of one call, in the tables and at Twilio.

A caller's calls are found by the hash of the number, whose key is the secret `number-key`. A do-not-call entry
stays, since it protects the caller. The command says what backups still hold, and until when.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters import numbers
from functions.adapters.counters import KEY
from functions.relay.log.events import LASTING
from functions.relay.log.keys import counter
from functions.relay.wire.party import dialable, kind_of, mark_of
from functions.relay.wire.tokens import tokens_in
from local.arguments import add_yes, call_sid, e164, stage_name
from local.ops.account import account, client, code
from local.ops.deployed import parameter
from local.ops.do_not_call import callees
from local.ops.parameters import get
from local.ops.speak import OpsError, agreed, say
from local.ops.stored_data import StoredData, Tables, of_call, of_person, of_transcripts
from local.ops.twilio_records import TwilioRecords

AT_TWILIO = "Not deleted: the text messages and the list of calls at Twilio. Its console deletes them."


def main(arguments: list[str] | None = None) -> int:
    """Forget a caller or a call; return 0, 1 if the user said no, 2 if not all could be deleted."""
    given = _parser().parse_args(arguments)
    try:
        if bool(given.number) == bool(given.call):
            raise OpsError("Name either one caller or one call:", "make forget NUMBER=+1… or make forget CALL=CA…")
        return _forget(given.stage, given.number, given.call, given.yes)
    except OpsError as error:
        say(str(error))
        return 2


def _forget(stage: str, number: str, call: str, yes: bool) -> int:
    say(f"Looking in Hotline ({stage}) in {account()}.")
    tables = Tables.of(stage)
    stored = _stored(tables, stage, number, call)
    say(f"  {len(stored.calls)} calls: {', '.join(stored.calls) or 'none'}")
    say(f"  {len(stored.items)} items of the table, {len(stored.private)} of the table of private data")
    with closing(TwilioRecords.of(stage)) as twilio:
        recordings, transcripts = twilio.of_calls(stored.calls)
        say(f"  at Twilio: {len(recordings)} recordings, {len(transcripts)} transcripts")
        if not agreed("This cannot be undone. Go on?", yes):
            return 1
        # Only Twilio lists the transcripts. So their logs are deleted first, while they can still be found.
        told = of_transcripts(tables, transcripts)
        tables.delete(told)
        twilio.delete(recordings, transcripts)
    tables.delete(stored.private, tables.private)
    tables.delete(stored.items)
    if number and not stored.going_on:
        _delete_counters(tables, stage, number)
    say(f"Deleted: {len(stored.items) + len(told)} items, and {len(stored.private)} of private data")
    for line in (*_deleted(stored.calls, recordings, transcripts), *_wishes(stage, number), *_backups(tables.logs)):
        say(line)
    return _left(stored)


def _stored(tables: Tables, stage: str, number: str, call: str) -> StoredData:
    if number:
        return of_person(tables, _mark(stage, number), number)
    return of_call(tables, call, lambda caller: _mark(stage, caller))


def _mark(stage: str, number: str) -> str:
    return mark_of(number, get(parameter(stage, "number-key")))


def _delete_counters(tables: Tables, stage: str, number: str) -> None:
    """Delete the counters of a caller's calls: their names are hashes with the token as the key."""
    for token in tokens_in(get(parameter(stage, "twilio-auth-token"))):
        tables.delete_counter(counter("caller", mark_of(number, token)), KEY)


def _deleted(*names: Iterable[str]) -> Iterator[str]:
    yield from (f"Deleted: {one}" for kind in names for one in kind)
    yield AT_TWILIO


def _left(stored: StoredData) -> int:
    """Say what is left; return 2 if anything is."""
    if stored.going_on:
        calls = ", ".join(stored.going_on)
        say(f"Not deleted, because it goes on or has just ended: {calls}. Run this again a minute after its end.")
    return 2 if stored.going_on else 0


def _wishes(stage: str, number: str) -> Iterator[str]:
    if number and any(isinstance(one.event, LASTING) for one in callees(stage).read(number)):
        yield f"Kept: {number} must not be called."


def _backups(table: str) -> Iterator[str]:
    """Return what backups of the table still hold. Raises OpsError."""
    try:
        told = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        # By default, the list leaves out the backups of AWS Backup.
        own = client("dynamodb").list_backups(TableName=table, BackupType="ALL")["BackupSummaries"]
    except (ClientError, BotoCoreError) as error:
        cure = "You need the IAM permissions dynamodb:DescribeContinuousBackups and dynamodb:ListBackups."
        raise OpsError(f"Everything is deleted, but backups could not be listed: {code(error)}.", cure) from error
    point = told.get("PointInTimeRecoveryDescription", {})
    if point.get("PointInTimeRecoveryStatus") == "ENABLED":
        until = datetime.now(UTC) + timedelta(days=point.get("RecoveryPeriodInDays", 35))
        yield f"Point-in-time recovery can restore what was deleted until {until:%Y-%m-%d}."
    else:
        yield "The table has no point-in-time recovery: nothing can restore what was deleted."
    for one in own:
        expiry = one.get("BackupExpiryDateTime")
        until_then = f"until {expiry:%Y-%m-%d}" if expiry else f"until you delete {one['BackupArn']}"
        yield f"The backup {one['BackupName']} still holds it, {until_then}."


def _or_nothing(check: Callable[[str], str]) -> Callable[[str], str]:
    """Accept an empty argument: make passes one for a variable that is not set."""
    return lambda text: text and check(text)


def _party(text: str) -> str:
    """Return a number in E.164, or the address of a SIP phone or a client. A number must have its country code.

    Raises ArgumentTypeError for any other text.
    """
    address = dialable(text).strip()
    if kind_of(address) in ("sip", "client", "number", "short code"):
        return address
    return numbers.e164(address) or e164(address)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make forget", description=__doc__)
    parser.add_argument("--number", type=_or_nothing(_party), default="", help="a number, or sip:… or client:…")
    parser.add_argument("--call", type=_or_nothing(call_sid), default="", help="the SID of one call")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
