"""Whole calls with other providers than the usual one, and with several in order; each has a double here."""

from pathlib import Path

import pytest

from local.dev_stack import dev_stack
from local.environment import environ
from local.models import BedrockServer, Finish, OpenAIServer, Refuse, Stall, Text
from local.models.guardrail import BLOCKED, Guardrail
from local.models.langflow import LangflowServer
from tests.calls.conftest import SPEED

pytestmark = pytest.mark.slow

AWS = {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t"}


def test_a_compatible_server_answers_without_an_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`MODEL=openai MODEL_URL=http://127.0.0.1:…/v1`, with a server that has only Chat Completions."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with OpenAIServer(knows=OpenAIServer.CHAT_ONLY) as server:
        server.script(Text("Good evening. "), Text("How can I help?"), Finish())
        line = dev_stack("openai:llama3.2:1b", log=tmp_path / "functions.log")
        with environ({"MODEL_URL": server.base_url}), line as one, one.phone(speed=SPEED) as phone:
            call = phone.dial()
            assert call.say("Hello?") == "Good evening. How can I help?"
            assert call.errors == ()
    assert server.requests[-1].body["model"] == "llama3.2:1b"
    assert "Authorization" not in server.requests[-1].headers


@pytest.mark.parametrize("step", [Refuse(429, "ThrottlingException"), Stall()], ids=["is throttled", "has not begun"])
def test_the_next_model_answers_when_the_first(tmp_path: Path, step: Refuse | Stall) -> None:
    with BedrockServer() as first, OpenAIServer() as second:
        first.script(step)
        second.script(Text("Here I am."), Finish())
        given = {"MODEL_URL": second.base_url, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": first.url, **AWS}
        line = dev_stack("bedrock:eu.anthropic.claude-haiku-5-5, openai", log=tmp_path / "functions.log")
        with environ(given), line as one, one.phone(speed=SPEED) as phone:
            call = phone.dial()
            assert call.say("Hello?") == "Here I am."
            assert call.errors == ()
            # The first model's request ends by its own timeout, seconds after the answer.
            assert one.gateway.settled()
    assert '"model":"openai:gpt-6-luna"' in (tmp_path / "functions.log").read_text()


def test_words_that_a_guardrail_blocks_reach_no_answer(tmp_path: Path) -> None:
    with BedrockServer(guardrail=Guardrail(blocks=("shares",))) as server:
        server.script(Text("Buy these."), Finish())
        server.script(Text("At nine."), Finish())
        given = {"BEDROCK_GUARDRAIL": "abc123:1", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url, **AWS}
        line = dev_stack("bedrock", "eu.anthropic.claude-haiku-5-5", tmp_path / "functions.log")
        with environ(given), line as one, one.phone(speed=SPEED) as phone:
            call = phone.dial()
            assert call.say("Which shares shall I buy?") == BLOCKED
            assert call.say("When do you open?") == "At nine."
            assert call.errors == ()
        assert [asked.body["content"][0]["text"]["text"] for asked in server.judged] == [
            "Which shares shall I buy?",
            "When do you open?",
        ]


def test_a_flow_answers_with_the_call_as_its_session(tmp_path: Path) -> None:
    with LangflowServer() as server:
        server.script(Text("You are through "), Text("to the flow."), Finish())
        given = {
            "LANGFLOW_URL": server.url,
            "LANGFLOW_FLOW_ID": server.FLOW,
            "LANGFLOW_API_KEY": server.KEY,
        }
        with (
            environ(given),
            dev_stack("langflow", log=tmp_path / "functions.log") as one,
            one.phone(speed=SPEED) as phone,
        ):
            call = phone.dial()
            assert call.say("Hello?") == "You are through to the flow."
    body = server.requests[-1].body
    assert body["input_value"] == "Hello?"
    assert body["session_id"].startswith("CA")
