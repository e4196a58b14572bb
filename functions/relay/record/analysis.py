"""Reads what Conversational Intelligence found in a conversation.

Source: Twilio, "Conversation Intelligence (classic): Transcript OperatorResults subresource".
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from functions.relay.dataclass import dataclass

ANSWER = "answer"
"""The field of a custom operator's JSON that holds the answer."""

LABELS = ("conversation-classify", "utterance-classify")
"""Types of operators whose answers are labels of a fixed list, and so hold no word of the conversation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one operator found in a call."""

    operator: str
    """The operator's name."""

    kind: str
    """Twilio's type of the operator, such as `text-generation`."""

    value: str | int | float | bool
    """The answer: a number, a label, True or False, or a text."""

    @property
    def private(self) -> bool:
        """Whether the answer may hold words of the conversation."""
        return isinstance(self.value, str) and self.kind not in LABELS


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript and what was found in it."""

    sid: str
    call: str
    """The SID of its call; empty for a conversation that is none."""

    findings: tuple[Finding, ...]


def finding_of(result: Mapping[str, Any]) -> Finding | None:
    """Return what an operator found, from its result as Twilio's API gives it; None if it found nothing."""
    name, kind = str(result.get("name") or ""), str(result.get("operator_type") or "")
    value = _value(kind, result)
    return None if value is None or value == "" else Finding(name, kind, value)


def findings_by_name(found: Iterable[Finding]) -> dict[str, str | int | float | bool]:
    """Return what was found, by the names of the operators. Of two findings of one, the later counts."""
    return {one.operator: one.value for one in found}


def _value(kind: str, result: Mapping[str, Any]) -> Any:
    match kind:
        case "conversation-classify":
            return result.get("predicted_label")
        case "utterance-classify":
            return result.get("utterance_match")
        case "extract-normalize":
            return result.get("normalized_result")
        case "extract" | "pii-extract":
            return ", ".join(_keys(result.get("extract_results"))) or result.get("extract_match")
        case "text-generation":
            return _typed((result.get("text_generation_results") or {}).get("result"))
        case "json":
            return _of_json(result.get("json_results"))
        case _:
            return None


def _keys(extracted: Any) -> list[str]:
    return sorted(map(str, extracted)) if isinstance(extracted, Mapping) else []


def _of_json(found: Any) -> Any:
    """Return the answer in a JSON result; the whole of another operator's JSON as text."""
    if isinstance(found, Mapping) and isinstance(found.get(ANSWER), str | int | float | bool):
        return found[ANSWER]
    return json.dumps(found, ensure_ascii=False) if found else None


def _typed(text: Any) -> Any:
    """Return a text that is a number, true or false as that."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text
    return found if isinstance(found, bool | int | float) and math.isfinite(found) else text
