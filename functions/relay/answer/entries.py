"""Places what an answer says in the log: the words of each round, and switches of the language."""

from collections.abc import Collection, Iterator

from functions.relay.answer.actions import Append
from functions.relay.log.events import AgentSaid, LanguageSwitched
from functions.relay.log.keys import Slot, round_start

MOST_SWITCHES = 9
"""Most switches of the language that one answer logs."""


class AnswerEntries:
    """The entries of one answer, under the prompt's key."""

    def __init__(self, slot: int) -> None:
        """`slot` is the first slot of these entries: 0, or a higher one if the answer is taken over."""
        self._slot = slot
        self._switches = 0
        self._said = False

    def switched(self, language: str) -> Iterator[Append]:
        """Append that the session goes on in another language."""
        if self._switches < MOST_SWITCHES:
            slot = Slot.LANGUAGE_SWITCHED.at(round_start(self._slot, 1), self._switches)
            yield Append(slot, LanguageSwitched(language))
            self._switches += 1

    def words(self, parts: tuple[str, ...], preemptible: Collection[int] = ()) -> Iterator[Append]:
        """Append the words of each part that reached the line. Only the first call appends anything.

        `preemptible` has the numbers, from 0, of the parts with a preemptible sentence.
        """
        if not self._said:
            self._said = True
            for number, text in enumerate(parts):
                if text.strip():
                    slot = Slot.AGENT_SAID.at(round_start(self._slot, number + 1))
                    yield Append(slot, AgentSaid(text.strip(), preemptible=number in preemptible))
