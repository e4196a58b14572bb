"""Whole calls: the real handlers behind the gateway, real SDKs, a scripted Bedrock, and the phone."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import boto3
import pytest

from functions import agents
from functions.relay import Agent
from local.dev_stack import DevStack, dev_stack
from local.environment import environ
from local.models.bedrock import BedrockServer
from local.phone import Call, Phone
from tests.fixtures.agents import instead_of_the_users

SPEED = 10.0


@pytest.fixture(scope="package", autouse=True)
def _agents() -> Iterator[None]:
    """Keep the user's agents out of tests of Hotline itself."""
    with instead_of_the_users():
        yield


@pytest.fixture(scope="session")
def bedrock() -> Iterator[BedrockServer]:
    with BedrockServer() as server:
        yield server


@pytest.fixture(scope="session")
def started(bedrock: BedrockServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    log = tmp_path_factory.mktemp("log") / "functions.log"
    endpoint = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url,
        "AWS_ACCESS_KEY_ID": "t",
        "AWS_SECRET_ACCESS_KEY": "t",
    }
    with environ(endpoint), dev_stack("bedrock", "eu.anthropic.claude-haiku-5-5", log) as line:
        yield line


@pytest.fixture
def line(started: DevStack) -> Iterator[DevStack]:
    """The laptop line. The test fails if a handler failed, or if the gateway sent its own error to a socket."""
    failures, frames = len(started.gateway.failures), len(started.gateway.record)
    late = len(started.queue.failures)
    with started.awake():
        yield started
        assert started.gateway.settled()
        assert started.queue.settled()
        assert started.queue.failures[late:] == []
        _purge(started)
    assert started.gateway.failures[failures:] == []
    assert [one for one in started.gateway.record[frames:] if one.direction == "gateway-error"] == []


def _purge(line: DevStack) -> None:
    """Drop the reminders and follow-ups of a call that is over: later tests would wait while they are handled."""
    often = {"MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR": "false"}
    with environ({**line.environment, **often}), closing(boto3.client("sqs")) as sqs:
        for queue in (line.queue, line.follow_ups):
            sqs.purge_queue(QueueUrl=queue.url)


@pytest.fixture
def model(bedrock: BedrockServer) -> Iterator[BedrockServer]:
    """The scripted model; the test fails if the script was not used up."""
    bedrock.forget()
    yield bedrock
    bedrock.first = bedrock.between = 0.0
    assert bedrock.used_up()


@pytest.fixture
def phone(line: DevStack) -> Iterator[Phone]:
    with line.phone(speed=SPEED) as one:
        yield one


@pytest.fixture
def answered_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Agent], str]:
    """Put an agent behind its own number, and return the number."""

    def put(agent: Agent) -> str:
        number = "+15550177"
        monkeypatch.setitem(agents.AGENTS, "tested", agent)
        monkeypatch.setitem(agents.NUMBERS, number, "tested")
        return number

    return put


@pytest.fixture
def logged(started: DevStack) -> Callable[[], str]:
    """What the handlers have written to their log."""
    path: Path = started.log
    return path.read_text


def wait_until_reported(line: DevStack, call: Call) -> None:
    """Wait until the log has all that the phone has reported in this session: a drop before cuts the history."""
    connection, session = line.gateway.connections[-1], call.sessions[-1].id
    sent = sum(frame.sender == "twilio" and frame.session == session for frame in call.frames)

    def taken_in() -> bool:
        ours = (one.direction == "in" and one.connection_id == connection for one in line.gateway.record)
        return sum(ours) >= sent

    assert line.gateway.wait(taken_in)
    assert line.gateway.settled()
