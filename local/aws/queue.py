"""Does what Lambda's event source mapping does with an SQS queue: invokes a function with each message.

queue = Queue(url, handler)    # the URL of SQS, as its client finds it: AWS_ENDPOINT_URL_SQS
with queue.running():
    ...                        # handlers run as messages come, in their own threads
queue.failures

Source: AWS Lambda, "Using Lambda with Amazon SQS".
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.gateway import Event, Returned
from local.aws.gateway_invoke import Failure, Function, Handler, Journal, Workers, as_function, invoke

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

logger = logging.getLogger("hotline.queue")

LOOK_EVERY_S = 0.1
"""Least seconds between two looks into a queue that holds delayed messages. moto's long poll returns up to a second
late."""

LOOK_SHARE = 0.1
"""The greatest share of the time that looks take. moto needs tens of milliseconds for one with many messages."""

LOOKS = 10
"""Looks until the queue is asked again whether it holds delayed messages."""

AGAIN_AFTER_S = 1
"""Seconds until a message whose handler failed returns; in Lambda it is the queue's visibility timeout."""


class Queue:
    """A queue and its function, which gets one message in each event. Any thread may call its methods.

    Any number of handlers run at the same time. A message is deleted when its handler returns, and returns to the
    queue when it raises. A queue starts once.
    """

    def __init__(self, url: str, handler: Handler | Function) -> None:
        """Find SQS by the environment of now."""
        self.url, self._function = url, as_function(handler)
        self._client: SQSClient = boto3.client("sqs")
        self._arn = ""
        self._journal, self._workers = Journal(), Workers()
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._thread = threading.Thread(target=self._poll, name="queue", daemon=True)

    def start(self) -> None:
        """Begin to receive messages. Raises botocore's ClientError if there is no such queue."""
        self._arn = self._attribute("QueueArn")
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """Stop receiving, which takes a second at most; wait `timeout` seconds for handlers that run."""
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join()
        if not self._workers.stop(timeout):
            logger.warning("A handler was still running when the queue closed")
        self._client.close()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start, and close when the block ends."""
        try:
            self.start()
            yield
        finally:
            self.close()

    def rest(self) -> None:
        """Ask the queue no more until `wake`: to ask it costs 1 to 3 % of a processor. Messages wait in it."""
        self._awake.clear()

    def wake(self) -> None:
        """Ask the queue again."""
        self._awake.set()

    @property
    def failures(self) -> list[Failure]:
        """Every invocation so far that raised."""
        return list(self._journal.failures)

    def settled(self, timeout: float = 60.0) -> bool:
        """Wait until no handler is running; return False if one still was after `timeout` seconds."""
        return self._journal.wait(lambda: self._journal.running == 0, timeout)

    def deliver(self, body: str) -> None:
        """Deliver a message at once, as if it were due; return when it was handled."""
        message: MessageTypeDef = {
            "MessageId": str(uuid4()),
            "ReceiptHandle": "none",
            "Body": body,
            "Attributes": {"ApproximateReceiveCount": "1"},
            "MD5OfBody": "",
        }
        invoke(self._function, self._event(message), self._journal)

    def _poll(self) -> None:
        while self._awake.wait() and not self._stopping.is_set():
            try:
                self._look()
            except (ClientError, BotoCoreError) as error:
                logger.error("The queue could not be read: %s", error)
                self._stopping.wait(1)

    def _look(self) -> None:
        """Wait a second in the queue; or look often, for about a second, if a message in it may become due.

        A message that is sent during the long poll is due at once, which ends the poll, or is due after it.
        """
        if self._attribute("ApproximateNumberOfMessagesDelayed") == "0":
            self._take(wait=1)
            return
        for _ in range(LOOKS):
            began = time.monotonic()
            self._take(wait=0)
            if self._stopping.wait(max(LOOK_EVERY_S, (time.monotonic() - began) / LOOK_SHARE)):
                return

    def _take(self, wait: int) -> None:
        received = self._client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], WaitTimeSeconds=wait
        )
        for message in received.get("Messages", []):
            self._journal.count(+1)
            self._workers.submit(partial(self._hand_over, message))

    def _hand_over(self, message: "MessageTypeDef") -> None:
        try:
            outcome = invoke(self._function, self._event(message), self._journal)
            self._end(message, failed=not isinstance(outcome, Returned))
        except (ClientError, BotoCoreError) as error:
            logger.error("The queue could not be told how a message ended: %s", error)
        finally:
            self._journal.count(-1)

    def _end(self, message: "MessageTypeDef", failed: bool) -> None:
        this = {"QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"]}
        if failed:
            self._client.change_message_visibility(**this, VisibilityTimeout=AGAIN_AFTER_S)
        else:
            self._client.delete_message(**this)

    def _event(self, message: "MessageTypeDef") -> Event:
        """Return the event of one message, as Lambda makes it, without the attributes of the sender."""
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": self._arn.split(":")[3],
        }
        return {"Records": [record]}

    def _attribute(self, name: str) -> str:
        return self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])["Attributes"][name]  # type: ignore[list-item, index]
