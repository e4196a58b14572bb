"""TwiML as Twilio reads it: the verbs of a document, and what a <ConversationRelay> asks for.

Attributes and defaults: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .attributes import HOLDS, KNOWN, VERBS, fault, speaks
from .playback import Input

DOCUMENT_PARSE_FAILURE = 12100
INVALID_CONTENT_TYPE = 12300
INVALID_PARAMETER = 64101
_XML = frozenset({"text/xml", "application/xml", "text/html"})
_INPUTS: dict[str, frozenset[Input]] = {
    "none": frozenset(),
    "false": frozenset(),
    "dtmf": frozenset({"dtmf"}),
    "speech": frozenset({"speech"}),
    "any": frozenset({"speech", "dtmf"}),
    "true": frozenset({"speech", "dtmf"}),
}


class TwimlError(ValueError):
    """The document cannot be run; `code` is Twilio's error code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: its name, attributes, text without the surrounding space, and the elements inside it."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    nouns: tuple["Verb", ...] = ()


@dataclass(frozen=True, slots=True)
class Relay:
    """What one <ConversationRelay> asks for, with defaults. `fault` says why Twilio would end the session."""

    url: str
    greeting: str
    greeting_yields_to: frozenset[Input]
    yields_to: frozenset[Input]
    reported: frozenset[Input]
    preemptible: bool
    dtmf: bool
    partials: bool
    ignores_backchannel: bool
    events: frozenset[str]
    languages: frozenset[str]
    transcription_language: str
    parameters: Mapping[str, str]
    attributes: Mapping[str, str]
    fault: str | None = None
    voices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The attributes of each <Language>, by its code."""

    @property
    def spoken_language(self) -> str:
        """The language that prompts name. flux and `multi` name only the primary tag, as recorded calls show."""
        code = "en" if self.transcription_language == "multi" else self.transcription_language
        own = self.voices.get(self.transcription_language, {})
        flux = own.get("speechModel", self.attributes.get("speechModel", "")).startswith("flux")
        return code.partition("-")[0] if flux else code


def document(media_type: str, body: str) -> tuple[Verb, ...]:
    """Return the verbs of a webhook's answer. Plain text is read out: https://www.twilio.com/docs/voice/twiml.

    Raises:
        TwimlError: 12300, it is of another type; 12100, it is not XML or its root is not <Response>.
    """
    if media_type == "text/plain":
        return (Verb("Say", {}, body),)
    if media_type not in _XML:
        raise TwimlError(INVALID_CONTENT_TYPE, f"Invalid Content-Type: {media_type}")
    return read(body)


def read(body: str) -> tuple[Verb, ...]:
    """Return the verbs of a TwiML document in order.

    Raises:
        TwimlError: 12100, it is not XML or its root is not <Response>.
    """
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise TwimlError(DOCUMENT_PARSE_FAILURE, f"Document parse failure: {error}") from None
    if root.tag != "Response":
        raise TwimlError(DOCUMENT_PARSE_FAILURE, f"Document parse failure: the root is <{root.tag}>")
    return tuple(_verb(element) for element in root)


def relay_of(connect: Verb) -> Relay | None:
    """Return what the <ConversationRelay> of a <Connect> asks for; None if it connects something else."""
    noun = next((noun for noun in connect.nouns if noun.name == "ConversationRelay"), None)
    return _relay(noun) if noun else None


def oddities(verb: Verb) -> Iterator[str]:
    """Yield what Twilio would ignore without a word: verbs and attributes that it does not know."""
    if verb.name not in VERBS:
        yield f"<{verb.name}> is not a verb"
    yield from _inner_oddities(verb)


def _inner_oddities(element: Verb) -> Iterator[str]:
    if element.name not in KNOWN:
        return
    yield from _unknown(element, KNOWN[element.name])
    yield from _own_oddities(element)
    for child in element.nouns:
        if child.name in HOLDS.get(element.name, ()):
            yield from _inner_oddities(child)
        elif element.name in HOLDS:
            yield f"<{element.name}> holds no <{child.name}>"


def _own_oddities(element: Verb) -> Iterator[str]:
    match element.name:
        case "ConversationRelay" if _is_on(element.attributes, "applicationReconnect"):
            yield "applicationReconnect is not simulated: a lost socket ends the session"
        case "Say" if not speaks(element.attributes.get("voice", ""), element.attributes.get("language", "")):
            yield "<Say> has a voice of another language: {voice}, {language}".format_map(element.attributes)
        case "Gather" if fault := _gather_fault(element.attributes):
            yield fault
        case "Task" if not _is_object(element.text):
            yield "<Task> holds no JSON object"
        case "Enqueue" if any(child.name == "Task" for child in element.nouns) != (
            "workflowSid" in element.attributes
        ):
            yield "<Enqueue> has a workflowSid or a <Task>, and not both"


def _gather_fault(given: Mapping[str, str]) -> str:
    """Return what Twilio would ignore in a <Gather>; empty if nothing."""
    if not set(given.get("input", "dtmf").split()) <= {"dtmf", "speech"}:
        return "<Gather> has the input {input!r}; it is dtmf, speech, or both".format_map(given)
    whole = [name for name in ("numDigits", "timeout") if not given.get(name, "1").isdecimal()]
    return f"<Gather> has a {whole[0]} that is no whole number" if whole else ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _unknown(verb: Verb, known: frozenset[str]) -> Iterator[str]:
    return (f"<{verb.name}> has no attribute {name!r}" for name in verb.attributes if name not in known)


def _verb(element: ElementTree.Element) -> Verb:
    nouns = tuple(_verb(child) for child in element)
    # A spoken text may hold marks of emphasis and the like. Other elements hold either text or elements.
    text = "".join(element.itertext()) if element.tag == "Say" else element.text or ""
    return Verb(element.tag, dict(element.attrib), text.strip(), nouns)


def _relay(noun: Verb) -> Relay:
    given = noun.attributes
    language = given.get("language", "en-US")
    heard = given.get("transcriptionLanguage", language)
    voices = {child.attributes.get("code", ""): child.attributes for child in noun.nouns if child.name == "Language"}
    return Relay(
        url=given.get("url", ""),
        greeting=given.get("welcomeGreeting", ""),
        greeting_yields_to=_inputs(given.get("welcomeGreetingInterruptible", "any")),
        yields_to=_inputs(given.get("interruptible", "any")),
        reported=_inputs(given.get("reportInputDuringAgentSpeech", "none")),
        preemptible=_is_on(given, "preemptible"),
        dtmf=_is_on(given, "dtmfDetection"),
        partials=_is_on(given, "partialPrompts"),
        ignores_backchannel=_is_on(given, "ignoreBackchannel"),
        # The older form has the events under `debug`, where Twilio still accepts them.
        events=frozenset(f"{given.get('events', '')} {given.get('debug', '')}".split()),
        languages=frozenset({language, heard, given.get("ttsLanguage", language)} | voices.keys()),
        transcription_language=heard,
        parameters=_parameters(noun),
        attributes=given,
        fault=fault(given),
        voices=voices,
    )


def _parameters(noun: Verb) -> dict[str, str]:
    found = [child.attributes for child in noun.nouns if child.name == "Parameter"]
    return {given.get("name", ""): given.get("value", "") for given in found}


def _is_on(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").lower() == "true"


def _inputs(value: str) -> frozenset[Input]:
    return _INPUTS.get(value.lower(), _INPUTS["none"])
