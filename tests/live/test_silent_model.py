"""How soon a request is closed that nobody wants any more, while the model is silent, in the call's own clock."""

from collections.abc import Generator

import pytest

from functions.live.deps import Frame
from functions.live.draft_request import SLOW_TABLE_S
from functions.relay.cancel_scope import is_cancelled, on_cancel
from functions.relay.log.events import Closed, Entry, Event
from functions.relay.wire.messages import Dtmf, Interrupt, Partial, Prompt
from functions.relay.wire.model import ModelError, Request, StreamEvent, TextDelta
from tests.live.harness import SessionHarness
from tests.live.test_draft import LOG, QUICK
from tests.live.test_first_trip import TRIP_S, Clocked, run, sessions_of

CLOSED_WITHIN_S = 0.15
WORDS = "When do you open?"

CUTTING: list[Event] = [Interrupt("Good"), Prompt("No."), Closed(1000)]
DROPPING: list[Event] = [*CUTTING, Dtmf("5"), Partial("When do you open on Friday?")]


class SilentModel:
    """The port `Model` that says a word and then nothing for a minute, unless its connection is closed."""

    def __init__(self, clocked: Clocked, *words: str) -> None:
        self._clocked, self._words = clocked, words

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        on_cancel(self._clocked.scheduler.waker())
        yield from map(TextDelta, self._words)
        self._clocked.scheduler.pause(60.0)
        assert is_cancelled()
        self._clocked.note("closed")
        raise ModelError("broken", "the connection was closed")


@pytest.fixture(params=range(3), ids=lambda seed: f"seed {seed}")
def clocked(request: pytest.FixtureRequest) -> Clocked:
    """The seed chooses which task goes first wherever two could."""
    return Clocked(request.param)


def closed_after(
    clocked: Clocked, harness: SessionHarness, frame: Frame, event: Event, at: float, *words: str
) -> float:
    """Return how many seconds after the event, which is logged at `at`, the model's stream is closed."""
    newer = Entry(harness.frame({}, at=frame.key.at + round(at * 1000)).key, event)
    clocked.scheduler.at(at, lambda: _put(harness, newer))
    run(clocked, sessions_of(harness, clocked, SilentModel(clocked, *words)), frame)
    [closed] = clocked.began("closed")
    return closed - at


def _put(harness: SessionHarness, entry: Entry) -> None:
    harness.log.append(LOG, entry)


@pytest.mark.parametrize("trip_s", [0.005, 0.04, SLOW_TABLE_S])
@pytest.mark.parametrize("at", [1.0, 1.03, 4.0])
@pytest.mark.parametrize("event", DROPPING, ids=lambda event: type(event).__name__)
def test_a_dropped_draft_is_closed_within_150_ms(clocked: Clocked, event: Event, at: float, trip_s: float) -> None:
    clocked.trip_s = trip_s
    harness = SessionHarness(desk=QUICK).opened()
    message = {"type": "prompt", "voicePrompt": WORDS, "lang": "en-US", "last": False}
    took = closed_after(clocked, harness, harness.frame(message, at=2000), event, at)
    assert 0 < took <= CLOSED_WITHIN_S


@pytest.mark.parametrize("event", CUTTING, ids=lambda event: type(event).__name__)
def test_a_cut_answer_is_closed_soon(clocked: Clocked, event: Event) -> None:
    """The watch looks every 75 ms, and each look takes a trip to the table."""
    harness = SessionHarness().opened()
    took = closed_after(clocked, harness, harness.prompt(WORDS, at=2000), event, 1.0, "We open at nine, and ")
    assert 0 < took <= CLOSED_WITHIN_S + TRIP_S
