"""The rules of API Gateway that matter for a phone call, as pure functions and values."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any

Event = dict[str, Any]

DEFAULT_ROUTE = "$default"
_SELECTION_PREFIX = "$request.body."

GOING_AWAY, BINARY_REFUSED, NO_CODE, LOST, TOO_BIG, BROKEN = 1001, 1003, 1005, 1006, 1009, 1011
"""WebSocket close codes (RFC 6455, 7.4.1). NO_CODE and LOST are never sent: they say that a code or a frame is
missing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large things may be, in seconds and bytes. The defaults are AWS's own values.

    Source: "Quotas for configuring and running a WebSocket API" and "Quotas for HTTP APIs".
    """

    integration_timeout: float = 29.0
    http_timeout: float = 30.0
    idle_timeout: float = 600.0
    max_duration: float = 7200.0
    max_frame: int = 32 * 1024
    max_message: int = 128 * 1024
    max_post: int = 128 * 1024


class Deadline(Enum):
    """Which timeout passed first: the gateway's or the function's own."""

    INTEGRATION = "integration"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Returned:
    """The handler returned this value."""

    value: object


@dataclass(frozen=True, slots=True)
class Raised:
    """The handler raised this exception."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The handler had not returned at this deadline; it may still be running."""

    deadline: Deadline


Outcome = Returned | Raised | TimedOut


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: status, header pairs (a name may repeat) and body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def select_route(body: str, routes: Collection[str], expression: str = "$request.body.type") -> str | None:
    """Return the key of the route that a message takes, or None if none matches and there is no $default.

    A custom key cannot start with `$`, so no message can select $connect or $disconnect. Source: "Integrate WebSocket
    APIs: set up route selection" of the API Gateway guide ("Create routes for WebSocket APIs").
    """
    key = _selected(body, expression.removeprefix(_SELECTION_PREFIX).split("."))
    if key in routes and not key.startswith("$"):
        return key
    return DEFAULT_ROUTE if DEFAULT_ROUTE in routes else None


def _selected(body: str, path: list[str]) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return _as_key(value)


def _as_key(value: object) -> str:
    match value:
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return ""


def connect_status(outcome: Outcome) -> int:
    """Return the HTTP status of the handshake: 2xx opens the socket, any other status refuses it.

    Source: "Manage connected users and client apps: $connect and $disconnect routes".
    """
    match outcome:
        case Returned(value) if (status := _proxy_status(value)) is not None:
            return status
        case TimedOut(Deadline.INTEGRATION):
            return HTTPStatus.GATEWAY_TIMEOUT
        case _:
            return HTTPStatus.BAD_GATEWAY


def message_error(outcome: Outcome) -> str | None:
    """Return the frame that the gateway sends the client about a message's invocation; None if it returned.

    The gateway drops the value that a handler returns: every route is one-way here, and none has a route response.
    """
    match outcome:
        case Returned(value) if _proxy_status(value) is not None:
            return None
        case TimedOut(Deadline.INTEGRATION):
            return "Endpoint request timed out"
        case _:
            return "Internal server error"


def error_frame(message: str, connection_id: str, request_id: str) -> str:
    """Return the text frame that the gateway itself sends to the client."""
    return json.dumps({"message": message, "connectionId": connection_id, "requestId": request_id})


def _proxy_status(value: object) -> int | None:
    match value:
        case {"statusCode": bool()}:
            return None
        case {"statusCode": int(status)}:
            return status
        case _:
            return None


def post_status(known: bool, size: int, limits: Limits) -> int:
    """Return the HTTP status of a post of `size` bytes to a connection that is open (`known`) or not.

    Source: "Use @connections commands in your backend service".
    """
    if size > limits.max_post:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return HTTPStatus.OK if known else HTTPStatus.GONE


_ERROR_TYPES = {
    400: "BadRequestException",
    403: "ForbiddenException",
    404: "ResourceNotFoundException",
    410: "GoneException",
    413: "PayloadTooLargeException",
    429: "LimitExceededException",
}


def service_error(status: int) -> Response:
    """Return an AWS API's error response. SDKs choose the exception by the header `x-amzn-ErrorType`."""
    kind = _ERROR_TYPES.get(status, "InternalServerErrorException")
    headers = (("x-amzn-ErrorType", kind), ("Content-Type", "application/json"))
    return Response(status, headers, json.dumps({"message": HTTPStatus(status).phrase}).encode())


def http_response(outcome: Outcome) -> Response:
    """Return the HTTP API's response for an invocation.

    A value without `statusCode` is sent whole, as JSON, with 200. Source: "Create AWS Lambda proxy integrations for
    HTTP APIs", payload format version 2.0.
    """
    match outcome:
        case TimedOut(Deadline.INTEGRATION):
            return message_response(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable")
        case Returned(dict(value)) if "statusCode" in value:
            return _proxy_response(value) or _SERVER_ERROR
        case Returned(value):
            return _json_response(HTTPStatus.OK, value) or _SERVER_ERROR
        case _:
            return _SERVER_ERROR


def message_response(status: int, message: str) -> Response:
    """Return a response that the HTTP API makes itself: `{"message": ...}`."""
    return Response(status, _JSON, json.dumps({"message": message}).encode())


_JSON = (("Content-Type", "application/json"),)
_SERVER_ERROR = message_response(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def _json_response(status: int, value: object) -> Response | None:
    try:
        body = json.dumps(value).encode()
    except (TypeError, ValueError):
        return None
    return Response(status, _JSON, body)


def _proxy_response(value: Mapping[str, object]) -> Response | None:
    match {"body": "", "headers": {}, "cookies": [], "isBase64Encoded": False, **value}:
        case {
            "statusCode": int(status),
            "body": str(text),
            "headers": dict(headers),
            "cookies": list(cookies),
            "isBase64Encoded": bool(is_base64),
        } if (body := _decoded(text, is_base64)) is not None:
            return Response(status, _header_pairs(headers, cookies), body)
    return None


def _header_pairs(headers: dict[object, object], cookies: list[object]) -> tuple[tuple[str, str], ...]:
    pairs = [(str(name), str(value)) for name, value in headers.items()]
    if "content-type" not in {name.lower() for name, _ in pairs}:
        pairs.append(("Content-Type", "text/plain;charset=UTF-8"))
    return (*pairs, *(("Set-Cookie", str(cookie)) for cookie in cookies))


def _decoded(body: str, is_base64: bool) -> bytes | None:
    try:
        return base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError:
        return None


def function_name(reference: str) -> str:
    """Return the name in a function's name, partial ARN or ARN, with or without alias. Source: Lambda API, Invoke."""
    return reference.rpartition("function:")[2].partition(":")[0]


def http_route(method: str, path: str, routes: Collection[str]) -> str | None:
    """Return the most specific of the keys `METHOD /path`, `ANY /path` and `$default` that exists, or None."""
    candidates = (f"{method} {path}", f"ANY {path}", DEFAULT_ROUTE)
    return next((key for key in candidates if key in routes), None)


@dataclass(slots=True)
class FrameMeter:
    """Measures a client's frames and messages while their bytes arrive, in any chunks (RFC 6455, 5.2).

    It reads only the headers. The library that decodes the stream counts whole messages and never reports the size of
    a frame, but the gateway limits both.
    """

    limits: Limits
    exceeded: bool = False
    _pending: bytes = field(default=b"", init=False)
    _skip: int = field(default=0, init=False)
    _message: int = field(default=0, init=False)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream. The first size over a limit sets `exceeded` for good."""
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        self._pending += data[self._skip :]
        self._skip = 0
        while self._take_header():
            pass

    def _take_header(self) -> bool:
        data = self._pending
        extended = {126: 2, 127: 8}.get(data[1] & 0x7F, 0) if len(data) > 1 else 0
        start = 2 + extended + (4 if len(data) > 1 and data[1] & 0x80 else 0)
        if len(data) < start:
            return False
        size = int.from_bytes(data[2 : 2 + extended]) if extended else data[1] & 0x7F
        self._count(final=bool(data[0] & 0x80), control=bool(data[0] & 0x08), size=size)
        self._pending = data[start + size :]
        self._skip = max(0, start + size - len(data))
        return bool(self._pending)

    def _count(self, *, final: bool, control: bool, size: int) -> None:
        if control:
            return
        self._message += size
        self.exceeded |= size > self.limits.max_frame or self._message > self.limits.max_message
        if final:
            self._message = 0
