import pytest

from functions.relay.wire.blocks import StreamedCalls, finished, grouped_by_role, thinking
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    FinishReason,
    Message,
    ModelError,
    ToolCall,
    ToolResult,
    ToolResults,
    Usage,
)


def test_roles_take_turns_and_results_are_the_users() -> None:
    call, result = ToolCall("t1", "find", "{}"), ToolResult("t1", "found")
    asked: list[Message] = [AgentMessage("", (call,)), ToolResults((result,)), CallerMessage("Well?")]
    assert grouped_by_role([CallerMessage("Hello?"), *asked, AgentMessage("Yes."), AgentMessage("It is.")]) == [
        ("user", ["Hello?"]),
        ("assistant", [call]),
        ("user", [result, "Well?"]),
        ("assistant", ["Yes.", "It is."]),
    ]


FIND, BOOK = ToolCall("a", "find", '{"day": 1}'), ToolCall("b", "book", "{}")


def two_calls() -> tuple[StreamedCalls, list[ToolCall]]:
    """Two calls whose blocks have ended, and what was yielded of them so far."""
    calls = StreamedCalls()
    yielded = list(calls.begin(1, "a", "find"))
    calls.add(1, '{"day"')
    calls.add(7, "never begun")
    calls.add(1, ": 1}")
    calls.end(1)
    yielded += calls.begin(2, "b", "book")
    calls.end(2)
    calls.end(2)
    return calls, yielded


def test_a_call_is_whole_when_another_follows() -> None:
    assert two_calls()[1] == [FIND]


@pytest.mark.parametrize("reason", ["end", "tools"])
def test_the_last_call_is_whole_at_a_good_end(reason: FinishReason) -> None:
    assert [*two_calls()[0].finish(Finished(reason))] == [BOOK, Finished(reason)]


@pytest.mark.parametrize("reason", ["length", "refused"])
def test_the_last_call_of_a_cut_answer_is_left_out(reason: FinishReason) -> None:
    assert [*two_calls()[0].finish(Finished(reason))] == [Finished(reason)]


@pytest.mark.parametrize(
    ("stop", "meaning"),
    [
        ("end_turn", "end"),
        ("pause_turn", "end"),
        ("tool_use", "tools"),
        ("max_tokens", "length"),
        ("refusal", "refused"),
        ("guardrail_intervened", "refused"),
    ],
)
def test_a_stop_reason_has_its_meaning(stop: str, meaning: str) -> None:
    end = finished(stop, Usage(1))
    assert isinstance(end, Finished)
    assert (end.reason, end.usage) == (meaning, Usage(1))


@pytest.mark.parametrize("stop", ["", "malformed_tool_use"])
def test_any_other_stop_is_a_broken_stream(stop: str) -> None:
    with pytest.raises(ModelError) as raised:
        finished(stop, Usage())
    assert raised.value.kind == "broken"


@pytest.mark.parametrize(
    ("model_id", "setting"),
    [
        ("claude-haiku-5-5", "disabled"),
        ("eu.anthropic.claude-sonnet-5-5", "between_tools"),
        ("claude-opus-5-5", None),
        ("claude-fable-5-2", None),
    ],
)
def test_a_first_word_waits_for_no_thoughts(model_id: str, setting: str | None) -> None:
    assert thinking(model_id) == setting
