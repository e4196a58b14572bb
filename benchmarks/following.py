"""Measures what follows calls: the time to the event, its cost, a long list, a thousand calls that end at once."""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import boto3

from benchmarks.line import MODEL, TimedModel
from benchmarks.report import Row
from functions.adapters.dynamodb import client
from functions.adapters.records import DynamoRecords
from functions.agents import AGENTS, DEFAULT
from functions.follow_up.calls import check
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder
from functions.relay import After
from functions.relay.log.events import Announced, Entry, Event, FollowedUp, Progressed
from functions.relay.log.keys import Key, announcement, call_log
from functions.relay.ports import Log, OperatorError
from functions.relay.record.call_record import CallEnding, CallRecord, Direction
from functions.relay.record.codec import dump_row
from functions.relay.record.cost import LAMBDA_GB, LAMBDA_GB_SECOND, LAMBDA_REQUEST, TABLE_READ, TABLE_WRITE
from functions.relay.record.row import CallRow, day_list
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.ops.calls import MOST_CALLS, found

CALLS, NOTES, AT_ONCE = 1000, 2, 8
"""The calls that end in the same second, the notes that each of them causes, and how many are handled at once."""

FEW, MANY = 1_000, 10_000
"""Records of a day whose lists are compared."""

PATIENCE_S = 60.0

NEVER = {"N": "9999999999"}
"""The expiry of rows that stay, in seconds since 1970."""

EVENT, MESSAGE = 1.0e-6, 0.4e-6
"""Dollars for an event and for a message of a queue. Sources: the price lists of EventBridge and SQS."""

PUTS = 4
"""Units of writing for a record of two kilobytes and its two rows."""


@dataclass(slots=True)
class Counted:
    """The port `Outlet` that counts how often it hears of each call."""

    name: str = "counted"
    told: Counter[str] = field(default_factory=Counter)

    def tell(self, record: CallRecord) -> None:
        """Count a call."""
        self.told[record.call] += 1


@dataclass(slots=True)
class CountedLog:
    """The port `Log` that counts what is read and written."""

    log: Log
    reads: int = 0
    writes: int = 0

    def append(self, log: str, entry: Entry) -> bool:
        """Append, and count it."""
        self.writes += 1
        return self.log.append(log, entry)

    def read(self, log: str) -> tuple[Entry, ...]:
        """Read, and count it."""
        self.reads += 1
        return self.log.read(log)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        """Read what is later, and count it."""
        self.reads += 1
        return self.log.later(log, key, kinds)


def following() -> Iterator[Row]:
    """Return all figures of what follows calls, with moto's table: the measured one has no stream."""
    made_up = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    with (
        TimedModel() as model,
        environ({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url, **made_up}),
        dev_stack(MODEL, log=Path(".build/bench.log")) as line,
    ):
        yield _to_the_event(line)
        yield from _at_once(line)
        yield from _long_list(line)


def _to_the_event(line: DevStack) -> Row:
    """Let a caller hang up; return how long it takes until the event, with a summary by the stand-in model."""
    with _deps(line) as (after, deps), line.phone(speed=100.0) as phone:
        summing = replace(AGENTS[DEFAULT], after=After(summary=True))
        after.deps = replace(deps, agents={DEFAULT: summing})
        call = phone.dial()
        call.say("Is there a table on Friday?")
        call.hang_up()
        since = time.monotonic()
        while not _told(deps, call.sid):
            if time.monotonic() > since + PATIENCE_S:
                raise TimeoutError(f"No event after {PATIENCE_S:g} s.")
            time.sleep(0.05)
    return Row("hang-up to event, with a summary", round(time.monotonic() - since, 1), "s", 15)


def _told(deps: FollowUpDeps, call: str) -> bool:
    return any(one.event == FollowedUp("event") for one in deps.log.read(call_log(call)))


@contextmanager
def _deps(line: DevStack) -> Iterator[tuple[Any, FollowUpDeps]]:
    """Give the block the handler and what its follow-ups need; afterwards it is as before."""
    after: Any = line.modules["after"]
    before: FollowUpDeps = after.deps
    try:
        yield after, before
    finally:
        after.deps = before


def _at_once(line: DevStack) -> Iterator[Row]:
    """End many calls in one second, and note each several times; return what was lost, twice, and the cost."""
    now, counted = int(time.time() * 1000), Counted()
    calls = [f"CA{number:032x}" for number in range(CALLS)]
    with _deps(line) as (after, deps):
        log = CountedLog(deps.log)
        after.deps = ours = replace(deps, log=log, outlets=[*deps.outlets, counted])
        for number, call in enumerate(calls):
            _patiently(lambda call=call, number=number: _end(deps, call, now + number % 1000))  # type: ignore[misc]
        began = time.monotonic()
        notes = [FollowUpReminder(call_log(call), 60, f"n{note}") for note in range(NOTES) for call in calls]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda note: _patiently(lambda: check(ours, note)), notes))
        took = time.monotonic() - began
        # The table's stream has sent notes too: a call that one of them has claimed is still under way.
        while len(counted.told) < CALLS and time.monotonic() < began + took + PATIENCE_S:
            time.sleep(0.1)
        records = Counter(row.call for row in deps.records.rows(day_list(_day(now))))
    ends = f"{CALLS} calls that end in one second"
    yield Row(f"{ends}: without a record", sum(not records[one] for one in calls), "", 0)
    yield Row(f"{ends}: twice in a list", sum(records[one] > 1 for one in calls), "", 0)
    yield Row(f"{ends}: not told yet", sum(not counted.told[one] for one in calls), "", 0)
    yield Row(f"{ends}: told twice", sum(counted.told[one] > 1 for one in calls), "", 0)
    yield Row(f"what follows {CALLS} calls, at AWS", round(_dollars(log, took) * 100, 1), "ct", 100)


def _patiently(work: Callable[[], object]) -> None:
    """Do something again while it fails, as the queue does: moto on a busy machine takes longer than two seconds."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            work()
        except OperatorError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _dollars(log: CountedLog, took: float) -> float:
    """Return what AWS charges after the calls, if a function works as long as it does here."""
    table = log.reads * TABLE_READ + (log.writes + NOTES * CALLS * PUTS) * TABLE_WRITE
    functions = took * AT_ONCE * LAMBDA_GB * LAMBDA_GB_SECOND + CALLS * NOTES * 2 * LAMBDA_REQUEST
    return table + functions + CALLS * (EVENT + NOTES * MESSAGE)


def _end(deps: FollowUpDeps, call: str, at: int) -> None:
    log = call_log(call)
    deps.log.append(log, Entry(announcement(0), Announced(DEFAULT, "+15550101", "+15550100", at=at - 9_000)))
    deps.log.append(log, Entry(Key(3, "completed"), Progressed(3, "completed", 9, "+15550101", "+15550100", at=at)))


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def _long_list(line: DevStack) -> Iterator[Row]:
    """List the calls of a day with few and of a day with many; return how much more is read for the second."""
    few, many = (_listed(line, f"2026-01-0{day}", number) for day, number in ((1, FEW), (2, MANY)))
    yield Row(f"make calls, {MANY} records to {FEW}: items read", round(many[0] / few[0], 2), "x", 1.0)
    yield Row(f"make calls, {MANY} records, from moto's table", round(many[1] * 1000), "ms")


def _listed(line: DevStack, day: str, number: int) -> tuple[int, float]:
    """Store `number` records of one day and list them; return the items that were read, and the seconds."""
    began = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000)
    read: list[int] = []
    with environ(line.environment):
        _put(line.table, day, [_row(began + second, second) for second in range(number)])
        table = client()
        table.meta.events.register("after-call.dynamodb.Query", lambda parsed, **_: read.append(_scanned(parsed)))
        wanted = datetime.fromisoformat(day).date()
        given = argparse.Namespace(stage="laptop", caller="", day=wanted, days=1, agent="", ending="")
        since = time.monotonic()
        listed = list(islice(found(DynamoRecords(table, line.table, 30), given), MOST_CALLS))
    assert len(listed) == MOST_CALLS
    return sum(read), time.monotonic() - since


def _scanned(page: Any) -> int:
    return int(page["ScannedCount"])


def _row(began: int, number: int) -> CallRow:
    call, ending = f"CA{number:032x}", CallEnding.CALLER_HUNG_UP
    return CallRow(call, began, 60, DEFAULT, Direction.INBOUND, "", ending, 3, 400, 8.0, 0, "They asked for a table.")


def _put(table: str, day: str, rows: list[CallRow]) -> None:
    """Put rows as `DynamoRecords` does, 25 in a request."""
    table_client: Any = boto3.client("dynamodb")
    for first in range(0, len(rows), 25):
        texts = [
            {"log": day_list(day), "key": row.key, "kind": "CallRow", "event": dump_row(row)}
            for row in rows[first : first + 25]
        ]
        items = [
            {name: {"S": text} for name, text in one.items()} | {"expires": {"N": "9999999999"}} for one in texts
        ]
        table_client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})
