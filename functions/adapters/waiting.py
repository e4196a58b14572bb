"""Writes the TwiML that a caller hears while waiting in a queue. Source: Twilio, "<Enqueue>", waitUrl."""

from twilio.twiml.voice_response import VoiceResponse

from functions.relay import Agent
from functions.relay.agent.twiml_text import as_xml
from functions.relay.agent.voices import said_with
from functions.relay.text.speakable import spoken_whole

PAUSE_S = 15
"""Seconds of silence before the words are said again."""


def hold(words_or_music: str, agent: Agent, language: str, again: str) -> str:
    """Return a document without an end: the words and a pause, then the same from the URL `again`; or music."""
    response = VoiceResponse()
    if words_or_music.startswith("https://"):
        response.play(words_or_music, loop=0)
    else:
        if words_or_music:
            code = language if language in agent.voices else agent.language
            response.say(spoken_whole(words_or_music, frozenset(), code), **said_with(agent.voices, code))
        response.pause(length=PAUSE_S)
        response.redirect(again, method="POST")
    return as_xml(str(response))
