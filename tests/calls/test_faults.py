"""Faults, as the caller hears them: a short honest sentence, and the call goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from functions.adapters import dynamodb, reminders
from functions.live.reminders import AnswerReminder
from functions.relay import Agent, Voice, tool
from functions.relay.log.events import Entry
from functions.relay.log.keys import Key, session_log
from functions.relay.wire.messages import Prompt
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Fail, Finish, Stall, Text, Use
from local.phone import Phone
from tests.calls.conftest import SPEED
from tests.conftest import Aws
from tests.endpoint import AWS_KEYS, Endpoint, Forward, Reply, Seen, Step

pytestmark = pytest.mark.slow

SORRY = "Sorry, something went wrong on my side. Could you say that again?"
UNDONE = "Sorry, something went wrong on my side, and nothing has been done. Could you say that again?"
VOICES = {"en-US": Voice("Google", "en-US-Journey-O")}


@pytest.fixture
def tooled(line: DevStack, answered_by: Callable[[Agent], str]) -> Iterator[Phone]:
    """A phone that reaches an agent whose tools have every fault."""

    def hangs() -> str:
        """Hang."""
        released.wait(30)
        return "too late"

    def raises() -> str:
        """Raise."""
        raise RuntimeError("the private zebra")

    def floods() -> str:
        """Return far too much."""
        return "x" * 100_000

    released = threading.Event()
    agent = Agent(
        "Answer.", "Hello!", VOICES, tools=[tool(hangs, saying="Let me look.", deadline=1.0), raises, floods]
    )
    with line.phone(speed=SPEED, number=answered_by(agent)) as phone:
        yield phone
        released.set()


def use(name: str) -> tuple[Use, Finish]:
    return Use("t1", name, ("{}",)), Finish("tool_use")


def told(model: BedrockServer) -> str:
    """Return the result of the tool that the model got."""
    return lines_of(model.requests[-1].body)[-1]


def test_a_tool_that_hangs_is_covered_by_its_words_and_given_up(tooled: Phone, model: BedrockServer) -> None:
    model.script(*use("hangs"))
    model.script(Text("It takes too long, sorry."), Finish())
    call = tooled.dial()
    assert call.say("Go.") == "Let me look. It takes too long, sorry."
    assert "did not answer in time" in told(model)


def test_a_tool_that_raises_is_words_for_the_model(
    tooled: Phone, model: BedrockServer, logged: Callable[[], str]
) -> None:
    model.script(*use("raises"))
    model.script(Text("That did not work."), Finish())
    call = tooled.dial()
    assert call.say("Go.") == "That did not work."
    assert told(model) == "user: [= raises failed.]"
    assert "RuntimeError at" in logged()
    assert "zebra" not in logged()


def test_a_tool_that_returns_100_kb_is_cut(tooled: Phone, model: BedrockServer) -> None:
    model.script(*use("floods"))
    model.script(Text("There is a lot."), Finish())
    call = tooled.dial()
    assert call.say("Go.") == "There is a lot."
    assert len(told(model)) < 10_000
    assert "it has 100000 characters" in told(model)


def test_a_model_that_stalls_is_covered_and_then_apologised_for(phone: Phone, model: BedrockServer) -> None:
    model.script(Stall())
    model.script(Stall())
    model.script(Text("Here I am."), Finish())
    call = phone.dial()
    assert call.say("Hello?") == f"One moment, please. {UNDONE}"
    assert call.say("Hello?") == "Here I am."


def test_a_model_overloaded_in_mid_sentence_is_apologised_for(phone: Phone, model: BedrockServer) -> None:
    model.script(Text("Your table is on"), Fail("serviceUnavailableException"))
    model.script(Fail("serviceUnavailableException"))
    model.script(Text("On Friday."), Finish())
    call = phone.dial()
    assert call.say("When?") == f"Your table is on \u2014 {UNDONE}"
    assert call.say("Again, please.") == "On Friday."


def test_a_post_to_a_closed_socket_stops_the_answer(line: DevStack, phone: Phone, model: BedrockServer) -> None:
    model.between = 0.2
    model.script(*[Text(f" Sentence {letter}.") for letter in "ABCDEFGH"], Finish())
    model.script(Text("Still here."), Finish())
    call = phone.dial()
    posts: list[bytes] = []

    def gone(_: str, body: bytes) -> int | None:
        posts.append(body)
        return 410 if len(posts) == 2 else None

    line.gateway.faults.on_post = gone
    try:
        call.speak("Go on.")
        call.hears("Sentence A")
        assert line.gateway.settled()
        assert len(posts) == 2
        assert model.requests[0].left.wait(5)
    finally:
        line.gateway.faults.on_post = lambda _, __: None
    call.speak("Are you there?")
    call.hears("Still here.")


def test_a_busy_line_is_tried_again_and_nothing_is_lost(line: DevStack, phone: Phone, model: BedrockServer) -> None:
    model.script(Text("One,"), Text(" two,"), Text(" three."), Finish())
    call = phone.dial()
    tries: list[bytes] = []

    def busy(_: str, body: bytes) -> int | None:
        tries.append(body)
        return 429 if len(tries) in (1, 3) else None

    line.gateway.faults.on_post = busy
    try:
        assert call.say("Count.") == "One, two, three."
    finally:
        line.gateway.faults.on_post = lambda _, __: None


def test_a_reply_of_2000_tokens_is_spoken_whole(line: DevStack, model: BedrockServer) -> None:
    words = [f" w{number}{'.' if number % 10 == 9 else ''}" for number in range(2000)]
    model.script(*[Text(word) for word in words], Finish())
    with line.phone(speed=400.0) as phone:
        call = phone.dial()
        assert call.say("Tell me all.") == "".join(words).strip()
    assert call.turns[-1].texts < 100


def test_the_answer_of_a_killed_invocation_is_given_once(
    line: DevStack,
    phone: Phone,
    model: BedrockServer,
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in AWS_KEYS.items():
        monkeypatch.setenv(name, value)
    model.script(Text("On Friday at eight."), Finish())
    call = phone.dial()
    # The state after a kill right after the put: the prompt is in the log, and a reminder is on its way.
    line.gateway.faults.copies = lambda event: 0 if "Killed here" in (event.get("body") or "") else 1
    call.speak("Killed here. When is my table?")
    call.wait_until(lambda one: bool(one.turns))
    connection, key = line.gateway.connections[-1], Key(int(time.time() * 1000), "killed")
    log = dynamodb.DynamoLog(boto3.client("dynamodb", endpoint_url=line.aws), line.table, 1)
    log.append(session_log(connection), Entry(key, Prompt("When is my table?")))
    timer = reminders.SqsTimer(boto3.client("sqs", endpoint_url=line.aws), line.queue.url)
    for _ in range(2):
        timer.remind(1, AnswerReminder(connection, key).write())
    call.hears("On Friday at eight.")
    line.gateway.faults.copies = lambda _: 1
    assert line.queue.settled()
    assert call.heard.count("On Friday at eight.") == 1
    assert "an answer is taken over" in logged()


def test_a_function_that_cannot_start_apologises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with (
        dev_stack("claude", "claude-haiku-5-5", tmp_path / "functions.log") as broken,
        broken.phone(speed=SPEED) as phone,
    ):
        call = phone.dial()
        assert call.say("Hello?") == SORRY
        assert call.say("Hello?") == SORRY
        assert call.errors == ()
        assert [one for one in broken.gateway.record if one.direction == "gateway-error"] == []
    assert "Hotline cannot start: SecretError" in caplog.text


class Throttled(Endpoint):
    """A table whose requests are throttled for as long as the test wants."""

    def __init__(self, to: str) -> None:
        super().__init__(Forward(to))
        self.throttling = False

    def take(self, seen: Seen) -> Step:
        step = super().take(seen)
        kind = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        return Reply(400, f'{{"__type":"{kind}"}}'.encode()) if self.throttling else step


def test_a_table_throttled_for_two_seconds_costs_one_sentence(
    aws: Aws, bedrock: BedrockServer, tmp_path: Path
) -> None:
    endpoint = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url,
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
    }
    bedrock.forget()
    bedrock.script(Text("Here I am."), Finish())
    with Throttled(aws.url) as table:
        line = dev_stack("bedrock", "eu.anthropic.claude-haiku-5-5", tmp_path / "functions.log", table.url)
        with environ(endpoint), line as one, one.phone(speed=SPEED) as phone:
            call = phone.dial()
            table.throttling = True
            threading.Timer(2.0, lambda: setattr(table, "throttling", False)).start()
            first = call.say("Hello?")
            assert first in (SORRY, "Here I am.")
            while table.throttling:
                threading.Event().wait(0.05)
            assert call.say("And now?") == "Here I am."
            assert call.errors == ()
            assert [frame for frame in one.gateway.record if frame.direction == "gateway-error"] == []
