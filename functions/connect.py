"""Handles `$connect`: accepts a handshake that Twilio has signed, and begins the session's log."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from functions.adapters import dynamodb, metrics
from functions.adapters.apigateway import address_of, of_socket
from functions.adapters.secrets import ParameterSecrets
from functions.adapters.twilio_signature import is_signed
from functions.relay.call_context import about, begin
from functions.relay.error_location import location_of
from functions.relay.log.events import Connected, Entry
from functions.relay.log.keys import session_log
from functions.relay.ports import Secrets
from functions.settings import Settings

logger = metrics.logger()
settings = Settings.load(needed=("table", "relay_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)


def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    """Answer 200 to Twilio and 403 to others, before anything else of the request is read."""
    begin()
    try:
        if not _is_signed(event):
            words, source = "a handshake was refused: Twilio has not signed it for %s", address_of(event)
            logger.warning(words, settings.relay_url, extra={"source": source})
            metrics.count(metrics.REFUSED, Door="connect")
            return {"statusCode": 403}
    except Exception as error:  # noqa: BLE001 - a handshake that cannot be checked is refused
        logger.error("a handshake could not be checked: %s", location_of(error))
        metrics.fault("handshake")
        return {"statusCode": 500}
    _begin(event)
    return {"statusCode": 200}


def _is_signed(event: Mapping[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    signature = headers.get("x-twilio-signature", "")
    token = secrets.get("twilio-auth-token")
    return any(is_signed(token, url, {}, signature) for url in _urls(event))


def _urls(event: Mapping[str, Any]) -> list[str]:
    """Return the URLs that Twilio may have signed: with the query and without it."""
    query = event.get("queryStringParameters") or {}
    return [settings.relay_url, *([f"{settings.relay_url}?{urlencode(query)}"] if query else [])]


def _begin(event: Mapping[str, Any]) -> None:
    try:
        connection, key = of_socket(event, "requestId")
        about(session=connection)
        log.append(session_log(connection), Entry(key, Connected()))
    except Exception as error:  # noqa: BLE001 - the call can continue without this entry
        logger.error("a handshake was not logged: %s", location_of(error))
