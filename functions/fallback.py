"""Answers with an apology when the voice webhook fails. The number's fallback URL leads here.

This module imports nothing of Hotline, so an error in an agent that stops the others cannot stop it. Synth writes the
apology of each agent into `fallback.json` beside it, in the agent's language and voice; without that file it speaks
English. Source: Twilio, "IncomingPhoneNumber resource", VoiceFallbackUrl.
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Say language="en-US">Sorry, we can't take your call right now. Please try again later.</Say>
  <Hangup/>
</Response>"""
"""What is said if there is no `fallback.json`."""


def read(file: Path) -> Mapping[str, str]:
    """Return the TwiML for each called number, under "" for all others; {} if the file cannot be read."""
    try:
        return {str(number): str(twiml) for number, twiml in json.loads(file.read_bytes()).items()}
    except Exception:  # noqa: BLE001 - nothing may keep the apology from the caller
        return {}


APOLOGIES = read(Path(__file__).with_suffix(".json"))


def handler(event: Any, _context: object, apologies: Mapping[str, str] = APOLOGIES) -> dict[str, Any]:
    """Answer every request with the apology, in the language of the agent that the called number has."""
    twiml = apologies.get(_called(event)) or apologies.get("") or TWIML
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": twiml}


def _called(event: Any) -> str:
    """Return the number that was called; "" if the request does not tell."""
    try:
        body = b64decode(event["body"]).decode() if event.get("isBase64Encoded") else event["body"]
        return str(parse_qs(body)["To"][0]).removeprefix("whatsapp:")
    except Exception:  # noqa: BLE001 - the request itself may be what failed
        return ""
