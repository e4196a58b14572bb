"""Keeps the counters in DynamoDB: one item each, in the table of the logs, changed only with a condition.

A check reads its counters with one request, and changes them with another: a transaction, which counts the call in
all of them or in none. If an item changes meanwhile, DynamoDB refuses the transaction and returns that item, and the
transaction is repeated with it. DynamoDB also refuses a write to an item that another transaction changes: it is
repeated after a random time, up to `MOST_TRIES` times.
Sources: Amazon DynamoDB, "TransactWriteItems", "Transaction conflict handling", "Condition expressions".
"""

import time
from collections.abc import Callable, Iterator, Mapping
from random import random
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.counts import DAY_S, Charge, Count, LimitName, Quota, Reservation, Seat
from functions.relay.dataclass import dataclass
from functions.relay.ports import CountersError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = "count"
"""The sort key of a counter's item."""

KEPT_S = 2 * DAY_S
"""Seconds after its last change until a counter expires."""

MOST_TRIES = 20
"""Most tries of a change while others change the same counters. They take about four seconds."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.02, 0.5
"""The longest wait before the second try, and before any try: it doubles with each. A transaction takes 0.01 s."""

HAS_ROOM = "today = :today AND calls < :most AND size(active) < :at_once AND attribute_not_exists(active.#call)"
ADD_CALL = "SET calls = calls + :one, version = version + :one, active.#call = :until, expires = :expires"
UNCHANGED = "attribute_not_exists(version) OR version = :version"
RENEW = "SET today = :today, calls = :calls, active = :active, version = :next, expires = :expires"
HAS_MONEY = "attribute_not_exists(spent) OR spent <= :room"
ADD_MONEY = "ADD spent :micros SET expires = :expires"

BUSY = ("TransactionConflict", "TransactionConflictException", "ThrottlingError", "ProvisionedThroughputExceeded")
"""Codes of a write that DynamoDB refused because of others at the same moment."""

CounterItem = dict[str, Any]
"""An item of the table, as DynamoDB returns it; empty if the table has none."""


class BusyError(Exception):
    """Other writes to the same item go on: the write may be repeated."""


class DynamoCounters:
    """Implements the port `Counters` with one table."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`clock` returns seconds since 1970; `sleep` waits so many seconds."""
        self._client, self._table, self._clock, self._sleep = client, table, clock, sleep

    def admit(self, call: str, seconds: int, reservations: Mapping[LimitName, Reservation]) -> LimitName | None:
        """Count a call in all counters, or return the first limit that has no room for it. Raises CountersError."""
        ring = _Ring(call, int(self._clock()), seconds)
        items = self._read(reservations)
        for _ in self._tries():
            if any(ring.is_in(items[name]) for name, one in reservations.items() if isinstance(one, Seat)):
                return None
            if full := next((name for name, one in reservations.items() if not ring.fits(one, items[name])), None):
                return full
            try:
                refused = self._write([ring.update(one, items[name]) for name, one in reservations.items()])
            except BusyError:
                continue
            if not refused:
                return None
            items |= {name: refused[number] for number, name in enumerate(reservations) if number in refused}
        raise CountersError("DynamoDB: the counters change too fast")

    def hold(self, counter: str, call: str, seconds: int) -> None:
        """Let an active call stay counted for at least `seconds` from now. Raises CountersError."""
        now = int(self._clock())
        longer = "SET active.#call = :until, version = version + :one, expires = :expires"
        values = {":until": now + seconds, ":one": 1, ":expires": now + KEPT_S}
        self._update(_Update(counter, longer, "active.#call < :until", _numbers(values), call))

    def release(self, counter: str, call: str) -> bool:
        """Count a call as ended; return whether it was active. Raises CountersError."""
        over = "REMOVE active.#call SET version = version + :one"
        return self._update(_Update(counter, over, "attribute_exists(active.#call)", _numbers({":one": 1}), call))

    def spend(self, counter: str, micros: int, most: int) -> bool:
        """Add millionths of a dollar; return False instead if the sum would exceed `most`. Raises CountersError."""
        return micros <= most and self._update(_payment(Charge(counter, micros, most), int(self._clock())))

    def adjust(self, counter: str, micros: int) -> None:
        """Add millionths of a dollar without a limit. Raises CountersError."""
        values = _numbers({":micros": micros, ":expires": int(self._clock()) + KEPT_S})
        self._update(_Update(counter, ADD_MONEY, "", values))

    def _tries(self) -> Iterator[int]:
        for number in range(MOST_TRIES):
            if number:
                self._sleep(random() * min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (number - 1)))
            yield number

    def _read(self, reservations: Mapping[LimitName, Reservation]) -> dict[LimitName, CounterItem]:
        """Return the item of each reservation's counter."""
        keys = [_key(reservation.counter) for reservation in reservations.values()]
        found: dict[str, CounterItem] = {}
        for _ in self._tries():
            wanted: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            try:
                page: Any = self._client.batch_get_item(RequestItems=wanted)
            except (ClientError, BotoCoreError) as error:
                raise CountersError(cause("DynamoDB", error)) from error
            found |= {item["log"]["S"]: item for item in page["Responses"].get(self._table, [])}
            if not (keys := page["UnprocessedKeys"].get(self._table, {}).get("Keys", [])):
                return {name: found.get(reservation.counter, {}) for name, reservation in reservations.items()}
        raise CountersError("DynamoDB: the counters are read too often")

    def _write(self, updates: list["_Update"]) -> dict[int, CounterItem]:
        """Change all items or none; return those whose conditions do not hold. Raises BusyError, CountersError."""
        try:
            self._client.transact_write_items(TransactItems=[{"Update": one.request(self._table)} for one in updates])
        except self._client.exceptions.TransactionCanceledException as error:
            reasons: Any = error.response["CancellationReasons"]
            codes = {reason.get("Code") or "None" for reason in reasons} - {"None"}
            if refused := {number: one.get("Item", {}) for number, one in enumerate(reasons) if _is_refused(one)}:
                return refused
            if codes <= set(BUSY):
                raise BusyError from error
            raise CountersError(f"DynamoDB: {', '.join(sorted(codes))}") from error
        except (ClientError, BotoCoreError) as error:
            raise CountersError(cause("DynamoDB", error)) from error
        return {}

    def _update(self, update: "_Update") -> bool:
        """Change an item; return False if the condition does not hold. Raises CountersError."""
        for _ in self._tries():
            try:
                self._client.update_item(**update.request(self._table))
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
            except (ClientError, BotoCoreError) as error:
                if not (isinstance(error, ClientError) and error.response["Error"]["Code"] in BUSY):
                    raise CountersError(cause("DynamoDB", error)) from error
            else:
                return True
        raise CountersError("DynamoDB: a counter changes too fast")


@dataclass(frozen=True, slots=True)
class _Update:
    """A change of one item."""

    counter: str
    change: str
    condition: str
    values: CounterItem
    call: str = ""

    def request(self, table: str) -> Any:
        """Return the change as DynamoDB takes it."""
        names = {"ExpressionAttributeNames": {"#call": self.call}} if self.call else {}
        condition = {"ConditionExpression": self.condition} if self.condition else {}
        return {
            "TableName": table,
            "Key": _key(self.counter),
            "UpdateExpression": self.change,
            "ExpressionAttributeValues": self.values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **names,
            **condition,
        }


@dataclass(frozen=True, slots=True)
class _Ring:
    """A call that is to be counted now, in seconds since 1970, and lasts at most so many seconds."""

    call: str
    now: int
    seconds: int

    def is_in(self, item: CounterItem) -> bool:
        """Return whether the call is counted and active already."""
        return self.call in count_in(item).active

    def fits(self, reservation: Reservation, item: CounterItem) -> bool:
        """Return whether the counter has room for the call."""
        match reservation:
            case Charge(_, micros, most):
                return int(item.get("spent", {}).get("N", 0)) + micros <= most
            case Seat(_, quota):
                return count_in(item).renewed(self.now).admits(quota, self.now)

    def update(self, reservation: Reservation, item: CounterItem) -> _Update:
        """Return the change that counts the call, if no other invocation changes the counter first."""
        match reservation:
            case Charge():
                return _payment(reservation, self.now)
            case Seat(counter, quota) if item and count_in(item) == count_in(item).renewed(self.now):
                return self._added(counter, quota, count_in(item).day)
            case Seat(counter):
                return self._renewed(counter, item)

    def _added(self, counter: str, quota: Quota, day: int) -> _Update:
        values = {":today": day, ":most": quota.per_day, ":at_once": quota.at_once, ":one": 1}
        values |= {":until": self.now + self.seconds, ":expires": self.now + KEPT_S}
        return _Update(counter, ADD_CALL, HAS_ROOM, _numbers(values), self.call)

    def _renewed(self, counter: str, item: CounterItem) -> _Update:
        """Begin a counter or its new day, or remove the calls that must have ended."""
        count = count_in(item).renewed(self.now).with_call(self.call, self.now + self.seconds)
        version = int(item.get("version", {}).get("N", 0))
        numbers = {":today": count.day, ":calls": count.calls, ":version": version, ":next": version + 1}
        values = _numbers(numbers | {":expires": self.now + KEPT_S})
        return _Update(counter, RENEW, UNCHANGED, values | {":active": {"M": _numbers(count.active)}})


def _payment(charge: Charge, now: int) -> _Update:
    values = {":micros": charge.micros, ":room": charge.most - charge.micros, ":expires": now + KEPT_S}
    return _Update(charge.counter, ADD_MONEY, HAS_MONEY, _numbers(values))


def _is_refused(reason: Mapping[str, Any]) -> bool:
    return reason.get("Code") == "ConditionalCheckFailed"


def _key(counter: str) -> CounterItem:
    return {"log": {"S": counter}, "key": {"S": KEY}}


def _numbers(values: Mapping[str, int]) -> CounterItem:
    return {name: {"N": str(value)} for name, value in values.items()}


def count_in(item: CounterItem) -> Count:
    """Return the count that an item of the table holds; an empty one holds none."""
    active = {call: int(until["N"]) for call, until in item.get("active", {}).get("M", {}).items()}
    return Count(int(item.get("today", {}).get("N", 0)), int(item.get("calls", {}).get("N", 0)), active)
