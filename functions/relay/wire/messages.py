"""The messages of a ConversationRelay socket: what Twilio sends, and what may be sent back.

Reading never fails: carriers send nulls, decimals and strings where others send text and numbers, and Twilio
adds fields. What cannot be understood becomes `Unknown`, which is kept in the log and never answered.
Source: Twilio, "ConversationRelay WebSocket messages".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN_KEPT = 500

LONGEST_TEXT = 4_000
"""Characters that are kept of a text: nobody says as much at once, and a model must not be asked for more."""

LONGEST_NAME = 200
"""Characters that are kept of an id, a number or a name; as part of a key the table takes no more than this."""

MOST_PARAMETERS = 20
"""Parameters of a call that are kept, each value as far as a name; our own TwiML sends two."""

TICKET = "ticket"
"""The parameter of a session that proves which call it belongs to."""

LONGEST_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Setup:
    """The first frame of a session: which call this socket carries.

    `caller` is the person on the phone, also in a call that we placed; `called` is our own number.
    """

    session: str
    call: str
    caller: str
    called: str
    direction: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def ticket(self) -> str:
        """The ticket that the session brings; empty if it brings none."""
        return dict(self.parameters).get(TICKET, "")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the caller said, whole."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """What the caller has said so far; it is revised, and repeated by the prompt that follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The caller cut the agent off. Covers only the clause being spoken; Twilio has dropped the rest."""

    heard: str
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Dtmf:
    """One key that the caller pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class Info:
    """A note of the line: `tokensPlayed`, `agentSpeaking`, `clientSpeaking` and others by name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Twilio's `error` message: free text that echoes the frame it could not read."""

    description: str

    @property
    def code(self) -> str:
        """The number in the text, which alone holds no word of the call; empty where there is none."""
        found = re.search(r"code: (\d+)", self.description)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A frame that is no message known here; `start` is its first characters."""

    start: str


Incoming = Setup | Prompt | Partial | Interrupt | Dtmf | Info | Problem | Unknown


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak. Tokens are joined as they are; `last` closes the talk cycle; None: as the session is set."""

    token: str
    last: bool = False
    language: str | None = None
    interruptible: bool | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """An audio file at a URL, played so many times in its place among the words."""

    source: str
    loop: int = 1
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Tones:
    """Keys pressed for the other end to hear, in their place among the words."""

    digits: str


@dataclass(frozen=True, slots=True)
class Language:
    """From here on the call is spoken and understood in this language, one of the session's."""

    code: str


@dataclass(frozen=True, slots=True)
class End:
    """Ends the session after the queued words have been played; `handoff` comes back in the action callback."""

    handoff: str | None = None


Outgoing = Text | Media | Tones | Language | End


def read(body: str) -> Incoming:
    """Return the message in one frame; `Unknown` for whatever is not one."""
    unknown = Unknown(well_formed(body[:UNKNOWN_KEPT]))
    try:
        frame = json.loads(body)
        return (_message(frame) if isinstance(frame, dict) else None) or unknown
    except (ValueError, RecursionError):
        return unknown


def write(message: Outgoing) -> str:
    """Return the frame of a message, as Twilio validates it."""
    match message:
        case Text(token, last, language, interruptible):
            frame: dict[str, Any] = {"type": "text", "token": token, "last": last}
            frame |= {"lang": language} if language else {}
            return _json(frame | ({} if interruptible is None else {"interruptible": interruptible}))
        case Media(source, loop, interruptible):
            return _json({"type": "play", "source": source, "loop": loop, "interruptible": interruptible})
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
    # An utterance without words must not end the answer that is being given: nothing would take its place.
    whole = any(map(_shows, text)) and (last is None or _flag(last))
    return Prompt(text, _name(frame, "lang")) if whole else Partial(text)


def _setup(frame: Mapping[str, Any]) -> Setup:
    given = frame.get("customParameters")
    parameters = given if isinstance(given, dict) else {}
    direction = _name(frame, "direction")
    theirs, ours = ("to", "from") if direction.startswith("outbound") else ("from", "to")
    return Setup(
        session=_name(frame, "sessionId"),
        call=_name(frame, "callSid"),
        caller=_name(frame, theirs),
        called=_name(frame, ours),
        direction=direction,
        parameters=tuple(
            (well_formed(name[:LONGEST_NAME]), _name(parameters, name))
            for name in sorted(parameters)[:MOST_PARAMETERS]
        ),
    )


def _text(frame: Mapping[str, Any], name: str) -> str:
    return _words(frame.get(name))[:LONGEST_TEXT]


def _name(frame: Mapping[str, Any], name: str) -> str:
    return _words(frame.get(name))[:LONGEST_NAME]


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


def _shows(character: str) -> bool:
    """Return whether a character is more than space, control or format: whether it can be part of a word."""
    return character.isprintable() and not character.isspace()


def _flag(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)


def _json(value: Any) -> str:
    return well_formed(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def well_formed(text: str) -> str:
    """Return the text without lone surrogates: they cannot be stored or sent on, and nobody means one."""
    return text.encode("utf-8", "replace").decode()
