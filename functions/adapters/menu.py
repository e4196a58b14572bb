"""Writes the TwiML of a menu, which asks the caller, puts them through, and takes a message.

Sources: Twilio, "<Gather>", "<Dial>", "<Record>" and "<Redirect>".
"""

from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlencode

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, Hangup, Record, Redirect, Say, VoiceResponse

from functions.relay.agent.menu_script import MenuChoice, MenuScript
from functions.relay.agent.twiml_text import MOST_SPOKEN_CHARACTERS, as_xml
from functions.relay.agent.voices import MULTI
from functions.relay.log.hand_off_events import MENU
from functions.relay.wire.party import shown_number

PATH = "/menu"
"""The path of the webhook to which all steps of a menu lead."""

MenuStep = Literal["chosen", "dialed", "recorded"]
"""What the caller has done: chosen an option or nothing, come back from a person, or left a message."""

Verbs = tuple[TwiML, ...]
"""The verbs of a document, in order."""

LISTENS_S = 5
"""Seconds in which the caller can begin to choose after the options were said."""

LONGEST_TALK_S = 2 * 60 * 60
"""Seconds after which Twilio ends the talk with a person, as in a `HandOff`."""

LONGEST_MESSAGE_S = 180
"""Most seconds of a message."""

PAUSE_S = 5
"""Seconds of silence that end a message."""


def ask(script: MenuScript, agent: str, number: int = 0) -> Verbs:
    """Return the verbs of a round of an agent's menu, counted from 0. After the last round, they end the call."""
    if number >= len(script.rounds):
        return end(script, agent)
    following = _url(script, agent, "chosen", number + 1)
    heard = {} if script.language == MULTI else {"language": script.language}
    gather = Gather(
        input="dtmf speech",
        num_digits=1,
        timeout=LISTENS_S,
        speech_timeout="auto",
        hints=script.hints,
        action=following,
        method="POST",
        **heard,
    )
    gather.append(_say(script, script.rounds[number]))
    # Without an input, Twilio goes on to the next verb.
    return gather, Redirect(following, method="POST")


def put_through(
    script: MenuScript, agent: str, choice: MenuChoice, caller: str, called: str, *, ours: str = ""
) -> Verbs:
    """Return the verbs that put a caller through. `ours` is a number of ours for callers without one."""
    shown = shown_number(caller, called, (choice.to,), ours)
    dial = Dial(
        action=_url(script, agent, "dialed"),
        method="POST",
        answer_on_bridge=True,
        timeout=choice.rings,
        time_limit=LONGEST_TALK_S,
        **({"caller_id": shown} if shown else {}),
    )
    # With this callback, the call's record says who took it. If it fails, the caller is still put through.
    told = {"status_callback": f"/call-status?{MENU}=taken", "status_callback_event": "answered"}
    match choice.to.split(":", 1):
        case ["sip", _]:
            dial.sip(choice.to, **told)
        case ["client", name]:
            dial.client(name, **told)
        case _:
            dial.number(choice.to, **told)
    return _say(script, script.through), dial


def end(script: MenuScript, agent: str) -> Verbs:
    """Return the verbs for a caller who chose nothing or reached no one: words, and a recording if there is one."""
    if not script.records:
        return _say(script, script.end), Hangup()
    record = Record(
        action=_url(script, agent, "recorded"),
        method="POST",
        max_length=LONGEST_MESSAGE_S,
        timeout=PAUSE_S,
        finish_on_key="#",
        play_beep=True,
        recording_status_callback="/recorded",
        recording_status_callback_event="completed absent",
    )
    # After an empty recording, Twilio goes on to the next verb.
    return _say(script, script.end), record, *goodbye(script)


def goodbye(script: MenuScript) -> Verbs:
    """Return the verbs after a message."""
    return _say(script, script.goodbye), Hangup()


def hang_up() -> Verbs:
    """Return the verb after a talk with a person."""
    return (Hangup(),)


def document(verbs: Iterable[TwiML]) -> str:
    """Return verbs as a document, without the characters that XML cannot hold."""
    response = VoiceResponse()
    for verb in verbs:
        response.append(verb)
    return as_xml(str(response))


def _say(script: MenuScript, sentence: str) -> Say:
    return Say(sentence[:MOST_SPOKEN_CHARACTERS], **script.said_with)


def _url(script: MenuScript, agent: str, step: MenuStep, number: int = 0) -> str:
    """Return the URL of a step. It is relative: all webhooks are on the same host."""
    query = {"agent": agent, "language": script.language, "step": step} | ({"round": number} if number else {})
    return f"{PATH}?{urlencode(query)}"
