"""The laptop's event source mapping: moto's SQS on one side, a handler on the other, real boto3 between them."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws import queue
from local.aws.queue import Queue
from tests.conftest import Aws
from tests.endpoint import WAIT_S, Endpoint, Forward, at, error

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Event = dict[str, Any]


class Woken:
    """A handler that records its events and when they came, and does with each what the test says."""

    def __init__(self, does: Callable[[str], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self.times: list[float] = []
        self._does = does
        self._changed = threading.Condition()

    def __call__(self, event: Event, context: Any) -> None:
        assert context.get_remaining_time_in_millis() > 0
        with self._changed:
            self.events.append(event)
            self.times.append(time.time())
            self._changed.notify_all()
        self._does(event["Records"][0]["body"])

    @property
    def bodies(self) -> list[str]:
        return [event["Records"][0]["body"] for event in self.events]

    def wait(self, count: int = 1) -> Event:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, WAIT_S), self.events
        return self.events[count - 1]


class Box:
    """An SQS queue of one test."""

    def __init__(self, sqs: "SQSClient") -> None:
        self._sqs = sqs
        self.name = f"box-{uuid4().hex}"
        self.url = sqs.create_queue(QueueName=self.name, Attributes={"VisibilityTimeout": "168"})["QueueUrl"]

    def put(self, body: str, delay: int = 0) -> str:
        return self._sqs.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=delay)["MessageId"]

    def remove(self) -> None:
        self._sqs.delete_queue(QueueUrl=self.url)

    def left(self) -> int:
        """Return how many messages are in it: delayed, visible or in flight."""
        kinds = ("", "Delayed", "NotVisible")
        wanted = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
        found = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=wanted)["Attributes"]  # type: ignore[arg-type]
        return sum(map(int, found.values()))


@pytest.fixture
def box(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    at(monkeypatch, "SQS", aws.url)
    sqs = boto3.client("sqs")
    yield Box(sqs)
    sqs.close()


def test_a_handler_gets_the_event_that_lambda_would_make(box: Box) -> None:
    woken = Woken()
    with Queue(box.url, woken).running():
        message_id = box.put('{"note": "Zoë"}')
        event = woken.wait()
    [record] = event["Records"]
    attributes = record.pop("attributes")
    assert record.pop("receiptHandle")
    assert record == {
        "messageId": message_id,
        "body": '{"note": "Zoë"}',
        "messageAttributes": {},
        "md5OfBody": hashlib.md5('{"note": "Zoë"}'.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{box.name}",
        "awsRegion": "eu-central-1",
    }
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes["SenderId"]
    sent, received = int(attributes["SentTimestamp"]), int(attributes["ApproximateFirstReceiveTimestamp"])
    assert time.time() * 1000 - 60_000 < sent <= received <= time.time() * 1000


def test_a_message_is_deleted_when_its_handler_returns(box: Box) -> None:
    woken = Woken()
    bodies = [str(number) for number in range(15)]
    for body in bodies:
        box.put(body)
    queue = Queue(box.url, woken)
    with queue.running():
        woken.wait(15)
        assert queue.settled()
    assert sorted(woken.bodies) == sorted(bodies)
    assert (box.left(), queue.failures) == (0, [])


def test_a_message_whose_handler_failed_comes_back(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    problems = [RuntimeError("boom")]

    def fail_once(_: str) -> None:
        if problems:
            raise problems.pop()

    woken = Woken(fail_once)
    queue = Queue(box.url, woken)
    with caplog.at_level(logging.ERROR), queue.running():
        box.put("again")
        second = woken.wait(2)
        assert queue.settled()
    [failure] = queue.failures
    assert (failure.function_name, failure.event) == ("tests-local-aws-test_queue", woken.events[0])
    assert woken.bodies == ["again", "again"]
    assert second["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    assert box.left() == 0


def test_handlers_run_at_the_same_time(box: Box) -> None:
    meeting = threading.Barrier(12)
    woken = Woken(lambda _: (meeting.wait(WAIT_S), None)[1])
    queue = Queue(box.url, woken)
    with queue.running():
        for number in range(12):
            box.put(str(number))
        woken.wait(12)
        assert queue.settled()
    assert queue.failures == []


@pytest.mark.parametrize("waiting", [False, True], ids=["while the queue is empty", "while another one waits"])
def test_a_message_comes_when_it_is_due_and_not_before(box: Box, waiting: bool) -> None:
    woken = Woken()
    if waiting:
        box.put("much later", delay=900)
    with Queue(box.url, woken).running():
        box.put("at once")
        woken.wait()
        box.put("in a second", delay=1)
        woken.wait(2)
    assert woken.bodies == ["at once", "in a second"]
    for event, came, delay in zip(woken.events, woken.times, (0, 1), strict=True):
        due = int(event["Records"][0]["attributes"]["SentTimestamp"]) / 1000 + delay
        assert came > due - 0.01


def test_an_empty_queue_is_asked_once_a_second(aws: Aws, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(Forward(aws.url)) as sqs:
        at(monkeypatch, "SQS", sqs.url)
        with Queue(box.url, Woken()).running():
            began = time.monotonic()
            # Its name; what is delayed, a long poll; what is delayed, a long poll.
            sqs.wait_for(5)
            assert time.monotonic() - began > 0.9


def test_a_queue_that_takes_long_is_asked_less_often(aws: Aws, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LOOK_SHARE", 1e-6)
    box.put("later", delay=900)
    with Endpoint(Forward(aws.url)) as sqs:
        at(monkeypatch, "SQS", sqs.url)
        with Queue(box.url, Woken()).running():
            # Its name; what is delayed; one look.
            sqs.wait_for(3)
            time.sleep(3 * queue.LOOK_EVERY_S)
            assert len(sqs.seen) == 3


def test_a_queue_that_cannot_be_read_for_a_while_is_read_again(
    aws: Aws, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    box.put("still here")
    woken = Woken()
    with Endpoint(Forward(aws.url), error(400, "RequestThrottled"), Forward(aws.url)) as sqs:
        at(monkeypatch, "SQS", sqs.url)
        with Queue(box.url, woken).running():
            woken.wait()
    assert "The queue could not be read" in caplog.text
    assert box.left() == 0


def test_a_deleted_queue_is_not_the_handlers_failure(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    woken = Woken(lambda _: box.remove())
    queue = Queue(box.url, woken)
    with queue.running():
        box.put("the last one")
        woken.wait()
        assert queue.settled()
    assert "could not be told" in caplog.text
    assert queue.failures == []


def test_without_its_queue_it_does_not_start(box: Box) -> None:
    with pytest.raises(ClientError, match="NonExistentQueue"), Queue(f"{box.url}-not", Woken()).running():
        pass


def test_closing_leaves_no_thread_behind_and_takes_no_more_messages(box: Box) -> None:
    before = set(threading.enumerate())
    woken = Woken()
    with Queue(box.url, woken).running():
        box.put("before")
        woken.wait()
        ours = {thread.name for thread in set(threading.enumerate()) - before}
        assert "queue" in ours
    box.put("after")
    assert not [one for one in set(threading.enumerate()) - before if one.name == "queue" or "lambda-" in one.name]
    assert (woken.bodies, box.left()) == (["before"], 1)


def test_a_queue_that_rests_is_not_asked_until_it_wakes(box: Box) -> None:
    woken = Woken()
    queue = Queue(box.url, woken)
    queue.rest()
    with queue.running():
        box.put("one")
        assert (woken.bodies, box.left()) == ([], 1)
        queue.wake()
        woken.wait()
    assert (woken.bodies, box.left()) == (["one"], 0)


def test_a_queue_that_rests_can_be_closed(box: Box) -> None:
    before = set(threading.enumerate())
    queue = Queue(box.url, Woken())
    with queue.running():
        queue.rest()
    assert "queue" not in {thread.name for thread in set(threading.enumerate()) - before}


def test_closing_twice_is_closing_once(box: Box) -> None:
    woken = Woken()
    queue = Queue(box.url, woken)
    with queue.running():
        box.put("one")
        woken.wait()
        queue.close()
    assert (box.left(), queue.failures) == (0, [])


def test_closing_waits_for_a_handler_that_runs(box: Box) -> None:
    release = threading.Event()
    woken = Woken(lambda _: (release.wait(WAIT_S), None)[1])
    queue = Queue(box.url, woken)
    with queue.running():
        box.put("long")
        woken.wait()
        assert not queue.settled(0.01)
        release.set()
    assert (box.left(), queue.failures) == (0, [])


def test_closing_does_not_wait_for_ever(box: Box, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    woken = Woken(lambda _: (release.wait(WAIT_S), None)[1])
    queue = Queue(box.url, woken)
    queue.start()
    box.put("stuck")
    woken.wait()
    queue.close(timeout=0.01)
    assert "still running when the queue closed" in caplog.text
    release.set()
    assert queue.settled()
