"""A guard judges a caller's words beside the model, and its verdict is known before the first word."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

import pytest

from functions.live.guarded_model import GuardedModel
from functions.live.tasks import ThreadTasks
from functions.relay.ports import GuardError
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
)

PATIENCE_S = 60.0
HELLO = CallerMessage("Hello")
SAID = (TextDelta("Good "), TextDelta("evening."), Finished("end"))


@dataclass
class Model:
    """Says its events, and knows how many were taken and whether its stream was closed."""

    events: tuple[StreamEvent, ...] = SAID
    fails: bool = False
    taken: list[StreamEvent] = field(default_factory=list)
    closed: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self.asked.set()
        if self.fails:
            raise ModelError("throttled", "busy")
        try:
            for event in self.events:
                self.taken.append(event)
                yield event
        finally:
            self.closed.set()


@dataclass
class Guard:
    """Gives its verdict once it may, and knows what it judged."""

    verdict: str | None = None
    waits_for: Event | None = None
    fails: bool = False
    judged: list[str] = field(default_factory=list)

    def refusal(self, words: str) -> str | None:
        self.judged.append(words)
        if self.waits_for:
            assert self.waits_for.wait(PATIENCE_S)
        if self.fails:
            raise GuardError("guardrail abc123:1: ThrottlingException")
        return self.verdict


def request(*messages: Message) -> Request:
    return Request("You answer the phone.", messages or (HELLO,))


def answer(model: Model, guard: Guard, *messages: Message) -> tuple[StreamEvent, ...]:
    return tuple(GuardedModel(model, guard).ask(request(*messages)))


def test_words_that_pass_are_answered_by_the_model() -> None:
    guard = Guard()
    assert answer(Model(), guard) == SAID
    assert guard.judged == ["Hello"]


def test_the_model_is_asked_while_the_words_are_judged() -> None:
    model = Model()
    assert answer(model, Guard("No.", waits_for=model.asked))[0] == TextDelta("No.")


def test_blocked_words_get_the_guards_sentence_alone() -> None:
    model = Model()
    first, end = answer(model, Guard("I cannot talk about that."))
    assert (first, end) == (TextDelta("I cannot talk about that."), Finished("end", request().most_usage))
    assert model.closed.is_set()
    assert model.taken == [SAID[0]]


def test_blocked_words_without_a_sentence_are_a_refusal() -> None:
    assert answer(Model(), Guard("")) == (Finished("refused", request().most_usage),)


def test_no_tool_runs_for_words_that_are_blocked() -> None:
    model = Model((ToolCall("t1", "pay", "{}"), Finished("tools")))
    assert not any(isinstance(one, ToolCall) for one in answer(model, Guard("No.")))


def test_words_pass_where_the_guard_fails(caplog: pytest.LogCaptureFixture) -> None:
    assert answer(Model(), Guard("No.", fails=True)) == SAID
    assert "the caller's words were not judged: guardrail abc123:1: ThrottlingException" in caplog.text


def late_verdict() -> tuple[StreamEvent, ...]:
    """Return the answer to words whose verdict comes after the first word."""
    late = Event()
    ticks = iter([0.0, 2.0])
    model = GuardedModel(Model(), Guard("No.", waits_for=late), ThreadTasks, lambda: next(ticks))
    with closing(model.ask(request())) as events:
        first = next(events)
        late.set()
        return (first, *events)


def test_words_pass_where_the_verdict_is_late(caplog: pytest.LogCaptureFixture) -> None:
    assert late_verdict() == SAID
    assert "no verdict after 1.0 s" in caplog.text


def test_results_of_tools_are_not_judged_again() -> None:
    guard, call = Guard("No."), ToolCall("t1", "find", "{}")
    results = ToolResults((ToolResult("t1", "found"),))
    assert answer(Model(), guard, HELLO, AgentMessage("", (call,)), results) == SAID
    assert guard.judged == []


def test_a_model_that_fails_fails_at_once() -> None:
    with pytest.raises(ModelError, match="busy"):
        answer(Model(fails=True), Guard())
