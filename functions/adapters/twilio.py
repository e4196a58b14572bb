"""Writes the TwiML that answers Twilio's webhooks.

Sources: Twilio, "<Connect><ConversationRelay>", "<Say>", "<Start><Recording>", "<Dial>" and
its nouns, "<Enqueue>".
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Connect, ConversationRelay, Dial, Enqueue, Gather, Start, VoiceResponse

from functions.relay import Agent, Voice
from functions.relay.agent.document_size import greeting_that_fits
from functions.relay.agent.twiml_text import MOST_SPOKEN_CHARACTERS, as_xml
from functions.relay.agent.voicemail import voicemail
from functions.relay.agent.voices import said_with
from functions.relay.log.events import Announced, HandedOff
from functions.relay.text.speakable import spoken_whole
from functions.relay.transfer import Ring, is_followed
from functions.relay.wire.messages import TICKET
from functions.relay.wire.party import shown_number

MOST_PARAMETER_BYTES = 700
"""Most bytes of a client's parameters. Twilio accepts 800, names included."""

ANSWER_WITHIN_S = 5
"""Seconds in which a dialled person says whether they take the call, after the question."""

Parameters = Iterable[tuple[str, str]]
"""Names and values of a call's parameters, which its session gets."""


@dataclass(frozen=True, slots=True)
class CallbackUrls:
    """The URLs of a call: the socket, and the webhooks for the end of a session and for a recording."""

    relay: str
    ended: str
    recorded: str
    service: Callable[[str], str] = field(default=lambda _: "")
    """Returns the SID of the Intelligence service that transcribes an agent's calls, by the agent's name; or ""."""


def begin(
    agent: Agent,
    urls: CallbackUrls,
    announced: Announced,
    before: Agent | None = None,
    instead: Iterable[TwiML] = (),
) -> str:
    """Return the TwiML that starts a session with an agent, the greeting first. Verbs `instead` replace the session.

    Before the greeting, the caller hears that an assistant speaks and that the call is recorded. The caller cannot
    interrupt that. It is not repeated if the agent `before` this one has said it, and its recording continues.
    """
    response, outbound = VoiceResponse(), announced.outbound
    if _discloses(agent, outbound) and not (before and _discloses(before, outbound)):
        language = announced.language or agent.language
        _say(response, agent.phrases_in(language).automated, agent, language)
    if agent.recording and not (before and before.recording):
        text, language = agent.outside_session(agent.recording.announcement, announced.language, "recorded")
        _say(response, text, agent, language)
        response.append(_recording(agent.recording.channels, urls.recorded))
    for verb in instead or [
        _connect(agent, urls, announced, greeting_that_fits(agent, agent.first_words(announced)))
    ]:
        response.append(verb)
    return _document(response)


def resume(agent: Agent, urls: CallbackUrls, announced: Announced) -> str:
    """Return the TwiML that continues a call in a new session, without a greeting and without a recording.

    Twilio would speak the greeting again, and a recording continues by itself.
    """
    response = VoiceResponse()
    response.append(_connect(agent, urls, announced, ""))
    return _document(response)


def farewell(sentence: str, agent: Agent, language: str = "") -> str:
    """Return the TwiML that says a sentence, if there is one, and hangs up."""
    response = VoiceResponse()
    if sentence:
        _say(response, sentence, agent, language)
    response.hangup()
    return _document(response)


def leave(agent: Agent, language: str = "", number: str = "") -> str:
    """Return the TwiML that leaves an agent's message on a machine, one second after the beep, and hangs up.

    `number` is our number, which the message says.
    """
    response = VoiceResponse()
    response.pause(length=1)
    text, code = voicemail(agent, language, number)
    _say(response, text, agent, code)
    response.hangup()
    return _document(response)


def whisper(sentence: str, agent: Agent, language: str = "") -> str:
    """Return the TwiML that tells the person who answered what the call is about; empty without a sentence."""
    response = VoiceResponse()
    if sentence:
        spoken = spoken_whole(sentence, frozenset(), language or agent.language)
        _say(response, spoken, agent, language)
    return _document(response)


@dataclass(frozen=True, slots=True)
class RingUrls:
    """The URLs of a ring: for its end, for what each person is told, for a machine that answers, and for a queue."""

    over: str
    told: Callable[[int], str]
    machine: Callable[[int], str]
    hold: str


def put_through(ring: Ring, agent: Agent, announced: Announced, call: str, urls: RingUrls, *, ours: str = "") -> str:
    """Return the TwiML that puts the caller of an agent through: the phones of these people ring.

    `ours` is a number of ours for callers without one.
    """
    response, hand_off = VoiceResponse(), ring.hand_off
    if ring.number and hand_off.meanwhile:
        _say(response, hand_off.meanwhile, agent, hand_off.language)
    kind, _, target = hand_off.to.partition(":")
    about = {"caller": announced.caller, "call_sid": call}
    if kind == "workflow":
        response.append(_queue(hand_off, target, about, urls))
    else:
        shown = shown_number(announced.caller, announced.called, (hand_off.people[one] for one in ring.people), ours)
        dial = {"action": urls.over, "method": "POST", "timeout": hand_off.rings}
        dial |= {"caller_id": shown} if shown else {}
        dial["time_limit"] = hand_off.minutes * 60
        response.append(_dial(ring, about, dial, urls))
    return _document(response)


def ask_person(sentences: Iterable[str], agent: Agent, language: str, answer: str) -> str:
    """Return the TwiML that asks the person who answered to take the call.

    Twilio posts what they press or say to the URL `answer`, and posts too if they do neither. Source: Twilio,
    "<Gather>", `actionOnEmptyResult`.
    """
    response = VoiceResponse()
    code = language if language in agent.voices else agent.language
    said = said_with(agent.voices, code)
    spoken = {"language": said["language"]} if "language" in said else {}
    gather = response.gather(
        input="dtmf speech",
        num_digits=1,
        timeout=ANSWER_WITHIN_S,
        speech_timeout="auto",
        action_on_empty_result=True,
        action=answer,
        method="POST",
        **spoken,
    )
    for sentence in filter(None, sentences):
        _say(gather, spoken_whole(sentence, frozenset(), code), agent, language)
    return _document(response)


def hang_up() -> str:
    """Return the TwiML that ends the call."""
    response = VoiceResponse()
    response.hangup()
    return _document(response)


def _discloses(agent: Agent, outbound: bool) -> bool:
    """Return whether an agent's call begins with the sentence that a machine speaks."""
    return outbound if agent.discloses_ai is None else agent.discloses_ai


def _document(response: VoiceResponse) -> str:
    """Return a document as text."""
    return as_xml(str(response))


def _say(response: VoiceResponse | Gather, sentence: str, agent: Agent, language: str = "") -> None:
    """Say a sentence in a language of the agent, by default its first, with the agent's voice if <Say> has it."""
    code = language if language in agent.voices else agent.language
    response.say(sentence[:MOST_SPOKEN_CHARACTERS], **said_with(agent.voices, code))


def _recording(channels: str, recorded: str) -> Start:
    start = Start()
    start.recording(
        channels=channels,
        recording_status_callback=recorded,
        recording_status_callback_event="in-progress completed absent",
    )
    return start


def _connect(agent: Agent, urls: CallbackUrls, announced: Announced, greeting: str) -> Connect:
    connect = Connect(action=urls.ended, method="POST")
    first = {"welcome_greeting": greeting} if greeting else {}
    service = urls.service(announced.agent) if agent.intelligence else ""
    transcribed = {"intelligence_service": service} if service else {}
    attributes = transcribed | _attributes(agent, urls.relay, announced.language)
    relay = connect.conversation_relay(**attributes, **first)
    for code, voice in agent.speaking(announced.second).voices.items():
        _language(relay, code, voice)
    relay.parameter(name="agent", value=announced.agent)
    # The other parameters of the call stay in the table: the session reads them there.
    relay.parameter(name=TICKET, value=announced.ticket)
    return connect


def _attributes(agent: Agent, relay_url: str, language: str) -> dict[str, Any]:
    hints = {"hints": ",".join(agent.hints)} if agent.hints else {}
    return {
        "url": relay_url,
        "language": language or agent.language,
        "welcome_greeting_interruptible": agent.greeting_interruptible,
        "interruptible": agent.interruptible,
        "preemptible": agent.preemptible,
        "interrupt_sensitivity": agent.sensitivity,
        "ignoreBackchannel": agent.ignore_backchannel,
        "report_input_during_agent_speech": "any",
        "dtmf_detection": True,
        "partial_prompts": agent.partial_prompts,
        "events": "speaker-events tokens-played",
        **hints,
        **agent.relay,
        **agent.relay_extra,
    }


def _language(relay: ConversationRelay, code: str, voice: Voice) -> None:
    optional = {
        "transcription_provider": voice.listener,
        "speech_model": voice.speech_model,
        "hints": ",".join(voice.hints) or None,
        "asr_smart_format": voice.smart_format,
        "tts_text_normalization": voice.normalization,
    }
    given = {name: value for name, value in optional.items() if value is not None}
    relay.language(code=code, tts_provider=voice.provider, voice=voice.name, **given)


def _queue(hand_off: HandedOff, workflow: str, about: dict[str, str], urls: RingUrls) -> Enqueue:
    waits = {"wait_url": urls.hold, "wait_url_method": "POST"} if hand_off.hold else {}
    queue = Enqueue(workflow_sid=workflow, action=urls.over, method="POST", **waits)
    queue.task(json.dumps({"reason": hand_off.reason, "brief": hand_off.brief, **about}))
    return queue


def _dial(ring: Ring, about: dict[str, str], attributes: dict[str, Any], urls: RingUrls) -> Dial:
    # A dialled person hears the whisper first, while the caller still hears ringing.
    dial, hand_off = Dial(answer_on_bridge=True, **attributes), ring.hand_off
    for person in ring.people:
        to, told = hand_off.people[person], {"url": urls.told(person), "method": "POST"}
        told = told if hand_off.brief or is_followed(hand_off) else {}
        match to.split(":", 1):
            case ["sip", _]:
                dial.sip(to, **told)
            case ["client", name]:
                _client(dial, name, {"reason": hand_off.reason, "brief": hand_off.brief, **about})
            case _:
                dial.number(to, **told, **(_detected(urls.machine(person)) if hand_off.confirm else {}))
    return dial


def _detected(url: str) -> dict[str, str]:
    """Return the attributes with which Twilio listens for a machine while the person is asked."""
    return {"machine_detection": "Enable", "amd_status_callback": url, "amd_status_callback_method": "POST"}


def _client(dial: Dial, name: str, about: dict[str, str]) -> None:
    client = dial.client()
    client.identity(name)
    left = MOST_PARAMETER_BYTES - sum(len(one) for one in about)
    for parameter, value in sorted(about.items(), key=lambda one: len(one[1])):
        fitting = value.encode()[: max(left, 0)].decode(errors="ignore")
        left -= len(fitting.encode())
        if fitting:
            client.parameter(name=parameter, value=fitting)
