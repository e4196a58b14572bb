"""Keeps the counters in DynamoDB: one item each, in the table of the logs, changed by UpdateItem with a condition.

A call is counted with one request. DynamoDB refuses it if the item is new, of an earlier day, or full, and returns
the item. Then the calls that are over are removed from it, and the request is repeated. Money is counted in an item
for each day, also with one request. Source: AWS, "UpdateItem", ConditionExpression.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.relay.counts import DAY_S, Admission, Count, Quota
from functions.relay.ports import CountersError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = "count"
"""The sort key of a counter's item."""

KEPT_S = 2 * DAY_S
"""Seconds after its last change until a counter expires."""

MOST_TRIES = 8
"""Most tries to count a call while other invocations renew the same counter."""

HAS_ROOM = "today = :today AND calls < :most AND size(active) < :at_once AND attribute_not_exists(active.#call)"
ADD_CALL = "SET calls = calls + :one, version = version + :one, active.#call = :until, expires = :expires"
UNCHANGED = "attribute_not_exists(version) OR version = :version"
RENEW = "SET today = :today, calls = :calls, active = :active, version = :next, expires = :expires"


HAS_MONEY = "attribute_not_exists(spent) OR spent <= :room"
ADD_MONEY = "ADD spent :micros SET expires = :expires"


class DynamoCounters:
    """Implements the port `Counters` with one table."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` returns seconds since 1970."""
        self._client, self._table, self._clock = client, table, clock

    def admit(self, counter: str, quota: Quota, call: str, seconds: int) -> Admission:
        """Count a call, unless the quota is full. Raises CountersError."""
        now = int(self._clock())
        for _ in range(MOST_TRIES):
            item = self._add(counter, quota, call, now, now + seconds)
            if item is None:
                return Admission.COUNTED
            known = count_in(item)
            if call in known.active:
                return Admission.KNOWN
            renewed = known.renewed(now)
            if not renewed.admits(quota, now):
                return Admission.FULL
            if known != renewed or not item:
                self._renew(counter, renewed, int(item.get("version", {}).get("N", 0)), now)
        raise CountersError("DynamoDB: a counter changes too fast")

    def release(self, counter: str, call: str) -> bool:
        """Count a call as ended; return whether it was active. Raises CountersError."""
        over = "REMOVE active.#call SET version = version + :one"
        return self._update(counter, over, "attribute_exists(active.#call)", {":one": _number(1)}, call) is None

    def spend(self, counter: str, micros: int, most: int) -> bool:
        """Add millionths of a dollar; return False instead if the sum would exceed `most`. Raises CountersError."""
        if micros > most:
            return False
        values = {":micros": micros, ":room": most - micros, ":expires": int(self._clock()) + KEPT_S}
        added = self._update(counter, ADD_MONEY, HAS_MONEY, {name: _number(one) for name, one in values.items()})
        return added is None

    def adjust(self, counter: str, micros: int) -> None:
        """Add millionths of a dollar without a limit. Raises CountersError."""
        values = {":micros": micros, ":expires": int(self._clock()) + KEPT_S}
        self._update(counter, ADD_MONEY, "", {name: _number(one) for name, one in values.items()})

    def _add(self, counter: str, quota: Quota, call: str, now: int, until: int) -> dict[str, Any] | None:
        """Count a call; return None, or the item that has no room for it."""
        values = {":today": now // DAY_S, ":most": quota.per_day, ":at_once": quota.at_once, ":one": 1}
        values |= {":until": until, ":expires": now + KEPT_S}
        return self._update(counter, ADD_CALL, HAS_ROOM, {name: _number(one) for name, one in values.items()}, call)

    def _renew(self, counter: str, count: Count, version: int, now: int) -> None:
        """Replace a counter's item, unless it has changed in the meantime."""
        numbers = {":today": count.day, ":calls": count.calls, ":version": version, ":next": version + 1}
        values: dict[str, Any] = {name: _number(one) for name, one in (numbers | {":expires": now + KEPT_S}).items()}
        values[":active"] = {"M": {call: _number(until) for call, until in count.active.items()}}
        self._update(counter, RENEW, UNCHANGED, values)

    def _update(
        self, counter: str, update: str, condition: str, values: dict[str, Any], call: str = ""
    ) -> dict[str, Any] | None:
        """Change an item; return None, or the unchanged item if the condition does not hold."""
        more: dict[str, Any] = {"ExpressionAttributeNames": {"#call": call}} if call else {}
        more |= {"ConditionExpression": condition} if condition else {}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"log": {"S": counter}, "key": {"S": KEY}},
                UpdateExpression=update,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **more,
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return _refused(error)
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            raise CountersError(f"DynamoDB: {code}") from error
        return None


def _refused(error: Any) -> dict[str, Any]:
    """Return the item that the refusal holds; empty if there is none."""
    return dict(error.response.get("Item", {}))


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def count_in(item: dict[str, Any]) -> Count:
    """Return the count that an item of the table holds; an empty one holds none."""
    active = {call: int(until["N"]) for call, until in item.get("active", {}).get("M", {}).items()}
    return Count(int(item.get("today", {}).get("N", 0)), int(item.get("calls", {}).get("N", 0)), active)
