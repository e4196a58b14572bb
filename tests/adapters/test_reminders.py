"""Reminders with moto's SQS, and with a service that fails as SQS does. The client is the one of Lambda."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from functions.adapters import reminders
from functions.adapters.reminders import LazySqsTimer, SqsTimer, client, messages
from functions.relay.ports import TimerError
from tests.conftest import Aws
from tests.endpoint import Endpoint, Forward, HangUp, Reply, Stall, Step, at, refusing_url

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NOTE = '{"session":"abc","said":"Zoë, my card is 4242"}'
QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/reminders"


class TimerAt:
    """Makes timers whose SQS is at a URL; their clients are closed when the test ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.clients: list[SQSClient] = []

    def __call__(self, url: str, queue: str = QUEUE) -> SqsTimer:
        at(self._monkeypatch, "SQS", url)
        self.clients.append(client())
        return SqsTimer(self.clients[-1], queue)


@pytest.fixture
def timer_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[TimerAt]:
    made = TimerAt(monkeypatch)
    yield made
    for one in made.clients:
        one.close()


@pytest.fixture
def sqs(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["SQSClient"]:
    at(monkeypatch, "SQS", aws.url)
    made = boto3.client("sqs")
    yield made
    made.close()


@pytest.fixture
def queue(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName=f"reminders-{uuid4().hex}")["QueueUrl"]


def bodies(sqs: "SQSClient", queue: str, wait: int = 0) -> list[str]:
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=wait)
    return [message["Body"] for message in received.get("Messages", [])]


def refusal(status: int, code: str) -> Reply:
    """Return an error as SQS writes it, with a quote of the request."""
    return Reply(status, json.dumps({"__type": code, "message": NOTE}).encode())


def record(body: Any = NOTE, message_id: Any = "m1") -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1800000000000"},
        "messageAttributes": {},
        "md5OfBody": "0" * 32,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:reminders",
        "awsRegion": "eu-central-1",
    }


# Sending


def test_a_reminder_returns_word_for_word(aws: Aws, timer_at: TimerAt, sqs: "SQSClient", queue: str) -> None:
    timer_at(aws.url, queue).remind(0, NOTE)
    assert bodies(sqs, queue) == [NOTE]


def test_a_lazy_timer_makes_one_client_with_the_first_reminder(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, sqs: "SQSClient", queue: str
) -> None:
    made: list[SQSClient] = []

    def making() -> "SQSClient":
        made.append(sqs)
        return sqs

    monkeypatch.setattr(reminders, "client", making)
    timer = LazySqsTimer(queue)
    assert made == []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: timer.remind(0, NOTE), range(4)))
    assert len(made) == 1
    assert bodies(sqs, queue)


def test_a_reminder_returns_after_its_seconds_and_not_before(
    aws: Aws, timer_at: TimerAt, sqs: "SQSClient", queue: str
) -> None:
    began = time.monotonic()
    timer_at(aws.url, queue).remind(1, NOTE)
    assert bodies(sqs, queue, wait=20) == [NOTE]
    assert time.monotonic() - began >= 0.99


@pytest.mark.parametrize("seconds", [0, 1, 900])
def test_the_seconds_are_those_of_the_message(timer_at: TimerAt, aws: Aws, queue: str, seconds: int) -> None:
    with Endpoint(Forward(aws.url)) as service:
        timer_at(service.url, queue).remind(seconds, NOTE)
        [seen] = service.seen
    assert json.loads(seen.body) == {"QueueUrl": queue, "MessageBody": NOTE, "DelaySeconds": seconds}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (refusal(400, "com.amazonaws.sqs#QueueDoesNotExist"), "QueueDoesNotExist"),
        (refusal(400, "com.amazonaws.sqs#InvalidMessageContents"), "InvalidMessageContents"),
        (refusal(403, "AccessDeniedException"), "AccessDenied"),
        (Reply(503, b"<html></html>"), "503"),
        (HangUp(), "ConnectionClosed"),
    ],
    ids=["no queue", "refused words", "no right", "out of order", "no answer"],
)
def test_a_failure_is_logged_without_the_reminder(timer_at: TimerAt, answer: Step, cause: str) -> None:
    with Endpoint(answer) as service, pytest.raises(TimerError, match=f"^SQS: .*{cause}") as caught:
        timer_at(service.url).remind(1, NOTE)
    assert "4242" not in str(caught.value)


def test_a_queue_that_cannot_be_reached_is_named_as_the_cause(timer_at: TimerAt) -> None:
    with pytest.raises(TimerError, match=r"^SQS: EndpointConnectionError$"):
        timer_at(refusing_url()).remind(1, NOTE)


def test_more_seconds_than_sqs_can_wait_are_refused(aws: Aws, timer_at: TimerAt, queue: str) -> None:
    with pytest.raises(TimerError, match=r"^SQS: InvalidParameterValue$"):
        timer_at(aws.url, queue).remind(901, NOTE)


def test_a_reminder_that_is_no_text_is_not_quoted(timer_at: TimerAt) -> None:
    with pytest.raises(TimerError, match=r"^SQS: ParamValidationError$") as caught:
        timer_at(refusing_url()).remind(1, [NOTE])  # type: ignore[arg-type]
    assert "4242" not in str(caught.value)


def test_a_passing_trouble_is_tried_once_more(aws: Aws, timer_at: TimerAt, sqs: "SQSClient", queue: str) -> None:
    with Endpoint(Reply(503), Forward(aws.url)) as service:
        timer_at(service.url, queue).remind(0, NOTE)
        assert len(service.seen) == 2
    assert bodies(sqs, queue) == [NOTE]


def test_a_stalled_queue_holds_an_answer_up_for_a_moment_only(timer_at: TimerAt) -> None:
    with Endpoint(Stall()) as service:
        timer, began = timer_at(service.url), time.monotonic()
        with pytest.raises(TimerError, match="ReadTimeoutError"):
            timer.remind(1, NOTE)
        assert time.monotonic() - began < 30


# Reading an event


def test_the_reminders_of_an_event_are_read_with_their_ids() -> None:
    event = {"Records": [record("one", "m1"), record("two", "m2")]}
    assert messages(event) == [("m1", "one"), ("m2", "two")]


@pytest.mark.parametrize(
    "event",
    [{}, {"Records": []}, {"Records": None}, {"Records": "text"}, {"Records": {"body": "x"}}, {"warm": True}],
    ids=str,
)
def test_an_event_without_notes_has_none(event: dict[str, Any]) -> None:
    assert messages(event) == []


@pytest.mark.parametrize(
    "odd", [None, "text", 7, {}, {"body": "x"}, record(body=None), record(message_id=1)], ids=repr
)
def test_a_text_that_is_no_reminder_is_skipped(odd: object) -> None:
    assert messages({"Records": [odd, record("kept", "m2")]}) == [("m2", "kept")]
