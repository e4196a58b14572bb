"""The function that follows calls: the table's stream and its own queue invoke it."""

import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from functions.follow_up.reminder import FollowUpReminder
from functions.relay.log.events import Announced, Declined, Entry, Progressed
from functions.relay.log.keys import Key, announcement, call_log
from functions.relay.ports import LogError
from functions.relay.record.call_record import CallEnding
from tests.conftest import Aws, LogLines
from tests.endpoint import refusing_url
from tests.functions.events import CALLED, CALLER

pytestmark = pytest.mark.slow

NOW = int(time.time() * 1000)


@pytest.fixture(scope="module")
def after(aws: Aws) -> ModuleType:
    return aws.handler("after")


def from_stream(*logs: str) -> dict[str, Any]:
    """Return an event of the stream: in each of these logs something has ended."""
    return {
        "Records": [
            {
                "eventSource": "aws:dynamodb",
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"log": {"S": log}, "key": {"S": "1"}},
                    "NewImage": {"log": {"S": log}, "kind": {"S": "Closed"}},
                    "SequenceNumber": f"10{number}",
                },
            }
            for number, log in enumerate(logs)
        ]
    }


def from_queue(note: str) -> dict[str, Any]:
    record = {"eventSource": "aws:sqs", "messageId": "m1", "body": note, "attributes": {}}
    return {"Records": [record]}


def over(after: ModuleType) -> str:
    """Return a call that is over."""
    call = f"CA{uuid4().hex}"
    after.deps.log.append(call_log(call), Entry(announcement(0), Announced("rosa", CALLER, CALLED, at=NOW)))
    after.deps.log.append(call_log(call), Entry(Key(0, "declined"), Declined()))
    done = Progressed(3, "completed", 9, CALLER, CALLED, at=NOW + 9_000)
    after.deps.log.append(call_log(call), Entry(Key(3, "completed"), done))
    return call


def test_the_stream_has_each_call_looked_at_soon(after: ModuleType) -> None:
    assert after.handler(from_stream("call/CA1", "session/c1"), None) == {"batchItemFailures": []}
    found = after.deps.timer._client.get_queue_attributes(
        QueueUrl=after.settings.follow_ups, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert int(found["Attributes"]["ApproximateNumberOfMessagesDelayed"]) >= 2


def test_the_stream_is_told_of_a_failed_append(aws: Aws, written: Callable[[ModuleType], LogLines]) -> None:
    apart = aws.handler("after", HOTLINE_FOLLOW_UPS=refusing_url(), AWS_ENDPOINT_URL_SQS=refusing_url())
    lines = written(apart)
    failed = apart.handler(from_stream("call/CA1", "call/CA2"), None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "100"}, {"itemIdentifier": "101"}]}
    assert all("the check of a call was not set" in line for line in lines.messages)


def test_a_call_that_is_over_is_recorded(after: ModuleType) -> None:
    call = over(after)
    after.handler(from_queue(FollowUpReminder(call_log(call), 5).write()), None)
    record = after.deps.records.get(call)
    assert (record.caller, record.ending, record.seconds) == (CALLER, CallEnding.DECLINED, 9)
    assert len(record.caller_mark) == 64
    assert [row.call for row in after.deps.records.rows(f"caller/{record.caller_mark}") if row.call == call]


def test_nothing_of_a_call_is_in_the_log(after: ModuleType, written: Callable[[ModuleType], LogLines]) -> None:
    call, lines = over(after), written(after)
    after.handler(from_queue(FollowUpReminder(call_log(call), 5).write()), None)
    assert CALLER not in lines.text
    assert lines.messages == ["a call was looked at"]


def test_what_fails_is_raised_so_that_lambda_tries_again(aws: Aws) -> None:
    apart = aws.handler("after", AWS_ENDPOINT_URL_DYNAMODB=refusing_url())
    with pytest.raises(LogError):
        apart.handler(from_queue(FollowUpReminder("call/CA1", 5).write()), None)


def test_a_text_that_is_no_reminder_raises_too(after: ModuleType) -> None:
    with pytest.raises(ValueError, match="not a reminder"):
        after.handler(from_queue(json.dumps({"a": 1})), None)


def test_a_deployment_may_send_traces(aws: Aws) -> None:
    apart = aws.handler("after", HOTLINE_OTLP="https://collector.example/v1/traces")
    assert [one.name for one in apart.deps.outlets] == ["metrics", "event", "trace"]
