"""A log that is folded again after it has grown."""

import pytest

from functions.relay.call.call import Call, fold
from functions.relay.call.folded import Folded, folded
from functions.relay.log.events import AgentSaid, AnswerEnded, Entry, SessionOpened
from functions.relay.log.keys import OPENING, Key, Slot
from functions.relay.wire.messages import Interrupt, Prompt

FIRST, SECOND = Key(1000, "a"), Key(5000, "b")
KNOWN = (
    Entry(OPENING, SessionOpened("+15550100", "+15550101", "CA1", "desk", greeting="Hello.")),
    Entry(FIRST, Prompt("When do you open?")),
    Entry(FIRST.under(Slot.AGENT_SAID.at()), AgentSaid("At nine.")),
)
NEWER = (Entry(SECOND, Prompt("And on Friday?")),)
LATE = {
    "newer": NEWER,
    "the end of an older answer": (Entry(FIRST.under(Slot.ENDED.at()), AnswerEnded("complete")), *NEWER),
    "an older prompt": (Entry(Key(900, "c"), Prompt("Hello?")), *NEWER),
    "an interrupt of the same moment": (Entry(Key(1000, "0"), Interrupt("Hel")), *NEWER),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_a_log_that_has_grown_folds_to_the_same_call(late: tuple[Entry, ...]) -> None:
    entries = (*KNOWN, *late)
    assert folded(KNOWN).extended_to(entries) == fold(entries)


def test_what_is_known_is_not_folded_again() -> None:
    other = Folded(folded(KNOWN).entries, Call(language="fr-FR"))
    assert other.extended_to((*KNOWN, *NEWER)).language == "fr-FR"
