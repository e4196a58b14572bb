"""Handles the reminders that SQS delivers: a late answer, a silence, missing digits, the end of a call."""

from typing import Any

from functions.adapters import metrics
from functions.adapters.reminders import messages
from functions.live.lazy_start import LazyStart
from functions.live.reminders import read
from functions.relay.error_location import location_of

logger = metrics.logger()
start = LazyStart()


def handler(event: dict[str, Any], _: object) -> None:
    """Check what each reminder is about. A reminder that fails is not retried: it would be too late."""
    found = messages(event)
    if not found:
        logger.error("an event held no reminder")
    for message, reminder in found:
        try:
            if sessions := start.sessions():
                logger.debug(sessions.check(read(reminder)), extra={"message_id": message})
        except Exception as error:  # noqa: BLE001 - the other reminders are still checked
            logger.error("a reminder was not checked: %s", location_of(error))
