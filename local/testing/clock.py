"""Time as a test lets it pass: what is due after some seconds of a call waits until a test says they passed.

Silence, digits that do not come and the end of a long call are noticed by reminders that SQS brings back. In a test
these are kept, so that nothing depends on how fast it runs. A reminder that an answer is owed goes to the queue: the
handlers keep their own time.
"""

import hashlib
import json
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import uuid4

from functions.live.reminders import AnswerReminder, read
from local.aws.gateway_events import body_of

ROUTE = "POST /"
"""Where SQS takes its requests: AWS JSON 1.0, the operation in a header."""

OURS = frozenset({"authorization", "content-type", "x-amz-date", "x-amz-target"})


@dataclass(slots=True)
class Note:
    """What is to be brought back after so many seconds of the call on a connection."""

    connection: str
    seconds: float
    text: str


class Clock:
    """SQS, as it takes messages; `behind` is the one that gets whatever is not about a call's own time."""

    def __init__(self) -> None:
        self.behind = ""
        self._lock = Lock()
        self._notes: list[Note] = []

    def take(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        """Keep a note that is about a call's own time, and pass everything else on."""
        message = json.loads(body_of(event))
        note = read(message["MessageBody"])
        if isinstance(note, AnswerReminder):
            return self._passed_on(event)
        with self._lock:
            self._notes.append(Note(note.connection, message["DelaySeconds"], message["MessageBody"]))
        digest = hashlib.md5(message["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        return _answer({"MessageId": str(uuid4()), "MD5OfMessageBody": digest})

    def next_due(self, connections: Collection[str], within: float) -> Note | None:
        """Let time pass on a call up to the next note, and return that; None if there is none within the seconds."""
        with self._lock:
            mine = [note for note in self._notes if note.connection in connections]
            first = min(mine, key=lambda note: note.seconds, default=None)
            passed = within if first is None else min(first.seconds, within)
            due = first if first and first.seconds <= within else None
            self._notes = [note for note in self._notes if note is not due]
            for note in mine:
                note.seconds -= 0 if note is due else passed
        return due

    def _passed_on(self, event: dict[str, Any]) -> dict[str, Any]:
        headers = {name: value for name, value in event["headers"].items() if name.lower() in OURS}
        request = urllib.request.Request(self.behind, body_of(event), headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return _answer(json.loads(answer.read()))


def _answer(content: Any) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(content)}
