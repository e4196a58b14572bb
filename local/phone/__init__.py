"""Twilio's side of a ConversationRelay call: dials a webhook, follows its TwiML, speaks, listens and keeps a record.

A test reads as the call does::

    connect = {"wss://relay.example": "ws://127.0.0.1:8001"}
    with Phone("http://127.0.0.1:8000/voice", auth_token, connect=connect) as phone:
        call = phone.dial()
        assert "Friday" in call.say("What about booking K4T9?")
"""

from .call import Call, CallError, WaitError
from .dialing import Answers
from .options import Pace, Quirks
from .phone import Phone
from .records import (
    Clause,
    Closed,
    Ended,
    Event,
    Frame,
    Line,
    Opened,
    Over,
    Problem,
    SessionRecord,
    Speaking,
    Turn,
    Words,
)
from .twiml import Verb

__all__ = [
    "Answers",
    "Call",
    "CallError",
    "Clause",
    "Closed",
    "Ended",
    "Event",
    "Frame",
    "Line",
    "Opened",
    "Over",
    "Pace",
    "Phone",
    "Problem",
    "Quirks",
    "SessionRecord",
    "Speaking",
    "Turn",
    "Verb",
    "WaitError",
    "Words",
]
