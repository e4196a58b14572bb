"""Handles `$default`: one ConversationRelay message in, spoken words out. A webhook tells it of machines."""

from dataclasses import replace
from time import time
from typing import Any

from functions.adapters import metrics
from functions.adapters.apigateway import address_of, late_s, of_socket
from functions.live.deps import Frame
from functions.live.lazy_start import LazyStart
from functions.relay.call_context import begin
from functions.relay.error_location import location_of

logger = metrics.logger()
start = LazyStart()


def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    """Handle one frame. An error or a body would reach the caller's socket, so there is neither."""
    try:
        if "warm" in event:
            _warm()
        elif "machine" in event:
            _end_for_machine(**event["machine"])
        else:
            _handle(_frame(event))
    except Exception as error:  # noqa: BLE001 - API Gateway would send its own error into the call
        logger.error("a frame was not handled: %s", location_of(error))
    return {"statusCode": 200}


def _warm() -> None:
    if sessions := start.sessions():
        sessions.warm()


def _end_for_machine(connection: str, answered_by: str) -> None:
    if sessions := start.sessions():
        logger.debug(sessions.end_for_machine(connection, answered_by))


def _handle(frame: Frame) -> None:
    sessions = start.sessions()
    if sessions is None:
        start.say_sorry(frame.connection, frame.body)
        return
    # The agents are loaded by now: an answer's own clock begins here.
    done = sessions.receive(replace(frame, late_s=late_s(frame.key, time())))
    logger.debug(done, extra={"connection": frame.connection, "message_id": frame.key.message})


def _frame(event: dict[str, Any]) -> Frame:
    connection, key = of_socket(event, "messageId")
    begin(session=connection)
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise TypeError("the body of the event is not a text")
    return Frame(connection, key, body, address_of(event))
