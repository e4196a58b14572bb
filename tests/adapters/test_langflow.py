"""What the adapter of Langflow sends to a flow, and how it reads the answer."""

from collections.abc import Iterator

import pytest

from functions.adapters import http
from functions.adapters.langflow import Langflow
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
    ToolSpec,
)
from local.models.langflow import LangflowServer, event
from local.models.steps import Drop, Fail, Finish, Garbage, Refuse, Stall, Step, Text

pytestmark = pytest.mark.slow

TRANSFER = ToolSpec("transfer", "Put the caller through.", {"type": "object", "properties": {}})
HELLO = Request("You answer.", (CallerMessage("Good evening"),), (TRANSFER,), call="CA1")


@pytest.fixture
def server() -> Iterator[LangflowServer]:
    with LangflowServer() as server:
        yield server


def asked(
    server: LangflowServer,
    *steps: Step,
    request: Request = HELLO,
    seconds: float = 5.0,
    key: str = LangflowServer.KEY,
) -> list[StreamEvent]:
    server.script(*steps)
    with http.pool(seconds) as pool:
        return list(Langflow(pool, server.url, server.FLOW, key).ask(request))


def test_a_flow_gets_the_callers_words_and_the_call(server: LangflowServer) -> None:
    assert asked(server, Text("Good "), Text("evening."), Finish()) == [
        TextDelta("Good "),
        TextDelta("evening."),
        Finished("end"),
    ]
    assert server.requests[-1].path == "/api/v1/run/front-desk?stream=true"
    assert server.requests[-1].body == {
        "input_value": "Good evening",
        "session_id": "CA1",
        "input_type": "chat",
        "output_type": "chat",
    }


@pytest.mark.parametrize(
    ("messages", "sent"),
    [
        ((CallerMessage("One"), AgentMessage("Yes?"), CallerMessage("Two")), "Two"),
        ((CallerMessage("One"), AgentMessage("Let me look."), ToolResults((ToolResult("a", "Friday"),))), "Friday"),
        ((CallerMessage(" "),), "(inaudible)"),
    ],
)
def test_a_flow_gets_only_what_it_does_not_know(
    server: LangflowServer, messages: tuple[Message, ...], sent: str
) -> None:
    asked(server, Text("Yes."), Finish(), request=Request("", messages))
    assert server.requests[-1].body["input_value"] == sent


@pytest.mark.parametrize(
    "texts", [("Bye.\n", '@transfer {"reason": "gas"}'), ("Bye.\n@tr", 'ansfer {"reason"', ': "gas"}\n')]
)
def test_a_line_that_begins_with_at_asks_for_a_tool(server: LangflowServer, texts: tuple[str, ...]) -> None:
    *words, call, end = asked(server, *map(Text, texts), Finish())
    assert "".join(one.text for one in words if isinstance(one, TextDelta)) == "Bye.\n"
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments, end) == ("transfer", '{"reason": "gas"}', Finished("tools"))


def test_a_tool_that_the_agent_has_not_is_spoken(server: LangflowServer) -> None:
    assert asked(server, Text("@home is our slogan"), Finish()) == [TextDelta("@home is our slogan"), Finished("end")]


def test_a_message_that_does_not_stream_is_spoken_whole(server: LangflowServer) -> None:
    message = {"id": "m", "sender": "Machine", "text": "Good evening.", "properties": {"state": "complete"}}
    assert asked(server, Garbage(event("add_message", message)), Finish())[0] == TextDelta("Good evening.")


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Fail("error", "My card is 4929"), "broken"),
        (Refuse(404, "My card is 4929"), "refused"),
        (Refuse(429, "x"), "throttled"),
        (Refuse(503, "x"), "overloaded"),
        (Refuse(500, "x"), "broken"),
        (Garbage(b"not json\n"), "broken"),
        (Drop(), "broken"),
        (Stall(), "stalled"),
    ],
)
def test_each_failure_has_its_kind(server: LangflowServer, step: Step, kind: str) -> None:
    with pytest.raises(ModelError) as raised:
        asked(server, step, seconds=0.5)
    assert raised.value.kind == kind
    assert "4929" not in str(raised.value)


def test_a_wrong_key_is_refused(server: LangflowServer) -> None:
    with pytest.raises(ModelError, match="status 403"):
        asked(server, key="another")


def test_a_stream_without_an_end_is_broken(server: LangflowServer) -> None:
    with pytest.raises(ModelError) as raised:
        asked(server, Text("One"))
    assert raised.value.kind == "broken"
