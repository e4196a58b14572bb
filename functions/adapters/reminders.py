"""Sends reminders through SQS: a message goes into a queue, and reaches a function after its delay.

Sources: AWS SQS, "Amazon SQS message timers"; AWS Lambda, "Using Lambda with Amazon SQS".
"""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.ports import TimerError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def client() -> "SQSClient":
    """Return a client that gives up soon, because an answer is being given at the same time.

    It may send a reminder twice. That does no harm: the invocation that gets it reads the log first.
    """
    retries: Any = {"mode": "standard", "total_max_attempts": 2}
    config = Config(connect_timeout=1, read_timeout=1, retries=retries, tcp_keepalive=True, max_pool_connections=4)
    return boto3.client("sqs", config=config)


class SqsTimer:
    """Implements the port `Timer` with a standard queue. A FIFO queue has no delay for a single message."""

    def __init__(self, client: "SQSClient", queue: str) -> None:
        """`queue` is the URL of the queue."""
        self._client, self._queue = client, queue

    def remind(self, seconds: int, reminder: str) -> None:
        """Put the reminder into the queue, hidden for `seconds`, 0 to 900. Raises TimerError."""
        try:
            self._client.send_message(QueueUrl=self._queue, MessageBody=reminder, DelaySeconds=seconds)
        except (ClientError, BotoCoreError) as error:
            raise TimerError(cause("SQS", error)) from error


class LazySqsTimer:
    """An `SqsTimer` whose client is made with the first reminder: the model thinks then, and no caller waits."""

    def __init__(self, queue: str) -> None:
        """`queue` is the URL of the queue."""
        self._queue, self._making = queue, Lock()
        self._timer: SqsTimer | None = None

    def remind(self, seconds: int, reminder: str) -> None:
        """Put the reminder into the queue, hidden for `seconds`, 0 to 900. Raises TimerError."""
        self.made().remind(seconds, reminder)

    def made(self) -> SqsTimer:
        """Return the timer. The first time, its client is made from the environment of this moment."""
        with self._making:  # two tasks may send the first two reminders, and boto3 makes one client at a time
            self._timer = self._timer or SqsTimer(client(), self._queue)
            return self._timer


def messages(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the id and the reminder of each message in an event from the queue. Other records are ignored."""
    match event:
        case {"Records": [*records]}:
            return list(_messages(records))
        case _:
            return []


def _messages(records: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for record in records:
        match record:
            case {"messageId": str(message_id), "body": str(body)}:
                yield message_id, body
            case _:
                pass
