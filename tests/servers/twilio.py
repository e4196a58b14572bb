"""Twilio's REST API on a port of this machine, of which only the Calls resource is there.

`POST /2010-04-01/Accounts/{AccountSid}/Calls.json`, form-encoded, by HTTP Basic authentication; errors are JSON with
`code`, `message`, `more_info` and `status`. Sources: Twilio, "Call resource", "REST API: responses".
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import uuid4

from tests.endpoint import Endpoint, Reply, Seen, Step

PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Calls\.json")
E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True)
class Created:
    """A call that was accepted: its SID, and the fields that were posted."""

    sid: str
    order: Mapping[str, Sequence[str]]

    def field(self, name: str) -> str:
        [value] = self.order[name]
        return value


class TwilioServer(Endpoint):
    """Accepts the calls of one account; `instead` answers all requests in the place of Twilio."""

    def __init__(self, account: str, token: str) -> None:
        super().__init__()
        self.created: list[Created] = []
        self.instead: Step | None = None
        self._account = account
        self._authorization = "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()

    def take(self, seen: Seen) -> Step:
        super().take(seen)
        if self.instead:
            return self.instead
        if {name.lower(): value for name, value in seen.headers.items()}.get("authorization") != self._authorization:
            return refusal(401, 20003, "Authenticate")
        found = PATH.fullmatch(seen.path)
        if seen.method != "POST" or not found or found[1] != self._account:
            return refusal(404, 20404, f"The requested resource {seen.path} was not found")
        return self._create(parse_qs(seen.body.decode(), strict_parsing=True))

    def _create(self, order: Mapping[str, Sequence[str]]) -> Reply:
        if missing := {"To": 21201, "From": 21213, "Url": 21205}.keys() - order.keys():
            return refusal(400, {"To": 21201, "From": 21213, "Url": 21205}[min(missing)], f"No {min(missing)}")
        [to], [sender] = order["To"], order["From"]
        if not E164.fullmatch(to):
            return refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
        made = Created(f"CA{uuid4().hex}", order)
        self.created.append(made)
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


def refusal(status: int, code: int, message: str) -> Reply:
    """Return an error as Twilio writes it."""
    page = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": page, "status": status}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
