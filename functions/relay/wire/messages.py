"""Reads and writes the messages of a ConversationRelay socket.

Reading never fails. Some carriers send nulls, decimals or strings where others send text and numbers, and Twilio adds
fields. A frame that cannot be understood becomes `Unknown`, which is logged and never answered.
Source: Twilio, "ConversationRelay WebSocket messages".
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from functions.relay.dataclass import dataclass
from functions.relay.wire.party import dialable

MOST_UNKNOWN_CHARACTERS = 500
"""Characters that are kept of a frame that cannot be understood."""

MOST_TEXT_CHARACTERS = 4_000
"""Characters that are kept of a text: people say less at once, and a model must not get more."""

MOST_NAME_CHARACTERS = 200
"""Characters that are kept of an id, a number or a name: the keys of the table have no room for more."""

MOST_PARAMETERS = 20
"""Parameters that are kept of a call, each with MOST_NAME_CHARACTERS. Our own TwiML sends two."""

TICKET = "ticket"
"""The parameter that proves to which call a session belongs."""

LONGEST_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Setup:
    """The first frame of a session. It names the call of this socket."""

    session: str
    call: str
    """The call's SID."""

    caller: str
    """The address of the person on the phone, also in a call that we placed."""

    called: str
    """Our own number."""

    direction: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    caller_name: str = ""
    parent_call: str = ""
    """The SID of the call that began this one; empty if none did."""

    @property
    def ticket(self) -> str:
        """The ticket that the session brings; empty if it brings none."""
        return dict(self.parameters).get(TICKET, "")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the caller said, complete."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """What the caller has said so far. Twilio may revise it, and the prompt that follows repeats it."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The caller interrupted the agent. Twilio has dropped all words after this clause."""

    heard: str
    """The words of the current clause that were spoken."""

    after_ms: int = 0
    """Milliseconds from the start of the clause."""


@dataclass(frozen=True, slots=True)
class Dtmf:
    """One key that the caller pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Info:
    """A report of the line: `tokensPlayed`, `agentSpeaking`, `clientSpeaking` and others by name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Twilio's `error` message: free text that repeats the frame that Twilio could not read."""

    description: str

    @property
    def code(self) -> str:
        """The number of the error; empty if the text has none. Only the number holds no word of the call."""
        found = re.search(r"code: (\d+)", self.description)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A frame that is not a known message."""

    start: str
    """The first characters of the frame."""


Incoming = Setup | Prompt | Partial | Interrupt | Dtmf | Info | Problem | Unknown


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak. Twilio joins the tokens as they are."""

    token: str
    last: bool = False
    """Whether these words close the talk cycle."""

    language: str | None = None
    """The BCP-47 tag of one of the session's languages; None for the current one."""

    interruptible: bool | None = None
    """Whether the caller may interrupt the words; None for the setting of the session."""

    preemptible: bool | None = None
    """Whether the next talk cycle, or a recording, cuts these words off; None for the setting of the session."""


@dataclass(frozen=True, slots=True)
class Media:
    """An audio file at a URL, played `loop` times in its place among the words. `preemptible`: newer ones cut it."""

    source: str
    loop: int = 1
    interruptible: bool = True
    preemptible: bool = False


@dataclass(frozen=True, slots=True)
class Tones:
    """DTMF tones for the other end, in their place among the words."""

    digits: str


@dataclass(frozen=True, slots=True)
class Language:
    """Switch the voice and the speech recognition to this language of the session."""

    code: str


@dataclass(frozen=True, slots=True)
class End:
    """End the session after the queued words have been played."""

    handoff: str | None = None
    """A text that Twilio returns in the action callback."""


Outgoing = Text | Media | Tones | Language | End


def read(body: str) -> Incoming:
    """Return the message in one frame; `Unknown` if it is not a known one."""
    unknown = Unknown(well_formed(body[:MOST_UNKNOWN_CHARACTERS]))
    try:
        frame = json.loads(body)
        return (_message(frame) if isinstance(frame, dict) else None) or unknown
    except (ValueError, RecursionError):
        return unknown


def write(message: Outgoing) -> str:
    """Return the frame of a message, in the form that Twilio accepts."""
    match message:
        case Text(token, last, language, interruptible, preemptible):
            own = {"lang": language or None, "interruptible": interruptible, "preemptible": preemptible}
            given = {name: value for name, value in own.items() if value is not None}
            return _json({"type": "text", "token": token, "last": last} | given)
        case Media(source, loop, interruptible, preemptible):
            cut_by = {"interruptible": interruptible} | ({"preemptible": True} if preemptible else {})
            return _json({"type": "play", "source": source, "loop": loop} | cut_by)
        case Tones(digits):
            return _json({"type": "sendDigits", "digits": digits})
        case Language(code):
            return _json({"type": "language", "ttsLanguage": code, "transcriptionLanguage": code})
        case End(handoff):
            return _json({"type": "end"} | ({"handoffData": handoff} if handoff is not None else {}))


def _message(frame: Mapping[str, Any]) -> Incoming | None:
    match frame.get("type"):
        case "setup":
            return _setup(frame)
        case "prompt":
            return _prompt(frame)
        case "interrupt":
            return Interrupt(_text(frame, "utteranceUntilInterrupt"), _whole(frame.get("durationUntilInterruptMs")))
        case "dtmf":
            return Dtmf(_name(frame, "digit"))
        case "info":
            return Info(_name(frame, "name"), _text(frame, "value"))
        case "error":
            return Problem(_text(frame, "description"))
        case _:
            return None


def _prompt(frame: Mapping[str, Any]) -> Prompt | Partial:
    text, last = _text(frame, "voicePrompt"), frame.get("last")
    # An utterance without words must not end the current answer: no other answer would replace it. Nor is it a word.
    text = text if any(map(_is_said, text)) else ""
    whole = bool(text) and (last is None or _flag(last))
    return (Prompt if whole else Partial)(text, _name(frame, "lang"))


def _setup(frame: Mapping[str, Any]) -> Setup:
    given = frame.get("customParameters")
    parameters = given if isinstance(given, dict) else {}
    direction = _name(frame, "direction")
    theirs, ours = ("to", "from") if direction.startswith("outbound") else ("from", "to")
    return Setup(
        session=_name(frame, "sessionId"),
        call=_name(frame, "callSid"),
        caller=dialable(_name(frame, theirs)),
        called=dialable(_name(frame, ours)),
        direction=direction,
        parameters=tuple(
            (well_formed(name[:MOST_NAME_CHARACTERS]), _name(parameters, name))
            for name in sorted(parameters)[:MOST_PARAMETERS]
        ),
        forwarded_from=_name(frame, "forwardedFrom"),
        caller_name=_name(frame, "callerName"),
        parent_call=_name(frame, "parentCallSid"),
    )


def _text(frame: Mapping[str, Any], name: str) -> str:
    return _words(frame.get(name))[:MOST_TEXT_CHARACTERS]


def _name(frame: Mapping[str, Any], name: str) -> str:
    return _words(frame.get(name))[:MOST_NAME_CHARACTERS]


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return well_formed(value)
        case _:
            return _json(value)


def _whole(value: Any) -> int:
    try:
        return max(0, min(int(float(value)), LONGEST_MS))
    except (TypeError, ValueError, OverflowError):
        return 0


def _is_said(character: str) -> bool:
    """Return whether a character can be what was said: a letter, a digit, or a sign that has a name, such as `#`.

    Speech recognition may write a noise as punctuation alone.
    """
    kind = unicodedata.category(character)
    return kind[0] in "LMN" or kind in ("Sc", "Sm") or character in "#*%&@"


def _flag(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)


def _json(value: Any) -> str:
    return well_formed(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def well_formed(text: str) -> str:
    """Return the text without lone surrogates, which cannot be stored or sent, and mean nothing."""
    return text.encode("utf-8", "replace").decode()
