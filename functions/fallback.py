"""Answers when a webhook fails, with a menu or an apology. The number's fallback URL leads here.

It imports nothing of Hotline, so an error in an agent, which stops the other functions, cannot stop it. Synth writes
what it says into `fallback.json` beside it: for each agent its menu, or an apology in its language and voice. Without
that file it apologises in English. It checks no signature, because nothing that it says is secret: the numbers of
people are in `menu.json`, which `functions/menu.py` reads after it has checked the signature.
Sources: Twilio, "IncomingPhoneNumber resource", VoiceFallbackUrl; "Availability and reliability", ErrorUrl.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Say language="en-US">Sorry, we can't take your call right now. Please try again later.</Say>
  <Hangup/>
</Response>"""
"""What is said if there is no `fallback.json`."""

MENU = "/menu"
"""The path of the menu's webhook. If this webhook failed, the caller does not get the menu again."""

Documents = Mapping[str, tuple[str, str]]
"""The TwiML for each called number, under "" for all others: the first document, and that after a failed menu.

That for a call which we placed is under its agent and language, such as `reminder en-US`: its `To` is not ours.
"""


def read(file: Path) -> Documents:
    """Return the TwiML for each called number; {} if the file cannot be read."""
    try:
        given = json.loads(file.read_bytes()).items()
        return {str(number): (str(first), str(after_menu)) for number, (first, after_menu) in given}
    except Exception:  # noqa: BLE001 - nothing may keep the apology from the caller
        return {}


answers = read(Path(__file__).with_suffix(".json"))


def handler(event: Any, _context: object, answers: Documents = answers) -> dict[str, Any]:
    """Answer every request with the menu or the apology of the agent that the called number has, or that calls."""
    form, query = _form(event), _query(event)
    if placed := query.get("agent"):
        known = answers.get(f"{placed} {query.get('language', '')}")
    else:
        known = answers.get(form.get("To", "").removeprefix("whatsapp:"))
    first, after_menu = known or answers.get("") or (TWIML, TWIML)
    twiml = after_menu if urlsplit(form.get("ErrorUrl", "")).path == MENU else first
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": twiml}


def _form(event: Any) -> dict[str, str]:
    """Return the fields of the request; {} if it has none that can be read."""
    try:
        body = b64decode(event["body"]).decode() if event.get("isBase64Encoded") else event["body"]
        return _fields(body)
    except Exception:  # noqa: BLE001 - the request itself may be what failed
        return {}


def _query(event: Any) -> dict[str, str]:
    """Return what the URL says; {} if that cannot be read."""
    try:
        return _fields(event["rawQueryString"])
    except Exception:  # noqa: BLE001 - the request itself may be what failed
        return {}


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
