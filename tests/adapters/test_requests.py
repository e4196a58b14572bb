"""No service refuses a request, whatever a model, an interruption or a deployment has added to the history."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.wire.accepted import accepted_request
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Message,
    Request,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
)
from tests.adapters.refusals import bedrock_body, claude_body, refusals

pytestmark = pytest.mark.slow

FIND = ToolSpec("find", "Look up a booking. " * 60, {"type": "object", "properties": {"day": {"type": "string"}}})

TEXTS = st.sampled_from(["", "  ", "\n", "Good evening", "\ud800", "K4T9 \U0001f600"])
IDS = st.sampled_from(["t1", "t2", "", "a b", "call00001", "call00002", "x" * 41, "x" * 65, "book.1:2"])
NAMES = st.sampled_from(["find", "gone", "book.table", "$FUNCTIONS.find", "", "x" * 200, "b\u00fcchen", "gone<|x|>"])
ARGUMENTS = st.sampled_from(["{}", "", "[1]", '{"day": "Friday"}', '{"day": NaN}', '{"day": ', r'{"a": "\ud800"}'])

CALLS = st.builds(ToolCall, IDS, NAMES, ARGUMENTS)
RESULTS = st.builds(ToolResult, IDS, TEXTS, st.booleans())
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(CallerMessage, TEXTS),
    st.builds(AgentMessage, TEXTS, st.lists(CALLS, max_size=3).map(tuple)),
    st.builds(ToolResults, st.lists(RESULTS, max_size=3).map(tuple)),
)
REQUESTS = st.builds(
    Request, TEXTS, st.lists(MESSAGES, max_size=8).map(tuple), st.sampled_from([(), (FIND,)]), st.integers(1, 300)
)


@pytest.mark.slow  # each case runs the same lines
@given(REQUESTS)
@settings(max_examples=400, deadline=None)
def test_no_service_refuses_any_request(request: Request) -> None:
    assert refusals(request) == []


@given(REQUESTS)
@settings(max_examples=100, deadline=None)
def test_an_accepted_request_is_accepted_as_it_is(request: Request) -> None:
    assert accepted_request(accepted_request(request)) == accepted_request(request)


@pytest.mark.slow  # each case runs the same lines
@given(REQUESTS, st.lists(MESSAGES, max_size=4).map(tuple))
@settings(max_examples=200, deadline=None)
def test_what_comes_later_changes_nothing_before(request: Request, more: tuple[Message, ...]) -> None:
    """Otherwise the services would not find the beginning in their caches."""
    before = accepted_request(Request("", request.messages, request.tools)).messages
    after = accepted_request(Request("", (*request.messages, CallerMessage("Well?"), *more), request.tools)).messages
    if request.messages and isinstance(request.messages[-1], CallerMessage):
        assert after[: len(before)] == before


def test_a_history_of_another_agents_tools_declares_them() -> None:
    call, result = ToolCall("t1", "to_information", "{}"), ToolResult("t1", "The caller is passed on.")
    history = (CallerMessage("Hello?"), AgentMessage("", (call,)), ToolResults((result,)), CallerMessage("And?"))
    request = Request("You answer.", history)
    assert refusals(request) == []
    assert "toolConfig" in bedrock_body(request)
    assert "tools" in claude_body(request)


def test_a_blank_prompt_is_left_out() -> None:
    request = Request(" ", (CallerMessage("Hello?"),))
    assert "system" not in bedrock_body(request)
    assert "system" not in claude_body(request)
