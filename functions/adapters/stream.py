"""Reads the events of the table's stream, in the form of Lambda's event source mapping.

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
    """The sequence number of the entry in the stream."""

    kind: str = ""
    """The class of its event."""


def appended(event: Mapping[str, Any]) -> tuple[Appended, ...]:
    """Return the appended entries; none for an event that is not from the stream."""
    records = (one for one in event.get("Records", ()) if one.get("eventSource") == SOURCE)
    return tuple(_appended(one["dynamodb"]) for one in records)


def _appended(change: Mapping[str, Any]) -> Appended:
    kind = change["NewImage"]["kind"]["S"]
    return Appended(change["Keys"]["log"]["S"], change["SequenceNumber"], kind)


def failures(failed: Iterable[Appended]) -> dict[str, Any]:
    """Return the response that makes the stream repeat from the first entry that failed, if there is one."""
    return {"batchItemFailures": [{"itemIdentifier": one.number} for one in failed]}
