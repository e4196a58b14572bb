"""The events of the table's stream, as Lambda's event source mapping makes them.

Source: AWS Lambda, "Using AWS Lambda with Amazon DynamoDB", "Reporting batch item failures".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = "aws:dynamodb"


@dataclass(frozen=True, slots=True)
class Appended:
    """An entry was appended to a log."""

    log: str
    number: str
    """Its sequence number in the stream."""


def appended(event: Mapping[str, Any]) -> tuple[Appended, ...]:
    """Return what was appended; empty for an event that is not of the stream."""
    records = (one for one in event.get("Records", ()) if one.get("eventSource") == SOURCE)
    return tuple(Appended(one["dynamodb"]["Keys"]["log"]["S"], one["dynamodb"]["SequenceNumber"]) for one in records)


def failures(failed: Iterable[Appended]) -> dict[str, Any]:
    """Return the answer that has the stream begin again with the first that failed; all are done if there is none."""
    return {"batchItemFailures": [{"itemIdentifier": one.number} for one in failed]}
