"""Time in a test: what is due after some seconds of a call waits until the test says that they have passed.

Reminders in SQS notice a silence, digits that do not come and the end of a long call. In a test this module keeps
these reminders, so that nothing depends on the speed of the machine. A reminder that an answer is owed goes to the
queue: handlers keep their own time.
"""

import hashlib
import json
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import uuid4

from functions.live.reminders import AnswerReminder, SilenceReminder, read
from local.aws.gateway_events import body_of
from local.environment import FOLLOW_UPS

ROUTE = "POST /"
"""The header with the operation, by which SQS takes its requests: AWS JSON 1.0."""

OURS = frozenset({"authorization", "content-type", "x-amz-date", "x-amz-target"})


@dataclass(slots=True)
class Pending:
    """A reminder that is due after some seconds of the call on a connection."""

    connection: str
    seconds: float
    text: str


class Clock:
    """Receives messages in place of SQS. `behind` gets each message that is not about a call's own time."""

    def __init__(self) -> None:
        self.behind = ""
        self._lock = Lock()
        self._pending: list[Pending] = []

    def take(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        """Keep a reminder that is about a call's own time, and pass every other one on.

        A reminder of a follow-up is dropped: a test says when it wants one.
        """
        message = json.loads(body_of(event))
        if not message["QueueUrl"].endswith(FOLLOW_UPS):
            reminder = read(message["MessageBody"])
            if isinstance(reminder, AnswerReminder):
                return self._passed_on(event)
            with self._lock:
                self._pending.append(Pending(reminder.connection, message["DelaySeconds"], message["MessageBody"]))
        digest = hashlib.md5(message["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        return _answer({"MessageId": str(uuid4()), "MD5OfMessageBody": digest})

    def next_due(self, connections: Collection[str], within: float) -> Pending | None:
        """Let time pass on a call up to the next reminder, and return it; None if none is due within the seconds."""
        with self._lock:
            mine = [one for one in self._pending if one.connection in connections]
            first = min(mine, key=lambda one: one.seconds, default=None)
            passed = within if first is None else min(first.seconds, within)
            due = first if first and first.seconds <= within else None
            self._pending = [one for one in self._pending if one is not due]
            for one in mine:
                one.seconds -= 0 if one is due else passed
        return due

    def words_are_heard(self, connections: Collection[str], after: float) -> None:
        """Let reminders of a silence wait for the silence alone, `after` seconds: the words before it were played."""
        with self._lock:
            for one in self._pending:
                if one.connection in connections and isinstance(read(one.text), SilenceReminder):
                    one.seconds = min(one.seconds, after)

    def _passed_on(self, event: dict[str, Any]) -> dict[str, Any]:
        headers = {name: value for name, value in event["headers"].items() if name.lower() in OURS}
        request = urllib.request.Request(self.behind, body_of(event), headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return _answer(json.loads(answer.read()))


def _answer(content: Any) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(content)}
