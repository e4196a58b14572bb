"""What a record says that is made of its other fields."""

from dataclasses import dataclass, replace

import pytest

from functions.relay.agent.schema import MismatchError
from functions.relay.record.call_record import AgentVersion
from functions.relay.record.turn_record import TurnCause, TurnRecord
from tests.relay.record.calls import record


@dataclass(frozen=True, slots=True)
class Lead:
    name: str | None
    guests: int | None


RECORD = record()


def turn(first_words_ms: int | None) -> TurnRecord:
    return TurnRecord(TurnCause.WORDS, "rosa", 0, first_words_ms=first_words_ms)


@pytest.mark.parametrize(
    ("waits", "median"),
    [((), None), ((None,), None), ((400,), 400), ((900, 100), 100), ((300, None, 100, 200), 200)],
)
def test_the_wait_for_first_words_is_a_lower_median(waits: tuple[int | None, ...], median: int | None) -> None:
    assert replace(RECORD, turns=tuple(map(turn, waits))).first_words_p50_ms == median


def test_a_record_names_the_agent_that_had_the_call_last() -> None:
    assert replace(RECORD, agents=(AgentVersion("rosa"), AgentVersion("billing"))).agent == "billing"
    assert replace(RECORD, agents=()).agent == ""


def test_a_call_never_lasts_less_than_nothing() -> None:
    assert replace(RECORD, began=5_000, ended=7_999).seconds == 2
    assert replace(RECORD, began=5_000, ended=4_000).seconds == 0


def test_a_transcript_is_what_was_heard() -> None:
    silent = replace(turn(None), said="A long story.", heard="A long")
    asked = replace(turn(None), caller="Yes?", said="Once.")
    assert replace(RECORD, turns=(silent, asked)).transcript == "Agent: A long\nCaller: Yes?"


def test_fields_come_as_the_dataclass_that_asked_for_them() -> None:
    found = replace(RECORD, fields={"name": "Zoë", "other": 1})
    assert found.filled(Lead) == Lead("Zoë", None)


def test_fields_of_another_kind_are_refused() -> None:
    with pytest.raises(MismatchError):
        replace(RECORD, fields={"guests": "many"}).filled(Lead)
