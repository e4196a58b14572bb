"""The reminders that SQS brings back: an answer that is owed, a silence, digits that do not come, a call's end."""

from typing import Any

from aws_lambda_powertools import Logger

from functions.adapters.reminders import notes
from functions.live.lazy_start import LazyStart
from functions.live.reminders import read
from functions.relay.error_location import location_of

logger = Logger()
start = LazyStart()


def handler(event: dict[str, Any], _: object) -> None:
    """Check what each reminder is about. One that cannot be read or checked is not brought back: it would be late."""
    found = notes(event)
    if not found:
        logger.error("an event held no reminder")
    for message, note in found:
        try:
            if sessions := start.sessions():
                logger.debug(sessions.check(read(note)), extra={"message_id": message})
        except Exception as error:  # noqa: BLE001 - the others are still to be checked
            logger.error("a reminder was not checked: %s", location_of(error))
