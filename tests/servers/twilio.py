"""Twilio's REST API on a port of this machine: the calls, the numbers and the alerts of one account.

`POST /2010-04-01/Accounts/{AccountSid}/Calls.json`, form-encoded, by HTTP Basic authentication; errors are JSON with
`code`, `message`, `more_info` and `status`. Sources: Twilio, "Call resource", "IncomingPhoneNumber resource",
"Account resource", "Alert resource", "REST API: responses".
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from local.testing import messages
from tests.endpoint import Endpoint, Reply, Seen, Step
from tests.servers.intelligence import Intelligence, refusal

PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})(/.*)?\.json")
E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True)
class Created:
    """A call that was accepted: its SID, and the fields that were posted."""

    sid: str
    order: Mapping[str, Sequence[str]]

    def field(self, name: str) -> str:
        [value] = self.order[name]
        return value


Fields = dict[str, Any]

KEY = (f"SK{'0' * 32}", "laptop")
"""The API key of the account, and its secret: those that a laptop line has."""


class TwilioServer(Endpoint):
    """Has one account. `instead` answers all requests instead of Twilio.

    `numbers` are its phone numbers in Twilio's form, and `alerts` are the error codes in its log. `calls` are the
    calls that it returns when it is asked for one or for all. `recordings` map a SID to the SID of its call.
    `intelligence` is its Conversational Intelligence. `placed` is called with each call that was accepted.
    `messages` are the text messages that were accepted; the numbers in `unsubscribed` have answered STOP.
    """

    def __init__(self, account: str, token: str, key: tuple[str, str] = KEY) -> None:
        super().__init__()
        self.created: list[Created] = []
        self.instead: Step | None = None
        self.standing = {"sid": account, "friendly_name": "Rosa's", "status": "active", "type": "Full"}
        self.numbers: list[Fields] = []
        self.alerts: list[str] = []
        self.apps: list[Fields] = []
        self.keys: list[Fields] = []
        self.domains: list[Fields] = []
        self.calls: list[Fields] = []
        self.messages: list[Mapping[str, Sequence[str]]] = []
        self.unsubscribed: set[str] = set()
        self.recordings: dict[str, str] = {}
        self.intelligence = Intelligence(account)
        self.transcripts = self.intelligence.transcripts
        self.placed: Callable[[Created], None] = lambda _: None
        self._account = account
        known = ((account, token), key)
        self._authorizations = {"Basic " + base64.b64encode(":".join(one).encode()).decode() for one in known}

    def take(self, seen: Seen) -> Step:
        super().take(seen)
        if self.instead:
            return self.instead
        if {name.lower(): value for name, value in seen.headers.items()}.get(
            "authorization"
        ) not in self._authorizations:
            return refusal(401, 20003, "Authenticate")
        path, query = urlsplit(seen.path).path, urlsplit(seen.path).query
        found = PATH.fullmatch(path)
        if path == "/v1/Alerts" and seen.method == "GET":
            return _json({"alerts": [{"error_code": code} for code in self.alerts], "meta": {"key": "alerts"}})
        if path.startswith("/v2/"):
            form = _form(query if seen.method == "GET" else seen.body.decode())
            return self.intelligence.answer(seen.method, path, form, seen.headers.get("If-Match", ""))
        if not found or found[1] != self._account:
            return refusal(404, 20404, f"The requested resource {path} was not found")
        return self._account_resource(seen.method, found[2] or "", _form(seen.body.decode() or query))

    def _account_resource(self, method: str, path: str, form: Mapping[str, Sequence[str]]) -> Step:
        match method, path.strip("/").split("/"):
            case "GET", [""]:
                return _json(self.standing)
            case "POST", ["Calls"]:
                return self._create(form)
            case "POST", ["Messages"]:
                return self._message(form)
            case "GET", ["Calls"]:
                return _json({"calls": self.calls})
            case "GET", ["Calls", sid]:
                return _json(next(one for one in self.calls if one["sid"] == sid))
            case "GET", ["IncomingPhoneNumbers"]:
                wanted = form.get("PhoneNumber")
                return _json({"incoming_phone_numbers": [one for one in self.numbers if _is(one, wanted)]})
            case "POST", ["IncomingPhoneNumbers", sid]:
                [number] = [one for one in self.numbers if one["sid"] == sid]
                number |= {_snake(name): values[0] for name, values in form.items()}
                return _json(number)
            case _:
                return self._client_resource(method, path, form)

    def _client_resource(self, method: str, path: str, form: Mapping[str, Sequence[str]]) -> Step:
        """Answer requests for what clients and SIP phones need: TwiML Apps, API keys, SIP domains."""
        match method, path.strip("/").split("/"):
            case "GET", ["Applications"]:
                wanted = form.get("FriendlyName")
                found = [one for one in self.apps if not wanted or one["friendly_name"] == wanted[0]]
                return _json({"applications": found})
            case _, ["Recordings", *sid]:
                return self._recordings(method, "".join(sid), form)
            case "GET", ["SIP", "Domains"]:
                return _json({"domains": self.domains})
            case "POST", ["SIP", "Domains"] if not form["DomainName"][0].endswith(".sip.twilio.com"):
                return refusal(400, 21232, "Domain name is invalid.")
            case "POST", ["Keys"]:
                return _added(self.keys, f"SK{uuid4().hex}", {**form, "Secret": [uuid4().hex]})
            case "POST", ["Applications"]:
                return _added(self.apps, f"AP{uuid4().hex}", form)
            case "POST", ["SIP", "Domains"]:
                return _added(self.domains, f"SD{uuid4().hex}", form)
            case "POST", ["Applications", sid] | ["SIP", "Domains", sid]:
                return _updated([*self.apps, *self.domains], sid, form)
            case _:
                return refusal(404, 20404, f"The requested resource {path} was not found")

    def _recordings(self, method: str, sid: str, form: Mapping[str, Sequence[str]]) -> Step:
        if not sid:
            return _json({"recordings": _of(self.recordings, form["CallSid"][0])})
        if sid not in self.recordings:
            return refusal(404, 20404, "There is none")
        if method == "GET":
            return _json({"sid": sid, "call_sid": self.recordings[sid]})
        del self.recordings[sid]
        return Reply(204, b"")

    def _message(self, form: Mapping[str, Sequence[str]]) -> Reply:
        if code := messages.refusal(form, self.unsubscribed):
            return refusal(400, code, f"The message to {form.get('To')} was refused")
        self.messages.append(form)
        made = {"sid": f"SM{uuid4().hex}", "status": "queued", "to": form["To"][0]}
        return Reply(201, json.dumps(made).encode(), {"Content-Type": "application/json"})

    def _create(self, order: Mapping[str, Sequence[str]]) -> Reply:
        if missing := {"To": 21201, "From": 21213, "Url": 21205}.keys() - _named(order):
            return refusal(400, {"To": 21201, "From": 21213, "Url": 21205}[min(missing)], f"No {min(missing)}")
        [to], [sender] = order["To"], order["From"]
        if not E164.fullmatch(to):
            return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        made = Created(f"CA{uuid4().hex}", order)
        self.created.append(made)
        self.placed(made)
        body = {
            "sid": made.sid,
            "account_sid": self._account,
            "api_version": "2010-04-01",
            "status": "queued",
            "direction": "outbound-api",
            "to": to,
            "from": sender,
            "answered_by": None,
            "price": None,
            "price_unit": "USD",
            "uri": f"/2010-04-01/Accounts/{self._account}/Calls/{made.sid}.json",
        }
        return Reply(201, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _added(kept: list[Fields], sid: str, form: Mapping[str, Sequence[str]]) -> Reply:
    kept.append({"sid": sid, **{_snake(name): values[0] for name, values in form.items()}})
    return Reply(201, json.dumps(kept[-1]).encode(), {"Content-Type": "application/json"})


def _updated(kept: list[Fields], sid: str, form: Mapping[str, Sequence[str]]) -> Reply:
    [one] = [one for one in kept if one["sid"] == sid]
    one |= {_snake(name): values[0] for name, values in form.items()}
    return _json(one)


def number(number: str, **fields: str) -> Fields:
    """Return a phone number in Twilio's form, with only these fields set."""
    blank = dict.fromkeys(("voice_fallback_url", "status_callback", "voice_application_sid", "trunk_sid"), "")
    methods = dict.fromkeys(("voice_method", "voice_fallback_method", "status_callback_method"), "POST")
    whole = {"sid": f"PN{uuid4().hex}", "phone_number": number, "capabilities": {"voice": True, "sms": True}}
    return {**whole, **blank, **methods, "voice_url": "https://demo.twilio.com/welcome/voice/", **fields}


def _form(text: str) -> Mapping[str, Sequence[str]]:
    return parse_qs(text, keep_blank_values=True, strict_parsing=bool(text))


def _named(order: Mapping[str, Sequence[str]]) -> set[str]:
    """Return what an order names. TwiML in the order itself replaces its URL."""
    return {*order, "Url"} if "Twiml" in order else set(order)


def _is(found: Fields, wanted: Sequence[str] | None) -> bool:
    return wanted is None or found["phone_number"] == wanted[0]


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _of(records: Mapping[str, str], source: str) -> list[Fields]:
    return [{"sid": sid} for sid, its in records.items() if its == source]


def _json(body: Fields) -> Reply:
    return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})
