"""`make forget`: deletes what is known of a caller, or of one call, in the table and at Twilio.

A caller's calls are found by the hash of the number, whose key is the secret `number-key`. A wish not to be called
stays, since it protects the caller. The command says what backups still hold, and until when.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.dynamodb import DynamoLog
from functions.relay.log.events import LASTING, Announced, CallPlanned, Limited, Ordered, Placed, Progressed
from functions.relay.log.keys import (
    Key,
    call_log,
    callee_log,
    orders_log,
    person_log,
    private_log,
    prompt_log,
    session_log,
    transcript_log,
)
from functions.relay.planning import PlanKey, orders_of
from functions.relay.ports import LogError
from functions.relay.record.codec import load
from functions.relay.record.row import CallRow, lists_of, record_name, row_of
from functions.relay.wire.party import kind_of, mark_of
from local.arguments import add_yes, call_sid, e164, stage_name
from local.ops.account import account, client, code
from local.ops.deployed import outputs, parameter, state_stack
from local.ops.do_not_call import callees
from local.ops.parameters import get
from local.ops.speak import OpsError, agreed, say
from local.ops.twilio_records import TwilioRecords

KEPT = tuple(kind.__name__ for kind in LASTING)
"""Kinds of entries that say that a person does not want to be called."""

NAMING = (Announced.__name__, Limited.__name__, Progressed.__name__)
"""Kinds of entries that say who called."""

RIGHTS = "You need the rights dynamodb:Query and dynamodb:BatchWriteItem."


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a table."""

    log: str
    key: str
    kind: str
    event: Any


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a deployment."""

    logs: str
    private: str

    @classmethod
    def of(cls, stage: str) -> "Tables":
        """Return the tables of a stage. Raises OpsError."""
        told = outputs(state_stack(stage))
        try:
            return cls(told["TableName"], told["PrivateTableName"])
        except KeyError as error:
            raise OpsError(f"{state_stack(stage)} has no output {error.args[0]}.", "Deploy it again.") from error

    def items(self, log: str, table: str = "") -> list[Item]:
        """Return all items of a log. Raises OpsError."""
        query = {
            "TableName": table or self.logs,
            "KeyConditionExpression": "#log = :log",
            "ExpressionAttributeNames": {"#log": "log"},
            "ExpressionAttributeValues": {":log": {"S": log}},
        }
        try:
            pages = client("dynamodb").get_paginator("query").paginate(**query)
            return [_item(one) for page in pages for one in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise OpsError(f"The table could not be read: {code(error)}.", RIGHTS) from error

    def delete(self, items: Iterable[Item], table: str = "") -> None:
        """Delete items. Raises OpsError."""
        log = DynamoLog(client("dynamodb"), table or self.logs, days=1)
        for name, keys in _by_log(items).items():
            try:
                log.delete(name, keys)
            except LogError as error:
                raise OpsError(f"Not all could be deleted: {error}.", f"Run it again. {RIGHTS}") from error


def main(arguments: list[str] | None = None) -> int:
    """Forget a caller or a call; return 0, 1 if the user said no, 2 if it was not possible."""
    given = _parser().parse_args(arguments)
    try:
        if bool(given.number) == bool(given.call):
            raise OpsError("Say whom or what to forget:", "make forget NUMBER=+1… or make forget CALL=CA…")
        return _forget(given.stage, given.number, given.call, given.yes)
    except OpsError as error:
        say(str(error))
        return 2


def _forget(stage: str, number: str, call: str, yes: bool) -> int:
    say(f"Looking in Hotline ({stage}) in {account()}.")
    tables, mark = Tables.of(stage), _mark(stage, number) if number else ""
    index = tables.items(person_log(mark)) if number else []
    calls = [call] if call else sorted({one.event["call"] for one in index})
    found = [one for sid in calls for one in _of_call(tables, sid)]
    index += _index_of(tables, stage, call, found) if call else []
    private = [one for item in found for one in _private(tables, item)]
    callee = (
        _attempts_at(tables, mark, number) if number else [one for item in found for one in _attempt(tables, item)]
    )
    say(f"  {len(calls)} calls: {', '.join(calls) or 'none'}")
    say(f"  {len(found) + len(index) + len(callee)} items of the table, {len(private)} of the table of private data")
    with closing(TwilioRecords.of(stage)) as twilio:
        recordings, transcripts = twilio.of_calls(calls)
        say(f"  at Twilio: {len(recordings)} recordings, {len(transcripts)} transcripts")
        if not agreed("This cannot be undone. Go on?", yes):
            return 1
        twilio.delete(recordings, transcripts)
    found += [one for sid in transcripts for one in tables.items(transcript_log(sid))]
    tables.delete(private, tables.private)
    # The index goes last: while it is there, the command can be run again.
    tables.delete([*found, *callee])
    tables.delete(index)
    for name in (*calls, *recordings, *transcripts):
        say(f"Deleted: {name}")
    for line in (*_wishes(stage, number), *_backups(tables.logs)):
        say(line)
    return 0


def _mark(stage: str, number: str) -> str:
    return mark_of(number, get(parameter(stage, "number-key")))


def _index_of(tables: Tables, stage: str, call: str, found: Iterable[Item]) -> list[Item]:
    """Return the entries by which this call of a person is found; its items say who that is."""
    callers = {str(one.event.get("caller", "")) for one in found if one.kind in NAMING} - {""}
    logs = [person_log(_mark(stage, caller)) for caller in sorted(callers)]
    return [one for log in logs for one in tables.items(log) if one.event["call"] == call]


def _of_call(tables: Tables, sid: str) -> Iterator[Item]:
    items = tables.items(call_log(sid))
    yield from items
    yield from _record(tables, sid)
    for connection in {one.event["connection"] for one in items if one.kind == "SessionJoined"}:
        yield from tables.items(session_log(connection))
        yield from tables.items(prompt_log(connection))


def _record(tables: Tables, sid: str) -> Iterator[Item]:
    """Yield the record of a call, and its rows in the lists of its day and of its caller."""
    for item in tables.items(record_name(sid)):
        yield item
        row = row_of(load(json.dumps(item.event)))
        yield from (Item(name, row.key, CallRow.__name__, {}) for name in lists_of(row))


def _private(tables: Tables, item: Item) -> list[Item]:
    joined = item.kind == "SessionJoined"
    return tables.items(private_log(item.event["connection"]), tables.private) if joined else []


def _attempts_at(tables: Tables, mark: str, number: str) -> list[Item]:
    """Return all attempts to call a number, those planned, and its places in the logs of orders.

    Version 0.1 kept them under the plain number.
    """
    found = [one for name in (mark, number) for one in tables.items(callee_log(name)) if one.kind not in KEPT]
    places = [PlanKey(one.log, Key.parse(one.key)) for one in found if one.kind == CallPlanned.__name__]
    orders = sorted({*map(orders_of, places)} - {""})
    return [*found, *(Item(orders_log(one), str(Key(0, mark)), Ordered.__name__, {}) for one in orders)]


def _attempt(tables: Tables, item: Item) -> list[Item]:
    """Return the attempt that led to a call, if this item of the call's log says where it is."""
    if item.kind != Ordered.__name__:
        return []
    attempts = tables.items(callee_log(item.event["callee"]))
    return [one for one in attempts if one.kind == Placed.__name__ and one.event["request"] == item.event["request"]]


def _wishes(stage: str, number: str) -> Iterator[str]:
    if number and any(isinstance(one.event, LASTING) for one in callees(stage).read(number)):
        yield f"Kept: that {number} does not want to be called."


def _backups(table: str) -> Iterator[str]:
    """Return what backups of the table still hold. Raises OpsError."""
    try:
        told = client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        own = client("dynamodb").list_backups(TableName=table)["BackupSummaries"]
    except (ClientError, BotoCoreError) as error:
        raise OpsError(f"Everything is deleted, but backups could not be listed: {code(error)}.") from error
    point = told.get("PointInTimeRecoveryDescription", {})
    if point.get("PointInTimeRecoveryStatus") == "ENABLED":
        until = datetime.now(UTC) + timedelta(days=point.get("RecoveryPeriodInDays", 35))
        yield f"Point-in-time recovery can restore what was deleted until {until:%Y-%m-%d}."
    else:
        yield "The table has no point-in-time recovery: nothing can restore what was deleted."
    for one in own:
        yield f"The backup {one['BackupName']} still holds it, until you delete {one['BackupArn']}."


def _by_log(items: Iterable[Item]) -> dict[str, list[Key]]:
    logs: dict[str, list[Key]] = {}
    for one in items:
        logs.setdefault(one.log, []).append(Key.parse(one.key))
    return logs


def _item(found: Any) -> Item:
    return Item(found["log"]["S"], found["key"]["S"], found["kind"]["S"], json.loads(found["event"].get("S", "{}")))


def _or_nothing(check: Callable[[str], str]) -> Callable[[str], str]:
    """Let an argument be empty, as make passes one that is not given."""
    return lambda text: text and check(text)


def _party(text: str) -> str:
    """Return a number, or the address of a SIP phone or a client. Raises ArgumentTypeError for any other text."""
    return text if kind_of(text) in ("sip", "client") else e164(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make forget", description=__doc__)
    parser.add_argument("--number", type=_or_nothing(_party), default="", help="a number, or sip:… or client:…")
    parser.add_argument("--call", type=_or_nothing(call_sid), default="", help="the SID of one call")
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
