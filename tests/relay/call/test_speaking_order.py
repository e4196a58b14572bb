"""Which turns speak before a turn although they are newer or late, and which may still speak with it."""

import pytest

from functions.relay.call.call import Call, fold
from functions.relay.call.speaking_order import may_overlap, newest_spoken
from functions.relay.log.events import AgentSaid, AnswerEnded, Entry, Silent
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Prompt
from tests.relay.scenes import at, opened, under

OLDER, PROMPT = at(1000, Prompt("One?")), at(2000, Prompt("Two?"))
EARLY, SAME, LATER = (Entry(Key(PROMPT.key.at + ms, f"m~{ms}"), Silent(1)) for ms in (-1, 0, 5))
APOLOGY = under(1000, 90, AgentSaid("Sorry, again?"))


@pytest.mark.parametrize(
    ("others", "newest"),
    [
        ([], None),
        ([EARLY], None),
        ([EARLY, SAME], SAME.key),
        ([LATER, SAME], LATER.key),
        ([APOLOGY], OLDER.key),
        ([under(1000, 100, AgentSaid("At ten."))], None),
        ([under(2000, 90, AgentSaid("Sorry, again?"))], None),
        ([under(3000, 90, AgentSaid("Sorry, again?"))], None),
        ([APOLOGY, SAME], SAME.key),
    ],
    ids=["none", "an older one", "same time", "two", "an apology", "an answer", "its own", "a newer one", "both"],
)
def test_a_turn_knows_who_spoke_before(others: list[Entry], newest: Key | None) -> None:
    assert newest_spoken([OLDER, PROMPT, *others], PROMPT.key) == newest


@pytest.mark.parametrize(
    ("entries", "overlaps"),
    [
        ([PROMPT], False),
        ([OLDER, PROMPT], True),
        ([OLDER, under(1000, 999, AnswerEnded("superseded")), PROMPT], False),
        ([OLDER, at(26_000, Prompt("Two?"))], False),
        ([OLDER, at(25_999, Prompt("Two?"))], True),
        ([at(1000, Silent(1)), at(60_000, Prompt("Two?"))], True),
        ([at(1000, Silent(1)), OLDER, under(1000, 999, AnswerEnded("complete")), at(60_000, Prompt("Two?"))], False),
    ],
    ids=["first", "not ended", "ended", "too old", "just not", "a reminder's", "an old reminder's"],
)
def test_an_answer_overlaps_one_that_has_not_ended(entries: list[Entry], overlaps: bool) -> None:
    assert may_overlap(fold([opened(), *entries])) is overlaps


def test_nothing_overlaps_in_a_call_without_turns() -> None:
    assert not may_overlap(Call())
