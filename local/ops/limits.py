"""Reads from the table's counters how full a deployment's limits are. It does not read the counters of callers."""

import importlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.counters import KEY, count_in
from functions.relay import Limits
from functions.relay.cost_limits import MICROS_PER_CENT, day_at, money_of
from functions.relay.counts import CallLimit, Count, Quota
from functions.relay.log.keys import counter
from local.ops.account import client, code
from local.ops.deployed import Deployed
from local.ops.findings import Finding, Passed, Unseen

SHOWN: Mapping[CallLimit, str] = {"calls": "incoming calls", "outbound": "outgoing calls"}

NEARLY = 0.8
"""An operator should check a limit once this part of it is used."""


def limits(deployed: Deployed) -> Iterator[Finding]:
    """Check how full each limit is."""
    allowed: Limits = importlib.import_module("functions.agents").LIMITS
    now = int(time.time())
    try:
        for name, words in SHOWN.items():
            count = count_in(_item(deployed, counter(name))).renewed(now)
            yield _of_calls(words, count, allowed.of(name))
        spent = int(_item(deployed, money_of(day_at(now))).get("spent", {}).get("N", 0)) // MICROS_PER_CENT
    except (ClientError, BotoCoreError) as error:
        yield Unseen(f"how full the limits are: {code(error)}.", "You need the IAM permission dynamodb:GetItem.")
        return
    most = allowed.cents_per_day
    yield _looked_at(f"{spent} of {most} cents are spent today, or reserved for calls in progress", spent / most)
    yield from _assumed(deployed)
    quota = allowed.of("caller")
    yield Passed(f"the limits of one caller are {quota.per_day} calls a day and {quota.at_once} at once")
    yield Passed(f"the limit of one call is {allowed.tokens_per_call} tokens")


def _assumed(deployed: Deployed) -> Iterator[Finding]:
    for model in (one for one in deployed.models if one.price_is_assumed):
        told = f"the price of {model} is not known: its tokens count at the highest known price"
        yield Unseen(told, "Add its price to the provider's row in functions/providers.py, and deploy again.")


def _item(deployed: Deployed, name: str) -> dict[str, Any]:
    key = {"log": {"S": name}, "key": {"S": KEY}}
    return dict(client("dynamodb").get_item(TableName=deployed.table, Key=key).get("Item", {}))


def _of_calls(words: str, count: Count, quota: Quota) -> Finding:
    told = f"{count.calls} of {quota.per_day} {words} today, {len(count.active)} of {quota.at_once} at once"
    return _looked_at(told, max(count.calls / quota.per_day, len(count.active) / quota.at_once))


def _looked_at(told: str, used: float) -> Finding:
    """Return a finding about a limit. `used` is the part of it that is used."""
    if used < NEARLY:
        return Passed(told)
    return Unseen(
        f"{told}. Is that intended?", "Raise it under LIMITS in functions/agents/numbers.py, and deploy again."
    )
