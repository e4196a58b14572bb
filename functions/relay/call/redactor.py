"""Removes private data from what an answer logs: texts, the JSON of tool calls, and the memory of tools."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

from functions.relay.dataclass import dataclass
from functions.relay.log.events import DigitsRequested, Event, HandedOff, ToolCalled, ToolReturned
from functions.relay.text.data import mapped
from functions.relay.text.private import PLACEHOLDER, NoRecognizer, Private, Recognizer, is_held
from functions.relay.text.redaction import may_hold, redact

FEWEST_DIGITS = 7
"""Digits of the shortest number of all kinds."""


class UnknownPlaceholderError(LookupError):
    """A placeholder whose value has expired, or that the model invented; `str(error)` is the placeholder."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces what an agent's calls keep out of the log, in a call's language."""

    kinds: frozenset[Private] = frozenset()
    language: str = "en-US"
    recognizer: Recognizer = field(default_factory=NoRecognizer)
    values: Mapping[str, str] = field(default_factory=dict)
    """The known values of the call, each by its placeholder."""

    def text(self, text: str) -> str:
        """Return a text with placeholders in place of private data. Digits that are only held stay."""
        for placeholder, value in self.values.items():
            text = text if is_held(placeholder) else _spaced(value).sub(placeholder, text)
        if not self.kinds or not may_hold(text, self.kinds, self.language, FEWEST_DIGITS):
            return text
        return redact(text, self.kinds, self.language, self.recognizer)

    def event(self, event: Event) -> Event:
        """Return an event of an answer without private data. The agent's words stay as the caller heard them."""
        match event:
            case ToolCalled(arguments=arguments) | DigitsRequested(arguments=arguments):
                return replace(event, arguments=self._json(arguments))
            case ToolReturned(text=text, memory=memory):
                return replace(
                    event, text=self._logged(text), memory=tuple((name, self._leaf(one)) for name, one in memory)
                )
            case HandedOff(reason=reason, brief=brief):
                return replace(event, reason=self._logged(reason), brief=self._logged(brief))
            case _:
                return event

    def _logged(self, text: str) -> str:
        """Return a text for the log: held digits may be the beginning of a card, so they are replaced too."""
        text = self.text(text)
        for placeholder, value in self.values.items():
            if is_held(placeholder):
                text = re.sub(rf"(?<!\d){_spaced(value).pattern}(?!\d)", placeholder, text)
        return text

    def with_values(self, arguments: str) -> str:
        """Return a tool's arguments, a JSON object as text, with the values of the placeholders.

        Raises UnknownPlaceholderError.
        """
        return self._rewritten(arguments, self._valued) if PLACEHOLDER.search(arguments) else arguments

    def _json(self, arguments: str) -> str:
        """Return the redacted arguments. A text that is not JSON is redacted as a whole."""
        return arguments if self._logged(arguments) == arguments else self._rewritten(arguments, self._leaf)

    def _rewritten(self, arguments: str, leaf: Callable[[Any], Any]) -> str:
        try:
            return json.dumps(mapped(json.loads(arguments), leaf), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self._logged(arguments)

    def _leaf(self, value: Any) -> Any:
        """Return one redacted value of some JSON. A private number becomes its placeholder."""
        if isinstance(value, str):
            return self._logged(value)
        if isinstance(value, int) and not isinstance(value, bool):
            written = self._logged(str(value))
            return value if written == str(value) else written
        return value

    def _valued(self, value: Any) -> Any:
        return PLACEHOLDER.sub(lambda one: self._value(one[0]), value) if isinstance(value, str) else value

    def _value(self, placeholder: str) -> str:
        if placeholder not in self.values:
            raise UnknownPlaceholderError(placeholder)
        return self.values[placeholder]


def _spaced(value: str) -> re.Pattern[str]:
    """Return a pattern of a value. Digits are found in groups too: `4111 1111` for `41111111`."""
    return re.compile("[ -]?".join(value) if value.isdecimal() else re.escape(value))
