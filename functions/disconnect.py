"""Handles `$disconnect`: logs that a socket has closed. API Gateway does not promise to call it.

How the call continues is decided when Twilio asks: `webhooks/socket_ended.py`.
"""

from collections.abc import Mapping
from typing import Any

from functions.adapters import dynamodb, metrics
from functions.adapters.apigateway import of_socket
from functions.relay.call_context import begin
from functions.relay.error_location import location_of
from functions.relay.log.events import Closed, Entry
from functions.relay.log.keys import session_log
from functions.settings import Settings

logger = metrics.logger()
settings = Settings.load(needed=("table",))
log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)


def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    """Append the end of the socket to the session's log."""
    try:
        connection, key = of_socket(event, "requestId")
        begin(session=connection)
        log.append(session_log(connection), Entry(key, _closed(event["requestContext"])))
    except Exception as error:  # noqa: BLE001 - the socket is closed, so an error would reach no one
        logger.error("the end of a socket was not logged: %s", location_of(error))
    return {"statusCode": 200}


def _closed(context: Mapping[str, Any]) -> Closed:
    code, reason = context.get("disconnectStatusCode"), context.get("disconnectReason")
    return Closed(code if isinstance(code, int) else 0, reason if isinstance(reason, str) else "")
