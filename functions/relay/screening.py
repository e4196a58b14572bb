"""Decides what to do when Twilio has heard who answered a call that we placed: a person or a machine.

Twilio detects machines while the agent talks. It waits for the end of a machine's greeting: DetectMessageEnd.
Source: Twilio, "Answering Machine Detection", asynchronous.
"""

from collections.abc import Iterable
from typing import Literal

from functions.relay.log.events import Screened
from functions.relay.log.keys import Key
from functions.relay.transfer import MACHINES

Screening = Literal["talk", "leave a message", "hang up"]

SCREENED = Key(0, "screened")
"""The key of Twilio's report in the call's log. A report that comes twice is logged once."""


def screen(answered_by: str, voicemail: bool) -> Screening:
    """Return what to do. `answered_by` is empty if Twilio has not heard yet who answered.

    A machine has ended its greeting by then. If it is not clear who answered, the agent talks.
    """
    if answered_by == "fax":
        return "hang up"
    if answered_by.startswith("machine"):
        return "leave a message" if voicemail else "hang up"
    return "talk"


def machine_in(events: Iterable[object]) -> str:
    """Return the AnsweredBy of the machine that answered a call, from the events of its log; empty if none did."""
    heard = (one.answered_by for one in events if isinstance(one, Screened))
    return next((one for one in heard if one.startswith(MACHINES)), "")
