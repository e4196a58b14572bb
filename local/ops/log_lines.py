"""Tells where the log lines of a call are: a query of CloudWatch's Logs Insights, or the file of `make run`.

Source: Amazon CloudWatch Logs, "Analyzing log data with CloudWatch Logs Insights". The form of the console's links is
not documented: it is the one that the console writes when a query has run.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from functions.relay.record.call_record import CallRecord
from local.environment import STAGE as LAPTOP

FUNCTIONS = ("twiml", "fallback", "menu", "connect", "default", "disconnect", "reminders", "calls", "after")
"""The functions that write about calls: each deployment has them. A query over a group that is not there fails."""

AROUND = timedelta(minutes=30)
"""How long before a call and after it lines about it are looked for: a summary may come ten minutes later."""


def log_lines(record: CallRecord, stage: str, region: str = "") -> str:
    """Return how to read the log lines of a call: a link to the console, or a command on the laptop."""
    if stage == LAPTOP:
        return f"grep {record.call} .build/functions.log"
    query = f'fields @timestamp, @log, level, message | filter call = "{record.call}" | sort @timestamp'
    groups = "".join(f"~'{_escaped(f'/hotline/{stage}/{name}')}" for name in FUNCTIONS)
    begin, end = (_moment(at_ms, by) for at_ms, by in ((record.began, -AROUND), (record.ended, AROUND)))
    times = f"end~'{end}~start~'{begin}~timeType~'ABSOLUTE~tz~'UTC"
    detail = f"~({times}~editorString~'{_escaped(query)}~source~({groups}))"
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#logsV2:logs-insights$3FqueryDetail$3D{detail}"


def _moment(at_ms: int, by: timedelta) -> str:
    return _escaped(f"{datetime.fromtimestamp(at_ms / 1000, UTC) + by:%Y-%m-%dT%H:%M:%S}.000Z")


def _escaped(text: str) -> str:
    """Return a text as the console writes it: `*` and two digits for all but letters, digits, `-`, `_` and `.`."""
    return quote(text, safe="").replace("~", "%7E").replace("%", "*")
