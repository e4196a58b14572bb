"""Finds what the tables hold about a person, or about one call, in the order in which it can be deleted.

An item that names other items comes after them. So an interrupted run leaves what the next run needs.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.dynamodb import DynamoLog
from functions.follow_up.reading import logs_of
from functions.relay.cost_limits import LONGEST_CALL_S
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
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import Over, next_look
from functions.relay.record.row import CallRow, caller_list, lists_of, record_name, row_of
from local.ops.account import client, code
from local.ops.deployed import outputs, state_stack
from local.ops.speak import OpsError

KEPT = tuple(kind.__name__ for kind in LASTING)
"""Kinds of entries that say that a person does not want to be called."""

NAMING = (Announced.__name__, Limited.__name__, Progressed.__name__)
"""Kinds of entries that say who called."""

RIGHTS = "You need the IAM permissions dynamodb:Query, dynamodb:BatchWriteItem and dynamodb:DeleteItem."


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a table."""

    log: str
    key: str
    kind: str
    event: Any


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a deployment. Every method raises OpsError if DynamoDB refuses or cannot be reached."""

    logs: str
    private: str

    @classmethod
    def of(cls, stage: str) -> "Tables":
        """Return the tables of a stage."""
        told = outputs(state_stack(stage))
        try:
            return cls(told["TableName"], told["PrivateTableName"])
        except KeyError as error:
            raise OpsError(
                f"{state_stack(stage)} has no output {error.args[0]}.", "Deploy it again: make deploy"
            ) from error

    def items(self, log: str, table: str = "") -> list[Item]:
        """Return all items of a log."""
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
        """Delete items, log by log in their order."""
        log = DynamoLog(client("dynamodb"), table or self.logs, days=1)
        for name, keys in _by_log(items).items():
            try:
                log.delete(name, keys)
            except LogError as error:
                raise OpsError(f"Not all could be deleted: {error}.", f"Run it again. {RIGHTS}") from error

    def delete_counter(self, name: str, key: str) -> None:
        """Delete a counter of a limit; there may be none."""
        try:
            client("dynamodb").delete_item(TableName=self.logs, Key={"log": {"S": name}, "key": {"S": key}})
        except (ClientError, BotoCoreError) as error:
            raise OpsError(f"A counter could not be deleted: {code(error)}.", f"Run it again. {RIGHTS}") from error

    def goes_on(self, call: str) -> bool:
        """Return whether a call may still go on. Then its items are still needed, and more would follow."""
        if self.items(record_name(call)):
            return False
        try:
            logs = logs_of(DynamoLog(client("dynamodb"), self.logs, days=1), call)
        except LogError as error:
            raise OpsError(f"The table could not be read: {error}.", RIGHTS) from error
        silent_s = int(time.time() - _newest(logs, time.time() * 1000) / 1000)
        return silent_s < LONGEST_CALL_S and not isinstance(next_look(logs, silent_s), Over)


@dataclass(frozen=True, slots=True)
class StoredData:
    """What the tables hold of a person or of one call."""

    calls: Sequence[str]
    """The SIDs of the calls that are over."""

    going_on: Sequence[str]
    """The SIDs of the calls that may still go on. The fields below hold none of their items."""

    private: Sequence[Item]
    """Items of the table of private data."""

    items: Sequence[Item]
    """Items of the table of the logs, in the order in which they are deleted."""


def of_person(tables: Tables, mark: str, number: str) -> StoredData:
    """Return what is known of a person with this number, whose keyed hash is `mark`. Raises OpsError."""
    # Records may be kept longer than the log of a person's calls: then only the rows of the records name them.
    listed = [*tables.items(person_log(mark)), *tables.items(caller_list(mark))]
    calls = sorted({one.event["call"] for one in listed if one.event})
    on = [call for call in calls if tables.goes_on(call)]
    over = [call for call in calls if call not in on]
    found = [_of_call(tables, call) for call in over]
    attempts = [] if on else _attempts_at(tables, mark, number)
    index = [one for one in listed if one.event.get("call") not in on]
    ordered = [*(one for call in found for one in call if one.log != caller_list(mark)), *attempts, *index]
    return StoredData(over, on, _private(tables, ordered), ordered)


def of_call(tables: Tables, call: str, mark: Callable[[str], str]) -> StoredData:
    """Return what is known of one call. `mark` returns the keyed hash of an address. Raises OpsError."""
    if tables.goes_on(call):
        return StoredData((), (call,), (), ())
    found = _of_call(tables, call)
    callers = {str(one.event.get("caller", "")) for one in found if one.kind in NAMING} - {""}
    people = [person_log(mark(caller)) for caller in sorted(callers)]
    index = [one for name in people for one in tables.items(name) if one.event["call"] == call]
    attempts = [one for item in found for one in _attempt(tables, item)]
    # The call's own log comes last, because it names the person and the attempt.
    ordered = [*attempts, *index, *found]
    return StoredData((call,), (), _private(tables, ordered), ordered)


def of_transcripts(tables: Tables, transcripts: Iterable[str]) -> list[Item]:
    """Return the items of the logs of transcripts. Raises OpsError."""
    return [one for sid in transcripts for one in tables.items(transcript_log(sid))]


def _of_call(tables: Tables, sid: str) -> list[Item]:
    items = tables.items(call_log(sid))
    connections = sorted({one.event["connection"] for one in items if one.kind == "SessionJoined"})
    logs = [name for one in connections for name in (session_log(one), prompt_log(one))]
    return [*(one for log in logs for one in tables.items(log)), *_record(tables, sid), *items]


def _record(tables: Tables, sid: str) -> Iterator[Item]:
    """Yield the rows of a call's record in the lists of its day and of its caller, and then the record."""
    for item in tables.items(record_name(sid)):
        row = row_of(load(json.dumps(item.event)))
        yield from (Item(name, row.key, CallRow.__name__, {}) for name in lists_of(row))
        yield item


def _private(tables: Tables, items: Iterable[Item]) -> list[Item]:
    connections = [one.event["connection"] for one in items if one.kind == "SessionJoined"]
    return [one for connection in connections for one in tables.items(private_log(connection), tables.private)]


def _attempts_at(tables: Tables, mark: str, number: str) -> list[Item]:
    """Return all attempts to call a number, planned ones too, and its places in the logs of orders.

    Version 0.1 kept them under the plain number.
    """
    found = [one for name in (mark, number) for one in tables.items(callee_log(name)) if one.kind not in KEPT]
    places = [PlanKey(one.log, Key.parse(one.key)) for one in found if one.kind == CallPlanned.__name__]
    orders = sorted({*map(orders_of, places)} - {""})
    return [*(Item(orders_log(one), str(Key(0, mark)), Ordered.__name__, {}) for one in orders), *found]


def _attempt(tables: Tables, item: Item) -> list[Item]:
    """Return the attempt that led to a call, if this item of the call's log says where it is."""
    if item.kind != Ordered.__name__:
        return []
    attempts = tables.items(callee_log(item.event["callee"]))
    return [one for one in attempts if one.kind == Placed.__name__ and one.event["request"] == item.event["request"]]


def _newest(logs: CallLogs, now: float) -> int:
    """Return the newest moment in the logs of a call. Some keys hold a number that is no time."""
    entries = [*logs.own, *(one for session in logs.sessions for one in session.entries)]
    told = [one.event.at for one in entries if isinstance(one.event, Announced | Limited | Progressed)]
    return max((at for at in (*told, *(one.key.at for one in entries)) if at <= now), default=0)


def _by_log(items: Iterable[Item]) -> dict[str, list[Key]]:
    logs: dict[str, list[Key]] = {}
    for one in items:
        logs.setdefault(one.log, []).append(Key.parse(one.key))
    return logs


def _item(found: Any) -> Item:
    return Item(found["log"]["S"], found["key"]["S"], found["kind"]["S"], json.loads(found["event"].get("S", "{}")))
