"""The log lines of a call are one click away."""

import re
from dataclasses import replace
from urllib.parse import unquote

from functions.providers import price_of
from functions.relay.record.fold import record_of
from infra.inventory import inventory
from local.ops.log_lines import FUNCTIONS, log_lines
from tests.relay.record.calls import CALL, PLAIN

RECORD = record_of(PLAIN, str, price_of)


def opened(link: str) -> str:
    """Return what the console reads in a link."""
    return unquote(link.partition("#")[2].replace("$", "%").replace("*", "%"))


def test_a_link_opens_the_query_of_one_call() -> None:
    link = log_lines(RECORD, "prod", "eu-central-1")
    assert link.startswith("https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:")
    assert f'filter call = "{CALL}" | sort @timestamp' in opened(link)
    assert "~'/hotline/prod/default~'" in opened(link)
    assert "end~'2025-11-20T04:10:12.000Z~start~'2025-11-20T03:10:00.000Z~" in opened(link)


def test_nothing_in_a_link_ends_it_in_a_terminal() -> None:
    assert re.fullmatch(r"[!-~]+", log_lines(RECORD, "prod", "eu-central-1"))


def test_a_query_reads_the_groups_that_a_deployment_has() -> None:
    assert {row.name for row in inventory(())} - {"tokens"} == set(FUNCTIONS)


def test_the_laptops_lines_are_in_its_file() -> None:
    assert log_lines(replace(RECORD, call="CA1"), "laptop") == "grep CA1 .build/functions.log"
