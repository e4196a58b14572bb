"""Answers with an apology when the voice webhook fails. The number's fallback URL leads here.

It reads nothing of the request and imports nothing of Hotline. So an error that stops the other functions, such as
one in an agent, cannot stop this one. Change the words and their language for your callers.
Source: Twilio, "IncomingPhoneNumber resource", VoiceFallbackUrl.
"""

from typing import Any

TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Say language="en-US">Sorry, we can't take your call right now. Please try again later.</Say>
  <Hangup/>
</Response>"""


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Answer every request with the apology."""
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": TWIML}
