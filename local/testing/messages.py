"""Twilio's Messages resource, as far as a laptop needs it: accepts text messages, and refuses what Twilio refuses.

`POST /2010-04-01/Accounts/{AccountSid}/Messages.json`, form-encoded. Source: Twilio, "Message resource", "Error and
warning dictionary".
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from local.aws.gateway_events import body_of
from local.environment import ACCOUNT
from local.phone.forms import sid

ROUTE = f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json"

MOST_SMS_CHARACTERS = 1600
"""Most letters of a message."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def refusal(form: Mapping[str, Sequence[str]], unsubscribed: Collection[str] = ()) -> int:
    """Return the code of Twilio's error for a message; 0 if it is accepted. `unsubscribed` have answered STOP."""
    to, sender, body = (form.get(name, [""])[0] for name in ("To", "From", "Body"))
    rules = (
        (21604, not to),
        (21603, not sender),
        (21602, not body),
        (21211, not _E164.fullmatch(to)),
        (21212, not _E164.fullmatch(sender)),
        (21266, to == sender),
        (21617, len(body) > MOST_SMS_CHARACTERS),
        (21610, to in unsubscribed),
    )
    return next((code for code, broken in rules if broken), 0)


class Messages:
    """The text messages that were accepted."""

    def __init__(self) -> None:
        self.taken: list[Mapping[str, Sequence[str]]] = []

    def take(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        """Accept a message, or refuse it."""
        form = parse_qs(body_of(event).decode(), keep_blank_values=True)
        if code := refusal(form):
            return _json(400, {"code": code, "message": "refused", "status": 400})
        self.taken.append(form)
        return _json(201, {"sid": sid("SM"), "status": "queued"})


def _json(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
