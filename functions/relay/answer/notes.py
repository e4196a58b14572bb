"""Where an answer's notes are put in the log: what was said, in which language, and how it ended."""

from collections.abc import Iterator

from functions.relay.answer.steps import Append
from functions.relay.log.events import AgentSaid, LanguageSwitched
from functions.relay.log.keys import Slot, round_start

MOST_SWITCHES = 9
"""Switches of the language that one answer notes."""


class Notes:
    """The notes of one answer, from a slot under the prompt's key on."""

    def __init__(self, slot: int) -> None:
        """`slot` is 0, or where the notes of an answer begin that is taken over."""
        self._slot = slot
        self._switches = 0
        self._said = False

    def switched(self, language: str) -> Iterator[Append]:
        """Note that the session goes on in another language."""
        if self._switches < MOST_SWITCHES:
            slot = Slot.LANGUAGE_SWITCHED.at(round_start(self._slot, 1), self._switches)
            yield Append(slot, LanguageSwitched(language))
            self._switches += 1

    def words(self, parts: tuple[str, ...]) -> Iterator[Append]:
        """Note what reached the line of each part. Only the first call notes anything."""
        if not self._said:
            self._said = True
            for number, text in enumerate(parts, 1):
                if text.strip():
                    yield Append(Slot.AGENT_SAID.at(round_start(self._slot, number)), AgentSaid(text.strip()))
