"""Events on EventBridge: one for each call that is over, one for each transcript that is analysed.

Source: AWS, "Amazon EventBridge API reference", PutEvents.
"""

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws_error import cause
from functions.relay.ports import OutletError
from functions.relay.record.call_record import CallRecord
from functions.relay.record.public import public

SOURCE, ENDED, ANALYSED = "hotline", "CallEnded", "CallAnalysed"

LARGEST_BYTES = 240_000
"""Most bytes of an event with words: EventBridge takes 256 KB, names included. A larger one is sent without words."""


class EventError(OutletError):
    """The event was not taken; `str(error)` names the cause."""


def client() -> Any:
    """Return a client."""
    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    return boto3.client("events", config=Config(connect_timeout=2, read_timeout=5, retries=retries))


class EventBridgeOutlet:
    """The port `Outlet`: an event on the account's default bus."""

    name = "event"

    def __init__(self, client: Any, words: bool, kind: str = ENDED) -> None:
        """With `words`, the event holds the whole record. `kind` is its detail type."""
        self._client, self._words, self._kind = client, words, kind

    def tell(self, record: CallRecord) -> None:
        """Put the event. Raises EventError."""
        detail = json.dumps(public(record, self._words))
        if len(detail.encode()) > LARGEST_BYTES:
            detail = json.dumps(public(record, words=False))
        try:
            told = self._client.put_events(
                Entries=[{"Source": SOURCE, "DetailType": self._kind, "Detail": detail, "Resources": [record.call]}]
            )
        except (ClientError, BotoCoreError) as error:
            raise EventError(cause("EventBridge", error)) from error
        if told["FailedEntryCount"]:
            raise EventError(f"EventBridge: {told['Entries'][0].get('ErrorCode', 'unknown')}")
