"""The log lines of a call are one click away."""

import re
import shlex
from dataclasses import replace
from urllib.parse import unquote

from functions.providers import price_of
from functions.relay.record.fold import record_of
from infra.inventory import inventory
from local.ops.log_lines import FUNCTIONS, log_lines
from tests.relay.record.calls import CALL, PLAIN

RECORD = record_of(PLAIN, str, price_of)


def printed() -> list[str]:
    return list(log_lines(RECORD, "prod", "eu-central-1"))


def opened(link: str) -> str:
    """Return what the console reads in a link."""
    return unquote(link.partition("#")[2].replace("$", "%").replace("*", "%"))


def test_a_link_opens_the_query_of_one_call() -> None:
    link = printed()[0].removeprefix("Its log lines: ")
    assert link.startswith("https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:")
    assert f'filter call = "{CALL}" | sort @timestamp' in opened(link)
    assert "~'/hotline/prod/default~'" in opened(link)
    assert "end~'2025-11-20T04:10:12.000Z~start~'2025-11-20T03:10:00.000Z~" in opened(link)


def test_nothing_in_a_link_ends_it_in_a_terminal() -> None:
    assert re.fullmatch(r"[!-~]+", printed()[0].removeprefix("Its log lines: "))


def test_a_changed_console_leaves_the_query_and_a_command() -> None:
    """The form of the link is not documented; that of the command and of the query is."""
    _, query, command, results = printed()
    assert query.endswith(f'fields @timestamp, @log, level, message | filter call = "{CALL}" | sort @timestamp')
    words = shlex.split(command.partition(": ")[2])
    given = {words[at]: words[at + 1] for at in range(3, len(words)) if words[at].startswith("--")}
    assert words[:3] == ["aws", "logs", "start-query"]
    assert given["--query-string"] == query.partition(": ")[2]
    assert (int(given["--start-time"]), int(given["--end-time"])) == (1_763_608_200, 1_763_611_812)
    assert given["--region"] == "eu-central-1"
    assert [one for one in words if one.startswith("/hotline/prod/")] == [f"/hotline/prod/{one}" for one in FUNCTIONS]
    assert "aws logs get-query-results --region eu-central-1 --query-id" in results


def test_a_query_reads_the_groups_that_a_deployment_has() -> None:
    assert {row.name for row in inventory(())} - {"tokens"} == set(FUNCTIONS)


def test_the_laptops_lines_are_in_its_file() -> None:
    [line] = log_lines(replace(RECORD, call="CA1"), "laptop")
    assert line == "Its log lines: grep CA1 .build/functions.log"
