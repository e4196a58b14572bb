"""TwiML as Twilio reads it: the verbs of a document, and what a <ConversationRelay> asks for.

Attributes and defaults: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .attributes import KNOWN, VERBS, fault
from .playback import Input

DOCUMENT_PARSE_FAILURE = 12100
INVALID_PARAMETER = 64101
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
    """What one <ConversationRelay> asks for, defaults filled in; `fault` says why Twilio would end the session."""

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

    @property
    def spoken_language(self) -> str:
        """The language that prompts name: flux and `multi` name the primary tag alone, as recorded calls show."""
        code = "en" if self.transcription_language == "multi" else self.transcription_language
        flux = self.attributes.get("speechModel", "").startswith("flux")
        return code.partition("-")[0] if flux else code


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
    """Return what the <ConversationRelay> of a <Connect> asks for, None when it connects something else."""
    noun = next((noun for noun in connect.nouns if noun.name == "ConversationRelay"), None)
    return _relay(noun) if noun else None


def oddities(verb: Verb) -> Iterator[str]:
    """Yield what Twilio would pass over in silence: verbs that it does not have, attributes it does not know."""
    if verb.name not in VERBS:
        yield f"<{verb.name}> is not a verb"
    if verb.name == "Connect":
        yield from _unknown(verb, frozenset({"action", "method"}))
        for noun in verb.nouns:
            yield from _noun_oddities(noun)


def _noun_oddities(noun: Verb) -> Iterator[str]:
    if noun.name not in KNOWN:
        return
    if _is_on(noun.attributes, "applicationReconnect"):
        yield "applicationReconnect is not simulated: a lost socket ends the session"
    yield from _unknown(noun, KNOWN[noun.name])
    for child in noun.nouns:
        if child.name in KNOWN:
            yield from _unknown(child, KNOWN[child.name])
        elif child.name != "Failover":
            yield f"<{noun.name}> holds no <{child.name}>"


def _unknown(verb: Verb, known: frozenset[str]) -> Iterator[str]:
    return (f"<{verb.name}> has no attribute {name!r}" for name in verb.attributes if name not in known)


def _verb(element: ElementTree.Element) -> Verb:
    nouns = tuple(_verb(child) for child in element)
    # What is said may hold marks of emphasis and the like; other elements hold either text or elements.
    text = "".join(element.itertext()) if element.tag == "Say" else element.text or ""
    return Verb(element.tag, dict(element.attrib), text.strip(), nouns)


def _relay(noun: Verb) -> Relay:
    given = noun.attributes
    language = given.get("language", "en-US")
    heard = given.get("transcriptionLanguage", language)
    declared = {child.attributes.get("code", "") for child in noun.nouns if child.name == "Language"}
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
        # The older spelling put the events under `debug`, where they are still accepted.
        events=frozenset(f"{given.get('events', '')} {given.get('debug', '')}".split()),
        languages=frozenset({language, heard, given.get("ttsLanguage", language)} | declared),
        transcription_language=heard,
        parameters=_parameters(noun),
        attributes=given,
        fault=fault(given),
    )


def _parameters(noun: Verb) -> dict[str, str]:
    found = [child.attributes for child in noun.nouns if child.name == "Parameter"]
    return {given.get("name", ""): given.get("value", "") for given in found}


def _is_on(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").lower() == "true"


def _inputs(value: str) -> frozenset[Input]:
    return _INPUTS.get(value.lower(), _INPUTS["none"])
