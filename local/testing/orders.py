"""Twilio's Calls resource, as far as a test needs it: accepts an order to call a person, and the phone answers.

`POST /2010-04-01/Accounts/{AccountSid}/Calls.json`, form-encoded. Source: Twilio, "Call resource".
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from local.aws.gateway_events import body_of
from local.environment import ACCOUNT
from local.phone.forms import sid

ROUTE = f"POST /2010-04-01/Accounts/{ACCOUNT}/Calls.json"


class Orders:
    """The calls that were ordered, by their SID."""

    def __init__(self) -> None:
        self._taken: dict[str, Mapping[str, Sequence[str]]] = {}

    def take(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        """Accept an order, as Twilio does before a phone rings."""
        call = sid("CA")
        self._taken[call] = parse_qs(body_of(event).decode(), strict_parsing=True)
        headers = {"Content-Type": "application/json"}
        return {"statusCode": 201, "headers": headers, "body": json.dumps({"sid": call, "status": "queued"})}

    def of(self, call: str) -> Mapping[str, Sequence[str]]:
        """Return the fields that were posted for a call."""
        return self._taken[call]
