"""Whole calls with other providers than the usual one, and with several in order; each has a double here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from functions.relay import CallRecord
from functions.relay.agent.phrases import phrases
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.models import BedrockServer, Drop, Finish, OpenAIServer, Refuse, Stall, Text
from local.models.guardrail import BLOCKED, Guardrail
from local.models.langflow import LangflowServer
from local.phone import Call
from tests.calls.conftest import SPEED

pytestmark = pytest.mark.slow

FIRST, SECOND = "bedrock:eu.anthropic.claude-haiku-5-5", "openai:gpt-6-luna"
THIRD = "bedrock:amazon.nova-micro-v1:0"
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


def test_the_third_model_answers_when_two_fail(tmp_path: Path) -> None:
    """The first has not begun in time, and the second is throttled meanwhile."""
    with BedrockServer() as first, OpenAIServer() as second:
        first.script(Stall())
        second.script(Refuse(429, "rate_limit_exceeded"))
        first.script(Text("Here I am."), Finish())
        given = {"MODEL_URL": second.base_url, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": first.url, **AWS}
        line = dev_stack(f"{FIRST}, {SECOND}, {THIRD}", log=tmp_path / "functions.log")
        with environ(given), line as one, one.phone(speed=SPEED) as phone:
            call = phone.dial()
            assert call.say("Hello?") == "Here I am."
            assert call.errors == ()
            call.hang_up()
            assert [turn.model for turn in record_of(one, call).turns if turn.model] == [THIRD]
    assert [len(first.requests), len(second.requests)] == [2, 1]


def record_of(line: DevStack, call: Call) -> CallRecord:
    assert line.gateway.settled()
    line.follow_up(call.sid)
    after: Any = line.modules["after"]
    record: CallRecord = after.deps.records.get(call.sid)
    return record


@contextmanager
def two_models(tmp_path: Path) -> Iterator[tuple[BedrockServer, OpenAIServer, DevStack]]:
    """A line that asks a model on Bedrock, then one of OpenAI's."""
    with BedrockServer() as first, OpenAIServer() as second:
        given = {"MODEL_URL": second.base_url, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": first.url, **AWS}
        with environ(given), dev_stack(f"{FIRST}, {SECOND}", log=tmp_path / "functions.log") as line:
            yield first, second, line


def test_what_a_model_has_begun_is_ended_by_the_next(tmp_path: Path) -> None:
    with two_models(tmp_path) as (first, second, line), line.phone(speed=SPEED) as phone:
        first.script(Text("We open at nine, "), Drop())
        second.script(Text("and close at ten."), Finish())
        call = phone.dial()
        assert call.say("When do you open?") == "We open at nine, and close at ten."
        call.hang_up()
        record = record_of(line, call)
    assert [len(one.requests) for one in (first, second)] == [1, 1]
    assert "Go on with the next word, repeat nothing" in str(second.requests[0].body)
    assert [turn.model for turn in record.turns if turn.model] == [SECOND]


def test_a_model_that_failed_is_not_asked_in_the_next_call(tmp_path: Path) -> None:
    with two_models(tmp_path) as (first, second, line), line.phone(speed=SPEED) as phone:
        first.script(Refuse(403, "AccessDeniedException"))
        for _ in range(2):
            second.script(Text("Here I am."), Finish())
        calls = []
        for _ in range(2):
            calls.append(call := phone.dial())
            assert call.say("Hello?") == "Here I am."
            call.hang_up()
        records = [record_of(line, call) for call in calls]
    assert len(first.requests) == 1
    assert [turn.model for record in records for turn in record.turns if turn.model] == [SECOND] * 2
    lines = [json.loads(text) for text in (tmp_path / "functions.log").read_text().splitlines()]
    assert [one["model"] for one in lines if one.get("message") == "answered"] == [SECOND] * 2


def test_when_all_models_fail_the_caller_hears_an_apology(tmp_path: Path) -> None:
    with two_models(tmp_path) as (first, second, line), line.phone(speed=SPEED) as phone:
        first.script(Refuse(429, "ThrottlingException"))
        second.script(Refuse(429, "rate_limit_exceeded"))
        call = phone.dial()
        assert call.say("Hello?") == phrases("en-US").undone
        assert call.errors == ()


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
