"""The events of API Gateway in the form of its documentation, with Twilio's signature."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from tests.conftest import PUBLIC_URL, RELAY_URL, TOKEN

AT = 1_763_610_000_000
CALLER, CALLED = "+15550101", "+15550100"

SIGNATURE = "X-Twilio-Signature"
"""The header with the signature; the HTTP API writes it in lower case."""


def signature(url: str, form: Mapping[str, str] | None = None, token: str = TOKEN) -> str:
    """Sign as Twilio's documentation says, without the SDK that checks the signature."""
    text = url + "".join(name + value for name, value in sorted((form or {}).items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def webhook(
    path: str, form: Mapping[str, str], query: str = "", signed: str | None = None, at: int = AT
) -> dict[str, Any]:
    """Return a form posted to the HTTP API, payload format 2.0. `signed` replaces Twilio's own signature."""
    url = PUBLIC_URL + path + (f"?{query}" if query else "")
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "host": "abc.execute-api.eu-central-1.amazonaws.com",
            SIGNATURE.lower(): signature(url, form) if signed is None else signed,
        },
        "requestContext": {"requestId": uuid4().hex, "timeEpoch": at, "http": {"method": "POST", "path": path}},
        "body": base64.b64encode(urlencode(form).encode()).decode(),
        "isBase64Encoded": True,
    }


def handshake(connection: str, headers: Mapping[str, str], query: str = "") -> dict[str, Any]:
    """Return a $connect event. The gateway keeps the case of header names, and only the parsed query."""
    context = {"routeKey": "$connect", "eventType": "CONNECT", "connectionId": connection}
    return {
        "headers": {"Host": "abc.execute-api.eu-central-1.amazonaws.com", **headers},
        **({"queryStringParameters": dict(parse_qsl(query))} if query else {}),
        "requestContext": {**context, "requestId": uuid4().hex, "requestTimeEpoch": AT},
        "isBase64Encoded": False,
    }


def signed_handshake(connection: str, url: str = RELAY_URL, query: str = "") -> dict[str, Any]:
    """Return a $connect event that Twilio signed over this URL."""
    return handshake(connection, {SIGNATURE: signature(url)}, query)


def message(connection: str, body: Any, at: int = AT, id: str = "") -> dict[str, Any]:
    """Return an event of the $default route."""
    context = {"routeKey": "$default", "eventType": "MESSAGE", "connectionId": connection, "requestId": uuid4().hex}
    return {
        "requestContext": {**context, "requestTimeEpoch": at, "messageId": id or uuid4().hex},
        "body": body,
        "isBase64Encoded": False,
    }


def disconnected(connection: str, code: int = 1001, reason: str = "Going away") -> dict[str, Any]:
    """Return a $disconnect event."""
    context = {"routeKey": "$disconnect", "eventType": "DISCONNECT", "connectionId": connection}
    ending = {"disconnectStatusCode": code, "disconnectReason": reason}
    return {
        "headers": {"Host": "abc", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""},
        "requestContext": {**context, **ending, "requestId": uuid4().hex, "requestTimeEpoch": AT},
        "isBase64Encoded": False,
    }
