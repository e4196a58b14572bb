"""No service refuses the history of any log: logs are drawn at random, folded, and written by the real adapters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.call.call import fold
from functions.relay.call.history import UNANSWERED, bounded, history, snapshot
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    DigitsEntered,
    Entry,
    Event,
    KeyPressed,
    NoiseEnded,
    TakenOver,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Info, Interrupt, Prompt
from functions.relay.wire.model import Message, Request, ToolResults, ToolSpec
from tests.adapters.refusals import refusals
from tests.relay.scenes import Scene, at, opened, scenes, under

pytestmark = pytest.mark.slow

FIND = ToolSpec("find", "Look up a booking.", {"type": "object", "properties": {"day": {"type": "string"}}})

WORDS = st.sampled_from(["", " ", "Yes.", "One moment.", "w1 w2, w3.", "\ud800"])
IDS = st.sampled_from(["t1", "t2", "", "a b", "key", "call-1", "x" * 70])
NAMES = st.sampled_from(["find", "gone", "book.table", "", "x" * 200])
ARGUMENTS = st.sampled_from(["{}", "", "[1]", '{"day": "Friday"}', '{"day": NaN}'])
ENDINGS = st.sampled_from(["complete", "superseded", "failed", "gone"])

DONE: st.SearchStrategy[Event] = st.one_of(
    st.builds(AgentSaid, WORDS),
    st.builds(ToolCalled, IDS, NAMES, ARGUMENTS),
    st.builds(ToolReturned, IDS, WORDS, st.booleans()),
    st.builds(AnswerEnded, ENDINGS),
    st.just(TakenOver()),
)
"""The entries under a prompt, in any order. Another version may have written them, or some may be lost."""

FRAMES: st.SearchStrategy[Event] = st.one_of(
    st.builds(Prompt, WORDS),
    st.builds(Info, st.just("tokensPlayed"), WORDS),
    st.builds(Interrupt, WORDS),
    st.just(NoiseEnded()),
    st.builds(KeyPressed, st.sampled_from("15#")),
    st.builds(DigitsEntered, NAMES, ARGUMENTS, st.just(Key(1000, "a")), st.booleans()),
    st.just(Closed(1006)),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Frames in any order, and under each any entries of an agent."""
    entries = [opened(greeting=draw(WORDS))]
    for moment, frame in enumerate(draw(st.lists(FRAMES, max_size=8)), 1):
        entries.append(at(1000 * moment, frame))
        slots = draw(st.lists(st.integers(2, 3999), max_size=6, unique=True))
        entries += [under(1000 * moment, slot, draw(DONE)) for slot in sorted(slots)]
    return entries


def refused(messages: tuple[Message, ...]) -> list[str]:
    """Return what is refused of a history, for an agent with a tool and for one without tools."""
    return [*refusals(Request("You answer.", messages, (FIND,))), *refusals(Request("You answer.", messages))]


@pytest.mark.slow  # each case runs the same lines
@given(logs())
@settings(max_examples=300, deadline=None)
def test_the_history_of_any_log_is_accepted(log: list[Entry]) -> None:
    assert refused(history(fold(log))) == []


@given(scenes(longest=40))
@settings(max_examples=100, deadline=None)
def test_the_history_of_any_call_is_accepted_at_any_moment(scene: Scene) -> None:
    for end in range(1, len(scene.entries) + 1, 5):
        assert refused(history(fold(scene.entries[:end]))) == []


@pytest.mark.slow  # each case runs the same lines
@given(logs())
@settings(max_examples=100, deadline=None)
def test_what_is_remembered_of_any_log_is_accepted(log: list[Entry]) -> None:
    remembered = bounded(history(fold(log)))
    assert refused(history(fold([opened(greeting="Where were we?", remembered=remembered)]))) == []
    if begin := snapshot(fold(log)):
        assert refused(history(fold([Entry(*begin)]))) == []


@pytest.mark.parametrize("noted", [1, 2, 3])
def test_a_call_that_ends_between_two_notes_is_accepted(noted: int) -> None:
    acts: list[Event] = [ToolCalled("t1", "find", "{}"), ToolCalled("t2", "find", "{}"), ToolReturned("t2", "Friday")]
    log = [opened(), at(1000, Prompt("Hi")), *(under(1000, 101 + slot, act) for slot, act in enumerate(acts[:noted]))]
    messages = history(fold([*log, at(2000, Prompt("And?"))]))
    assert refused(messages) == []
    results = next(message for message in messages if isinstance(message, ToolResults))
    assert results.results[0].text == UNANSWERED
