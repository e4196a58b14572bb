"""What is measured of a call that is over."""

from dataclasses import replace

from functions.providers import price_of
from functions.relay.record.call_record import CallEnding, CallRecord
from functions.relay.record.cost import Cents
from functions.relay.record.fold import record_of
from functions.relay.record.measures import Measure, Metric, measures_of
from functions.relay.record.turn_record import ToolOutcome, ToolRecord, TurnCause, TurnRecord
from functions.relay.wire.model import Usage
from tests.relay.record.calls import PLAIN

RECORD = record_of(PLAIN, lambda _: "mark", price_of)


def of(record: CallRecord, metric: Metric) -> dict[str, tuple[float, ...]]:
    """Return the values of a metric by those of its dimension."""
    return {one.of: one.values for one in measures_of(record) if one.metric is metric}


def test_a_call_is_counted_by_its_ending() -> None:
    assert measures_of(RECORD)[0] == Measure(Metric.CALLS, "Count", "Ending", "caller hung up", (1,))
    assert of(replace(RECORD, ending=CallEnding.LOST), Metric.CALLS) == {"lost": (1,)}


def test_the_path_to_the_voice_has_four_stages() -> None:
    """The caller's voice ended 600 ms before the words came; the model took 300 ms, and the voice began at 600."""
    assert of(RECORD, Metric.PATH) == {
        "listening": (600.0,),
        "model": (300.0, 300.0),
        "posting": (100.0, 100.0),
        "speaking": (200.0,),
    }


def test_a_stage_that_is_not_known_is_left_out() -> None:
    key = TurnRecord(TurnCause.KEY, "rosa", 0, first_words_ms=50)
    early = TurnRecord(TurnCause.WORDS, "rosa", 0, "Hi.", first_token_ms=90, first_words_ms=80)
    assert of(replace(RECORD, turns=(key, early)), Metric.PATH) == {"model": (90.0,)}


def test_tools_are_measured_by_their_outcome() -> None:
    tools = (
        ToolRecord("find", "{}", ToolOutcome.DONE, took_ms=70),
        ToolRecord("find", "{}", ToolOutcome.FAILED, took_ms=900),
        ToolRecord("find", "{}", ToolOutcome.UNKNOWN),
    )
    turn = TurnRecord(TurnCause.WORDS, "rosa", 0, tools=tools)
    assert of(replace(RECORD, turns=(turn,)), Metric.TOOLS) == {"done": (70.0,), "failed": (900.0,)}


def test_tokens_and_cents_are_measured_by_their_parts() -> None:
    dear = replace(RECORD, tokens=Usage(100, 20, 7, 3), cents=Cents(0.5, 7.85, 0.01234))
    assert of(dear, Metric.TOKENS) == {"input": (100,), "output": (20,), "cache read": (7,), "cache write": (3,)}
    assert of(dear, Metric.CENTS) == {"model": (0.5,), "twilio": (7.85,), "aws": (0.0123,)}
    assert "model" not in of(replace(dear, cents=Cents(None, 1, 1)), Metric.CENTS)
