"""Writes log lines and CloudWatch metrics, which are lines of the log too.

Source: AWS, "CloudWatch embedded metric format".
"""

import logging
import os
import sys
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from functions.relay.call_context import known
from functions.relay.ports import (
    CountersError,
    DeclinedError,
    GuardError,
    LogError,
    OutletError,
    SchedulerError,
    SecretError,
    TimerError,
    TranscriptError,
    UnansweredError,
)
from functions.relay.wire.model import ModelError

if TYPE_CHECKING:
    from functions.relay.record.call_record import CallRecord

NAMESPACE = "Hotline"
"""The first part of the metrics' namespace; the second is the stage, as in `Hotline/prod`."""

LIMITED = "Limited"
"""The metric of calls that reached a limit. Its dimension `Limit` says which."""

REFUSED = "Refused"
"""The name of the metric of requests that Twilio has not signed; its dimension `Door` is the function."""

FAULTS = "Faults"
"""The metric of errors that were caught, so that the call goes on. Its dimension `Kind` says which kind."""

KINDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("model", (ModelError, GuardError)),
    ("secret", (SecretError,)),
    ("table", (LogError, CountersError)),
    ("queue", (TimerError,)),
    ("receiver", (OutletError, DeclinedError, UnansweredError, TranscriptError, SchedulerError)),
)
"""The kinds of faults that an exception names. Any other exception is of the kind `code`."""


MOST_VALUES = 50
"""Values of a metric in one line. Powertools sends a line by itself at 100, the most that a line may hold."""


def count(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Add `value` to a metric. The function's name is one of its dimensions."""
    add(name, [value], unit, **dimensions)


def add(name: str, values: Iterable[float], unit: MetricUnit, **dimensions: str) -> None:
    """Add values to a metric. The function's name is one of its dimensions."""
    left = iter(values)
    while some := tuple(islice(left, MOST_VALUES)):
        metrics = EphemeralMetrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE))
        for dimension, its_value in dimensions.items():
            metrics.add_dimension(name=dimension, value=its_value)
        for value in some:
            metrics.add_metric(name=name, unit=unit, value=value)
        metrics.flush_metrics()


class MetricsOutlet:
    """The port `Outlet`: metrics of each call that is over."""

    name = "metrics"

    def tell(self, record: "CallRecord") -> None:
        """Write what is measured of a call."""
        from functions.relay.record.measures import measures_of  # noqa: PLC0415 - only `after` ships records

        for one in measures_of(record):
            add(one.metric, one.values, MetricUnit(one.unit), **{one.dimension: one.of})


def fault(kind: str) -> None:
    """Count a fault of a kind that no exception names, such as `webhook`."""
    count(FAULTS, Kind=kind)


def logger() -> Logger:
    """Return the logger of all functions. Each of its lines names the call, and each fault in it is counted."""
    made = Logger(service="hotline")
    lines = logging.getLogger("hotline")
    if not any(isinstance(one, _OfCalls) for one in lines.filters):
        lines.addFilter(_OfCalls())
    return made


class _OfCalls(logging.Filter):
    """Adds what is known of the call to a line, and counts the fault that the line reports."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        for name, value in known().items():
            record.__dict__.setdefault(name, value)
        if kind := _kind(record):
            fault(kind)
        return True


def _kind(record: logging.LogRecord) -> str:
    """Return the kind of the fault that a line reports; empty if it reports none.

    A line without an exception names the kind in its `extra`, as `fault`.
    """
    if named := record.__dict__.get("fault"):
        return str(named)
    given = record.args if isinstance(record.args, tuple) else ()
    errors = [one for one in (*given, sys.exc_info()[1]) if isinstance(one, BaseException)]
    kinds = [name for error in errors for name, types in KINDS if isinstance(error, types)]
    if record.levelno < logging.WARNING or not (errors or record.levelno >= logging.ERROR):
        return ""
    return kinds[0] if kinds else "code"
