"""The events that API Gateway passes to a Lambda function, built from what a client sent."""

import base64
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from local.aws.gateway import Event

Headers = Sequence[tuple[str, str]]

API_ID = "local"
ACCOUNT_ID = "123456789012"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOP_BY_HOP = frozenset({"connection", "upgrade"})
_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})
_CLOSE_REASONS = {
    1000: "Connection Closed Normally",
    1001: "Going away",
    1005: "Client-side close frame status not set",
}


def new_id() -> str:
    """Return a new identifier in the gateway's form: 15 URL-safe characters and `=`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


@dataclass(frozen=True, slots=True)
class Sources:
    """Makes times (`now`: seconds since 1970) and identifiers. Tests use their own."""

    now: Callable[[], float] = time.time
    new_id: Callable[[], str] = new_id


@dataclass(frozen=True, slots=True)
class Client:
    """The client: its address, its headers as sent (case, order), its query as sent, and its scheme."""

    source_ip: str
    headers: Headers
    query: str = ""
    scheme: str = "http"

    def header(self, name: str) -> str | None:
        """Return the first header of that name, in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def host(self) -> str:
        """The host that the client asked for, with its port if it named one."""
        return self.header("Host") or "localhost"

    def forwarded(self) -> list[tuple[str, str]]:
        """The headers as a function gets them: X-Forwarded-* are added, unless a proxy in front sent its own."""
        added = (("X-Forwarded-For", self.source_ip), ("X-Forwarded-Proto", self.scheme))
        return [*self.headers, *(pair for pair in added if self.header(pair[0]) is None)]


@dataclass(frozen=True, slots=True)
class Connection:
    """One WebSocket connection as its events describe it; `connected_at` is milliseconds since 1970."""

    connection_id: str
    connected_at: int
    stage: str
    client: Client


def milliseconds(seconds: float) -> int:
    """Return seconds since 1970 as the whole milliseconds that events have."""
    return int(seconds * 1000)


def request_time(seconds: float) -> str:
    """Return a time in the form of events, `20/Nov/2026:03:46:34 +0000`: UTC, and English months in any locale."""
    at = time.gmtime(seconds)
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    return f"{at.tm_mday:02}/{_MONTHS[at.tm_mon - 1]}/{at.tm_year}:{clock} +0000"


def connect_event(connection: Connection, sources: Sources) -> Event:
    """Return the event of $connect: the only one with the headers and the query of the handshake.

    `Connection` and `Upgrade` are missing from recorded events: the gateway ends them. Source: "Set up a WebSocket
    API integration request" and recorded production events.
    """
    client = connection.client
    headers = [pair for pair in client.forwarded() if pair[0].lower() not in _HOP_BY_HOP]
    return {
        "headers": dict(headers),
        "multiValueHeaders": _multi(headers),
        **_query(client.query),
        "requestContext": _context(connection, sources, "$connect", "CONNECT"),
        "isBase64Encoded": False,
    }


def message_event(connection: Connection, sources: Sources, route_key: str, body: str) -> Event:
    """Return the event of a message: no headers and no query, only the body and the sender."""
    context = _context(connection, sources, route_key, "MESSAGE")
    return {
        "requestContext": {**context, "messageId": sources.new_id()},
        "body": body,
        "isBase64Encoded": False,
    }


def disconnect_event(connection: Connection, sources: Sources, code: int, reason: str) -> Event:
    """Return the event of $disconnect: close code and reason, or the gateway's own words if none came."""
    headers = {
        "Host": connection.client.host,
        "x-api-key": "",
        "X-Forwarded-For": "",
        "x-restapi": "",
    }
    ending = {
        "disconnectStatusCode": code,
        "disconnectReason": reason or _CLOSE_REASONS.get(code, ""),
    }
    return {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {**_context(connection, sources, "$disconnect", "DISCONNECT"), **ending},
        "isBase64Encoded": False,
    }


def _context(connection: Connection, sources: Sources, route_key: str, event_type: str) -> Event:
    now, request_id = sources.now(), sources.new_id()
    return {
        "routeKey": route_key,
        "eventType": event_type,
        "extendedRequestId": request_id,
        "requestTime": request_time(now),
        "messageDirection": "IN",
        "stage": connection.stage,
        "connectedAt": connection.connected_at,
        "requestTimeEpoch": milliseconds(now),
        "identity": identity(connection.client),
        "requestId": request_id,
        "domainName": connection.client.host,
        "connectionId": connection.connection_id,
        "apiId": API_ID,
    }


def identity(client: Client) -> dict[str, str]:
    """Return `sourceIp`, and `userAgent` if the client named one: recorded events leave it out otherwise."""
    agent = client.header("User-Agent")
    return {"sourceIp": client.source_ip} | ({} if agent is None else {"userAgent": agent})


def _multi(pairs: Headers) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _query(raw: str) -> Event:
    pairs = parse_qsl(raw, keep_blank_values=True)
    if not pairs:
        return {}
    return {"queryStringParameters": dict(pairs), "multiValueQueryStringParameters": _multi(pairs)}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request as it arrived; `protocol` is like `HTTP/1.1`."""

    method: str
    path: str
    client: Client
    body: bytes = b""
    protocol: str = "HTTP/1.1"


def http_event(request: HttpRequest, sources: Sources, route_key: str) -> Event:
    """Return the event of an HTTP API route: payload format 2.0, lower-case header names, repeats joined by commas.

    Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway".
    """
    headers = _joined([(name.lower(), value) for name, value in request.client.forwarded()])
    cookies = headers.pop("cookie", None)
    return {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.client.query,
        **({"cookies": cookies.split("; ")} if cookies else {}),
        "headers": headers,
        **_joined_query(request.client.query),
        "requestContext": _http_context(request, sources, route_key),
        **_body(request.body, headers.get("content-type", "")),
    }


def _http_context(request: HttpRequest, sources: Sources, route_key: str) -> Event:
    now, host = sources.now(), request.client.host
    return {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.client.source_ip,
            "userAgent": request.client.header("User-Agent") or "",
        },
        "requestId": sources.new_id(),
        "routeKey": route_key,
        "stage": "$default",
        "time": request_time(now),
        "timeEpoch": milliseconds(now),
    }


def _joined(pairs: Headers) -> dict[str, str]:
    return {name: ",".join(values) for name, values in _multi(pairs).items()}


def _joined_query(raw: str) -> Event:
    pairs = parse_qsl(raw, keep_blank_values=True)
    return {"queryStringParameters": _joined(pairs)} if pairs else {}


def _body(body: bytes, content_type: str) -> Event:
    """Only text types arrive as they are. A form, which Twilio sends, arrives in base64."""
    if not body:
        return {"isBase64Encoded": False}
    media = content_type.partition(";")[0].strip().lower()
    if media.startswith("text/") or media in _TEXT_TYPES:
        return {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def body_of(event: Event) -> bytes:
    """Return the body that an event carries."""
    body = str(event.get("body") or "")
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
