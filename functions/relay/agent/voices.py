"""Defines voices, and checks by the form of its name whether a voice can speak a language.

Only Twilio knows which voices a provider has today. What is known here is the form of each provider's names.
Sources: RFC 5646; ISO 639-1; Twilio, "Picking a voice", "<Language>", "<Say>".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from functions.relay.agent.checks import check_hints, not_empty, of_kind, one_of, require
from functions.relay.agent.language_tags import SAME
from functions.relay.dataclass import dataclass

Speaker = Literal["ElevenLabs", "Google", "Amazon", "elevenlabs", "google", "amazon"]
Listener = Literal["Deepgram", "Google", "deepgram", "google"]
Normalization = Literal["on", "auto", "off"]

SPEAKERS, LISTENERS = get_args(Speaker)[:3], get_args(Listener)[:2]
"""The names of providers as Hotline passes them on. A user may write them in any case."""

PREFIXES = {"Google": "Google.", "Amazon": "Polly."}
"""What <Say> writes before the name of a provider's voice, and <ConversationRelay> does not."""

LANGUAGE = re.compile(r"(?P<primary>[a-z]{2,3})(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")

_CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    arb ast ceb cmn fil kea kok nan nso wuu yue
"""
PRIMARY = frozenset(_CODES.split())
"""The primary tags of ISO 639-1, and those of three letters that speech providers use."""

MULTI = "multi"
"""The tag for several languages at once. Only ElevenLabs speaks them so, and only Deepgram understands them so."""

_GOOGLE = r"(?P<language>[a-z]{2,3}-(?:[A-Z]{2,3}|\d{3}))-(?P<family>[A-Z][A-Za-z0-9]*)(?:-[A-Za-z0-9]+)+"
_SETTINGS = r"\d(?:\.\d+)?_\d(?:\.\d+)?_\d(?:\.\d+)?"

NAMES = {
    "ElevenLabs": re.compile(rf"[A-Za-z0-9]{{20}}(?:-[a-z][a-z0-9]*(?:_[a-z0-9]+)*)?(?:-{_SETTINGS})?"),
    "Google": re.compile(_GOOGLE),
    "Amazon": re.compile(r"[A-Z][^\W\d_]+(?:-Neural|-Generative)?"),
}

SETTINGS = (("speed", 0.7, 1.2), ("stability", 0.0, 1.0), ("similarity", 0.0, 1.0))
"""Settings that may follow an ElevenLabs voice's name, and their ranges. Source: ElevenLabs, "Voice settings"."""

EXAMPLES = {
    "ElevenLabs": "an id of 20 letters and digits, which -model and -speed_stability_similarity may follow",
    "Google": "a name such as en-US-Neural2-F or en-US-Chirp3-HD-Aoede",
    "Amazon": "a name such as Joanna, Joanna-Neural or Joanna-Generative",
}

_MORE = r"(?:[-_.:][A-Za-z0-9]+)*"
MODEL = re.compile(rf"(?=.{{1,100}}$)[A-Za-z0-9]+{_MORE}")
"""The form of a speech model's name, also of one that is not known here. A provider gives its own models ids."""

DEEPGRAM = re.compile(rf"(?:flux|nova|enhanced|base){_MORE}")
GOOGLE = re.compile(
    r"telephony|telephony_short|long|short|latest_long|latest_short|phone_call|default|command_and_search"
    rf"|chirp{_MORE}"
)

MULTILINGUAL = re.compile(rf"nova-[23]-general|flux{_MORE}")
"""Models that understand `multi`: Twilio names the nova models, and flux does so in tests."""

SAID = frozenset({"Standard", "Wavenet", "Neural2", "Chirp3"})
"""Families of Google voices that <Say> has too."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One language's voice, and the service that understands the caller in that language. Raises AgentError."""

    provider: Speaker
    """The service that speaks: `"ElevenLabs"`, `"Google"` or `"Amazon"`, in any case."""

    name: str
    """The provider's name for the voice, such as `"en-US-Neural2-F"`, or an ElevenLabs id. The names of <Say>,
    such as `"Polly.Amy"` and `"Google.en-US-Neural2-A"`, are understood too."""

    listener: Listener | None = None
    """What understands the caller: `"Deepgram"` or `"Google"`, in any case. Default: None, Twilio's choice."""

    speech_model: str | None = None
    """The listener's model, such as `"nova-3-general"`. Default: None, Twilio's choice."""

    hints: Sequence[str] = ()
    """Words that callers say in this language and that speech recognition may miss, such as `["Öffnungszeiten"]`.
    Default: none; those of `Agent.hints` apply."""

    smart_format: bool | None = None
    """With `True`, the listener writes numbers, dates and names as people do. Default: None, Twilio's choice."""

    normalization: Normalization | None = None
    """Whether the voice's service itself reads out numbers and signs: `"on"`, `"auto"` or `"off"`. Default: None,
    Twilio's choice, which is `"off"`; Hotline spells numbers where it knows the language."""

    second: "Voice | None" = None
    """The voice and the listener for the rest of the call after a provider of this one has failed, such as
    `Voice("Amazon", "Joanna-Neural")`; another provider is best. Default: None; the same one is tried again."""

    def __post_init__(self) -> None:
        of_kind("Voice.name", self.name, str, "the provider's name for the voice, as a text")
        of_kind("Voice.speech_model", self.speech_model, str | None, "the name of a model as a text, or None")
        of_kind("Voice.smart_format", self.smart_format, bool | None, "True, False, or None")
        of_kind("Voice.second", self.second, Voice | None, 'a Voice("Amazon", "…"), or None')
        if self.normalization is not None:
            one_of("Voice.normalization", self.normalization, get_args(Normalization))
        object.__setattr__(self, "provider", _cased("Voice.provider", self.provider, SPEAKERS))
        if self.listener is not None:
            object.__setattr__(self, "listener", _cased("Voice.listener", self.listener, LISTENERS))
        prefix = PREFIXES.get(self.provider, "")
        if self.name.lower().startswith(prefix.lower()):
            object.__setattr__(self, "name", self.name[len(prefix) :])
        check_hints(self.hints, "Voice.hints")
        not_empty("Voice.name", self.name)
        if self.second:
            require(
                "Voice.second", "has a second voice too; a language has two at most" if self.second.second else ""
            )
        require("Voice.name", _name_fault(self.provider, self.name))
        require("Voice.speech_model", _model_fault(self.listener, self.speech_model))

    @property
    def language(self) -> str:
        """The language in the voice's name, as Google names them; empty if there is none."""
        found = NAMES["Google"].fullmatch(self.name) if self.provider == "Google" else None
        return found["language"] if found else ""

    @property
    def said(self) -> str:
        """The voice's name for <Say>; empty for a voice that <Say> does not have, such as one of ElevenLabs.

        Without a voice, Twilio uses the one that the account has set for the language.
        """
        if self.provider == "Amazon":
            return f"Polly.{self.name}"
        found = NAMES["Google"].fullmatch(self.name) if self.provider == "Google" else None
        return f"Google.{self.name}" if found and found["family"] in SAID else ""


def check_voices(voices: Mapping[str, Voice]) -> None:
    """Raise AgentError for a wrong language tag, and for a voice that cannot speak its language."""
    for code, voice in voices.items():
        where = f"Agent.voices[{code!r}]"
        require(where, _language_fault(code))
        for one in (voice, voice.second):
            if one:
                require(where, _multi_fault(one) if code == MULTI else _mismatch(code, one))


def said_with(voices: Mapping[str, Voice], language: str) -> dict[str, str]:
    """Return the attributes of a <Say> in one of these languages: its voice, if <Say> has it, and the language."""
    voice = voices[language]
    own = {"voice": voice.said} if voice.said else {}
    return own | ({"language": voice.language or language} if language != MULTI else {})


def _cased(name: str, given: object, known: tuple[str, ...]) -> str:
    """Return a provider's name as Hotline writes it. Raises AgentError for an unknown name."""
    found = next((one for one in known if one.lower() == str(given).lower()), None)
    one_of(name, found or given, known)
    return found or ""


def _language_fault(code: str) -> str:
    found = LANGUAGE.fullmatch(code)
    if found and found["primary"] not in PRIMARY:
        return f"begins with {found['primary']}, which is not a language; write a tag such as en-US"
    if found or code == MULTI:
        return ""
    tidy = _tidy(code)
    cure = tidy if LANGUAGE.fullmatch(tidy) else "a tag such as en-US"
    return f"is not a BCP-47 tag of a language; write {cure}"


def _name_fault(provider: str, name: str) -> str:
    if not NAMES[provider].fullmatch(name):
        return f"is {name!r}; {provider} has {EXAMPLES[provider]}"
    return _settings_fault(name) if provider == "ElevenLabs" else ""


def _settings_fault(name: str) -> str:
    """Return what is wrong with the settings at the end of an ElevenLabs voice's name; empty if nothing is."""
    if not (found := re.fullmatch(f".*-({_SETTINGS})", name)):
        return ""
    for (setting, least, most), value in zip(SETTINGS, map(float, found[1].split("_")), strict=True):
        if not least <= value <= most:
            return f"is {name!r}, which sets {setting} to {value:g}; ElevenLabs takes {least:g} to {most:g}"
    return ""


def _model_fault(listener: str | None, model: str | None) -> str:
    if model is None:
        return ""
    if not MODEL.fullmatch(model):
        return f"is {model!r}; write a model's name, letters and digits with - _ . : between them: nova-3-general"
    owner = "Deepgram" if DEEPGRAM.fullmatch(model) else "Google" if GOOGLE.fullmatch(model) else ""
    if not owner or owner == listener:
        return ""
    whose = "left to Twilio, whose choice depends on the account's age" if listener is None else listener
    return f"is {model!r}, which is {owner}'s, but the listener is {whose}; write listener={owner!r}"


def _mismatch(code: str, voice: Voice) -> str:
    if not voice.language or _fits(code, voice.language):
        return ""
    return f"has the voice {voice.name}, which speaks {voice.language}; give one whose name begins with {code}-"


def _multi_fault(voice: Voice) -> str:
    if voice.provider != "ElevenLabs":
        return f"has a voice of {voice.provider}'s; only ElevenLabs speaks several languages at once"
    if voice.listener != "Google" and MULTILINGUAL.fullmatch(voice.speech_model or "flux"):
        return ""
    return "is understood only by Deepgram's nova-2-general, nova-3-general and flux; name one of these, or none"


def _fits(code: str, spoken: str) -> bool:
    one, other = _parts(code), _parts(spoken)
    return one[0] == other[0] and one[-1] in (other[-1], one[0])


def _parts(code: str) -> list[str]:
    primary, *others = code.split("-")
    return [SAME.get(primary, primary), *others]


def _tidy(code: str) -> str:
    """Return a tag with each part in the case that BCP-47 recommends."""
    primary, *others = code.replace("_", "-").split("-")
    cased = (part.title() if len(part) == 4 else part.upper() for part in others)
    return "-".join([primary.lower(), *cased])
