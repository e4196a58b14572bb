"""Reminders by SQS: a note goes into a queue, and comes back to a function when its delay has passed.

Sources: AWS SQS, "Amazon SQS message timers"; AWS Lambda, "Using Lambda with Amazon SQS".
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.relay.ports import TimerError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


def client() -> "SQSClient":
    """Return a client that gives up soon: an answer is under way meanwhile.

    It may send a note twice, which costs nothing: the invocation that gets it reads the log first.
    """
    retries: Any = {"mode": "standard", "total_max_attempts": 2}
    config = Config(connect_timeout=1, read_timeout=1, retries=retries, tcp_keepalive=True, max_pool_connections=4)
    return boto3.client("sqs", config=config)


class SqsTimer:
    """The port `Timer` on one standard queue; a FIFO queue knows no delay of a single message."""

    def __init__(self, client: "SQSClient", queue: str) -> None:
        """Send through this client to the queue with this URL."""
        self._client, self._queue = client, queue

    def remind(self, seconds: int, note: str) -> None:
        """Put the note into the queue, hidden for so many seconds, 0 to 900. Raises TimerError."""
        try:
            self._client.send_message(QueueUrl=self._queue, MessageBody=note, DelaySeconds=seconds)
        except (ClientError, BotoCoreError) as error:
            raise TimerError(_cause(error)) from error


def notes(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each note of an event from the queue, with its message's id; whatever else it holds is passed over."""
    match event:
        case {"Records": [*records]}:
            return list(_notes(records))
        case _:
            return []


def _notes(records: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for record in records:
        match record:
            case {"messageId": str(message_id), "body": str(body)}:
                yield message_id, body
            case _:
                pass


def _cause(error: Exception) -> str:
    """Return what went wrong, without the note: botocore's own text may quote it."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    return f"SQS: {code}"
