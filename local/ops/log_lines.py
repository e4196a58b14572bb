"""Tells where the log lines of a call are: a query of CloudWatch's Logs Insights, or the file of `make run`.

AWS does not document the form of the console's links. This is the form that the console shows after a query. So the
query, and a command that runs it, are printed with the link.
Sources: Amazon CloudWatch Logs, "Analyzing log data with CloudWatch Logs Insights"; AWS CLI, `logs start-query`.
"""

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from functions.relay.record.call_record import CallRecord
from local.environment import STAGE as LAPTOP

FUNCTIONS = ("twiml", "fallback", "menu", "connect", "default", "disconnect", "reminders", "calls", "after")
"""The functions that write about calls: each deployment has them. A query fails if a log group does not exist."""

AROUND = timedelta(minutes=30)
"""How long before and after a call the query looks for its lines: a summary may come ten minutes later."""


def log_lines(record: CallRecord, stage: str, region: str = "") -> Iterator[str]:
    """Yield how to read the log lines of a call: by a link, a query or a command; on a laptop, by a command."""
    if stage == LAPTOP:
        yield f"Its log lines: grep {record.call} .build/functions.log"
        return
    query = f'fields @timestamp, @log, level, message | filter call = "{record.call}" | sort @timestamp'
    groups = [f"/hotline/{stage}/{name}" for name in FUNCTIONS]
    begin, end = _second(record.began) - AROUND, _second(record.ended) + AROUND
    yield f"Its log lines: {_link(query, groups, begin, end, region)}"
    yield f"The query of this link, for Logs Insights: {query}"
    yield f"The same in a terminal: {_command(query, groups, begin, end, region)}"
    yield f"Then, with the queryId that it prints: aws logs get-query-results --region {region} --query-id …"


def _link(query: str, groups: list[str], begin: datetime, end: datetime, region: str) -> str:
    times = f"end~'{_moment(end)}~start~'{_moment(begin)}~timeType~'ABSOLUTE~tz~'UTC"
    source = "".join(f"~'{_escaped(group)}" for group in groups)
    detail = f"~({times}~editorString~'{_escaped(query)}~source~({source}))"
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#logsV2:logs-insights$3FqueryDetail$3D{detail}"


def _command(query: str, groups: list[str], begin: datetime, end: datetime, region: str) -> str:
    times = ("--start-time", f"{begin.timestamp():.0f}", "--end-time", f"{end.timestamp():.0f}")
    words = ("aws", "logs", "start-query", "--region", region, *times, "--log-group-names", *groups)
    return shlex.join((*words, "--query-string", query))


def _second(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)


def _moment(at: datetime) -> str:
    return _escaped(f"{at:%Y-%m-%dT%H:%M:%S}.000Z")


def _escaped(text: str) -> str:
    """Return a text as the console writes it: `*` and two digits for all but letters, digits, `-`, `_` and `.`."""
    return quote(text, safe="").replace("~", "%7E").replace("%", "*")
