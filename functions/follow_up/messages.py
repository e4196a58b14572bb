"""Sends the text messages that tools and functions have ordered, each at most once."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from functions.follow_up.deps import FollowUpDeps
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, SmsClaimed, SmsEnded, SmsOrdered
from functions.relay.log.keys import Key, call_log
from functions.relay.record.logs import CallLogs

MOST_MESSAGES = 5
"""Text messages of one call. A model may be talked into sending more."""

logger = logging.getLogger("hotline")


def send_messages(deps: FollowUpDeps, logs: CallLogs) -> CallLogs:
    """Send the messages of a call that are not claimed yet; return the logs with what became of them.

    Raises LogError. A message whose invocation has died is not sent again, because Twilio may have taken it.
    """
    ended = tuple(_ended(deps, logs))
    return replace(logs, own=(*logs.own, *ended)) if ended else logs


def _ended(deps: FollowUpDeps, logs: CallLogs) -> Iterator[Entry]:
    log, claimed = call_log(logs.call), {event.order for _, event in logs.of(SmsClaimed)}
    for number, (key, order) in enumerate(logs.of(SmsOrdered)):
        claim = Entry(Key(0, f"sms/{key}/claim"), SmsClaimed(str(key)))
        if str(key) in claimed or not deps.log.append(log, claim):
            continue
        entry = Entry(Key(0, f"sms/{key}/ended"), _sent(deps, order, str(key), number))
        deps.log.append(log, entry)
        yield entry


def _sent(deps: FollowUpDeps, order: SmsOrdered, key: str, number: int) -> SmsEnded:
    try:
        if refused := _refusal(deps, order, number):
            return SmsEnded(key, error=refused)
        return SmsEnded(key, deps.messenger().send(order.to, order.sender, order.text))
    except Exception as error:  # noqa: BLE001 - the record says what became of it; the call's other work goes on
        logger.error("a text message was not sent: %s", location_of(error))
        return SmsEnded(key, error=location_of(error))


def _refusal(deps: FollowUpDeps, order: SmsOrdered, number: int) -> str:
    """Return why a message must not be sent; empty if it may. Raises LogError, SecretError."""
    if number >= MOST_MESSAGES:
        return f"a call sends at most {MOST_MESSAGES}"
    if not order.sender.startswith("+"):
        return "the call has no number of ours that could send it"
    if deps.opted_out(order.to):
        return "the number has opted out"
    return ""
