"""Defines the text message that a tool, or a function of `Agent.after`, returns."""

import re

from functions.relay.agent.caller import Caller
from functions.relay.dataclass import dataclass
from functions.relay.log.events import SmsOrdered
from functions.relay.wire.messages import well_formed
from functions.relay.wire.party import kind_of

MOST_SMS_CHARACTERS = 1600
"""Most letters of a message. Source: Twilio, "Message resource", `Body`."""

_NUMBER = re.compile(r"\+[1-9]\d{5,14}")


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message, sent after the tool has returned, from the number of the call. Raises ValueError."""

    text: str
    """The message, 1 to 1600 letters, such as `"Your table: Friday at 19:30."`."""

    to: str | None = None
    """A number in E.164, such as `"+15550100"`. Default: None, the caller's."""

    answer: str = "A text message is on its way."
    """What the model is told, such as `"They get the address by text."`; it then continues. Default: that the message
    is on its way."""

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > MOST_SMS_CHARACTERS:
            raise ValueError(f"Sms.text has {len(self.text)} characters; Twilio takes 1 to {MOST_SMS_CHARACTERS}.")
        if self.to is not None and not _NUMBER.fullmatch(self.to):
            raise ValueError("Sms.to is not a number with its country code, such as +12125550142.")

    def ordered(self, caller: Caller) -> SmsOrdered:
        """Return the order for the call's log. Raises ValueError if one of the two has no number for messages."""
        if self.to is None and caller.kind != "number":
            raise ValueError("No text message can be sent: the caller has no number.")
        if kind_of(caller.called) not in ("number", "short code"):
            raise ValueError("No text message can be sent: the call has no number of ours as its sender.")
        to = self.to or caller.number
        return SmsOrdered(to, well_formed(self.text), caller.called)
