"""Reads API Gateway's events: Twilio's webhooks from the HTTP API, frames and closed sockets from the WebSocket API.

Sources: AWS, "HTTP APIs, payload format 2.0" and "Integration requests for WebSocket APIs"; Twilio, "Twilio's
request to your application".
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from functions.relay.dataclass import dataclass
from functions.relay.log.keys import Key
from functions.relay.wire.callback import json_object
from functions.relay.wire.party import dialable

HASH = "bodySHA256"
"""The parameter of a URL with the hash of a JSON body. JSON without it is not signed, so nothing is read from it.

Source: Twilio, "Webhooks security", Validation of application/json."""

ADDRESSES = frozenset({"From", "To", "Caller", "Called"})
"""The fields of a form with an address. A call by WhatsApp has `whatsapp:` before the number."""

INTEGRATION_TIMEOUT_S = 29.0
"""Seconds that a Lambda has for an event of a WebSocket API. Source: AWS, "Amazon API Gateway quotas"."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request. Do not trust it before its signature is checked."""

    path: str
    query: str
    form: Mapping[str, str]
    signature: str
    context: Mapping[str, Any]
    proven: Mapping[str, str] | str
    """What the signature covers besides the URL: the form, or JSON whose hash the URL has."""

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> "Webhook":
        """Return the request in an event. Raises KeyError or ValueError for an event without one."""
        signature = (event.get("headers") or {}).get("x-twilio-signature", "")
        context = event.get("requestContext") or {}
        query, body = event.get("rawQueryString") or "", _body(event)
        if body.lstrip().startswith("{"):
            form = _fields(body) if HASH in dict(parse_qsl(query)) else {}
            return cls(event["rawPath"], query, form, signature, context, body if form else {})
        signed = dict(parse_qsl(body, keep_blank_values=True))
        form = {name: dialable(value) if name in ADDRESSES else value for name, value in signed.items()}
        return cls(event["rawPath"], query, form, signature, context, signed)

    @property
    def key(self) -> Key:
        """The key of this request in a log."""
        return Key(int(self.context["timeEpoch"]), self.context["requestId"])

    def url(self, public: str) -> str:
        """Return the URL that Twilio signed. `public` is its part before the path."""
        return public + self.path + (f"?{self.query}" if self.query else "")

    def asked(self, name: str) -> str:
        """Return the URL's parameter of this name; empty if it has none."""
        return dict(parse_qsl(self.query)).get(name, "")

    def named(self, field: str) -> str:
        """Return the value of a field of the form. Raises KeyError if it is missing or empty."""
        if not self.form.get(field):
            raise KeyError(field)
        return self.form[field]


def _body(event: Mapping[str, Any]) -> str:
    body = str(event.get("body") or "")
    return base64.b64decode(body).decode(errors="replace") if event.get("isBase64Encoded") else body


def _fields(body: str) -> Mapping[str, str]:
    """Return the texts of a JSON object; empty for any other body."""
    return {name: value for name, value in json_object(body).items() if isinstance(value, str)}


def of_socket(event: Any, id: str) -> tuple[str, Key]:
    """Return the connection of a WebSocket event, and its key. The field `id` of the context names the message.

    Raises ValueError for any other event.
    """
    match event:
        case {"requestContext": {"connectionId": str(connection), "requestTimeEpoch": int(at)} as context}:
            if isinstance(message := context.get(id), str):
                return connection, Key(at, message)
        case _:
            pass
    raise ValueError("not an event of a WebSocket API")


def late_s(key: Key, now: float) -> float:
    """Return how many seconds after its time at the gateway an event is handled at `now`, the time since 1970.

    The gateway gives up after 29 seconds. More than that, and less than nothing, are clocks that do not agree.
    """
    late = now - key.at / 1000
    return late if 0 <= late <= INTEGRATION_TIMEOUT_S else 0.0


def address_of(event: Mapping[str, Any]) -> str:
    """Return the address from which a request came, for the log of refusals; empty if the event does not say."""
    context = event.get("requestContext") or {}
    return str((context.get("http") or context.get("identity") or {}).get("sourceIp", ""))
