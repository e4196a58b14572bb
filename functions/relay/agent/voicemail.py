"""Writes the message that an agent leaves on an answering machine. It always has the number to call back.

Source: 47 CFR 64.1200(b)(2): a prerecorded message must state the number of the business that is responsible for it.
"""

import re

from functions.relay.agent.agent import Agent
from functions.relay.wire.party import kind_of

PLACE = "{number}"
"""The place for our number in a message."""

_A_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")


def voicemail(agent: Agent, language: str, number: str) -> tuple[str, str]:
    """Return the message in a call in this language from our `number`, and the language in which to speak it.

    A message without a number gets a sentence with it.
    """
    text, code = agent.outside_session(agent.voicemail, language, "voicemail")
    if kind_of(number) != "number":
        return text.replace(PLACE, "").strip(), code
    if PLACE not in text and not _A_NUMBER.search(text):
        text = f"{text} {agent.phrases_in(code).call_back}"
    speakable = agent.speakable(code, in_twiml=True)
    return text.replace(PLACE, (speakable.feed(number) + speakable.rest()).strip()), code
