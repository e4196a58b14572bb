"""The messages that an application may send to ConversationRelay, and why one is refused.

The rules are those of https://www.twilio.com/docs/voice/conversationrelay/websocket-messages.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MOST_LOOPS = 1000
_DIGITS = re.compile(r"[0-9w#*]+")
_LANGUAGE = re.compile(r"multi|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class MalformedError(ValueError):
    """The frame is not a message that Twilio accepts; the text says which rule it breaks."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words to speak; None means that the session's own setting holds."""

    token: str
    last: bool = False
    lang: str | None = None
    interruptible: bool | None = None
    preemptible: bool | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """A recording to play `loop` times."""

    source: str
    loop: int = 1
    preemptible: bool = False
    interruptible: bool | None = None


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Tones to send; `w` waits half a second."""

    digits: str


@dataclass(frozen=True, slots=True)
class Language:
    """A change of the language spoken, understood, or both."""

    tts: str | None
    transcription: str | None


@dataclass(frozen=True, slots=True)
class End:
    """The end of the session, with the data for the action callback."""

    handoff: str | None = None


Message = Text | Play | SendDigits | Language | End


def read(data: str | bytes, languages: Collection[str] | None = None) -> Message:
    """Return the message in a frame. `languages` are those of the session; None accepts any.

    Raises:
        MalformedError: the frame is binary, not a JSON object, of an unknown type, or breaks a rule of its type.
    """
    fields = _object(data)
    match fields.get("type"):
        case "text":
            return _text(fields, languages)
        case "play":
            return _play(fields)
        case "sendDigits":
            return SendDigits(_need(fields, "digits", _is_digits, "only 0-9 w # *, at least one"))
        case "language":
            return _language(fields)
        case "end":
            return End(_may(fields, "handoffData", _is_string, "a string"))
        case other:
            raise MalformedError(f"unknown type {other!r}")


def _object(data: str | bytes) -> dict[str, Any]:
    if isinstance(data, bytes):
        raise MalformedError("a binary frame")
    try:
        fields = json.loads(data)
    except ValueError as error:
        raise MalformedError(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise MalformedError("not a JSON object")
    return fields


def _text(fields: dict[str, Any], languages: Collection[str] | None) -> Text:
    lang = _may(fields, "lang", _is_string, "a string")
    if lang is not None and languages is not None and lang not in languages:
        raise MalformedError(f"text.lang {lang!r} is not a language of the session")
    return Text(
        _need(fields, "token", _is_string, "a string"),
        bool(_may(fields, "last", _is_bool, "true or false")),
        lang,
        _may(fields, "interruptible", _is_bool, "true or false"),
        _may(fields, "preemptible", _is_bool, "true or false"),
    )


def _play(fields: dict[str, Any]) -> Play:
    loop = _may(fields, "loop", _is_loop, f"a whole number from 0 to {MOST_LOOPS}")
    return Play(
        _need(fields, "source", _is_url, "an http or https URL"),
        1 if loop is None else loop or MOST_LOOPS,
        bool(_may(fields, "preemptible", _is_bool, "true or false")),
        _may(fields, "interruptible", _is_bool, "true or false"),
    )


def _language(fields: dict[str, Any]) -> Language:
    tts = _may(fields, "ttsLanguage", _is_language, "a language code")
    transcription = _may(fields, "transcriptionLanguage", _is_language, "a language code")
    if tts is None and transcription is None:
        raise MalformedError("language needs ttsLanguage or transcriptionLanguage")
    return Language(tts, transcription)


def _need(fields: dict[str, Any], name: str, good: Callable[[Any], bool], rule: str) -> Any:
    if fields.get(name) is None:
        raise MalformedError(f"{fields['type']}.{name} is missing")
    return _may(fields, name, good, rule)


def _may(fields: dict[str, Any], name: str, good: Callable[[Any], bool], rule: str) -> Any:
    value = fields.get(name)
    if name in fields and not good(value):
        raise MalformedError(f"{fields['type']}.{name} must be {rule}, not {value!r}")
    return value


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_loop(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_LOOPS


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and _DIGITS.fullmatch(value) is not None


def _is_language(value: object) -> bool:
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def _is_url(value: object) -> bool:
    if not isinstance(value, str):
        return False
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
