"""The caller stays silent, or the call has lasted long enough."""

from collections.abc import Callable
from dataclasses import replace

import boto3
import pytest

from functions.adapters import reminders
from functions.live.reminders import TimeLimitReminder
from functions.relay import Agent, Silence, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text
from tests.calls.conftest import SPEED, wait_until_reported
from tests.endpoint import AWS_KEYS

pytestmark = pytest.mark.slow

AGENT = Agent(
    "Answer.",
    "Hello!",
    {"en-US": Voice("Google", "en-US-Journey-O")},
    silence=Silence(after=1, reprompts=["Hello? Is anybody there?"]),
)


def test_a_silent_caller_is_asked_and_then_told_goodbye(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer
) -> None:
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial()
        call.wait_until_over()
    said = AGENT.phrases.no_answer
    assert call.heard == f"Hello! Hello? Is anybody there? {said}"
    assert [verb.name for verb in call.verbs] == ["Hangup"]
    assert call.errors == ()


def test_a_caller_who_speaks_again_has_broken_the_silence(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer
) -> None:
    model.script(Text("I am glad."), Finish())
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial()
        call.hears("Is anybody there?")
        assert call.say("Yes, I am.") == "I am glad."
        call.hears("I am glad. Hello? Is anybody there?")
    assert lines_of(model.requests[-1].body)[1:] == [
        "assistant: Hello! Hello? Is anybody there?",
        "user: Yes, I am.",
    ]


def test_an_agent_may_leave_silence_alone(line: DevStack, answered_by: Callable[[Agent], str]) -> None:
    with line.phone(speed=SPEED, number=answered_by(replace(AGENT, silence=None))) as phone:
        call = phone.dial().wait_until_quiet()
        assert call.heard == "Hello!"


def test_a_call_that_has_lasted_long_enough_is_ended_after_a_warning(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in AWS_KEYS.items():
        monkeypatch.setenv(name, value)
    model.script(Text("So it is."), Finish())
    with line.phone(speed=SPEED, number=answered_by(replace(AGENT, silence=None))) as phone:
        call = phone.dial().wait_until_quiet()
        # The session must be open: a reminder before that finds no call to end.
        wait_until_reported(line, call)
        connection = line.gateway.connections[-1]
        timer = reminders.SqsTimer(boto3.client("sqs", endpoint_url=line.aws), line.queue.url)
        timer.remind(0, TimeLimitReminder(connection, 0).write())
        call.hears(AGENT.phrases.last_minute)
        assert call.say("So soon?") == "So it is."
        timer.remind(0, TimeLimitReminder(connection, 0, last_minute=False).write())
        call.wait_until_over()
    assert call.heard.endswith(AGENT.phrases.time_up)
    assert [verb.name for verb in call.verbs] == ["Hangup"]
