"""docs/scale.md calculates with the needs of one call: its tables agree with each other and with `make doctor`."""

import re
from pathlib import Path

import pytest

from local.ops.quotas import EXECUTIONS_PER_CALL, REQUESTS_PER_CALL

TEXT = (Path(__file__).parent.parent / "docs" / "scale.md").read_text()
TOTALS = TEXT.partition("## What it adds up to")[2].partition("## ")[0]

TURNS_A_MINUTE = 6
TOKENS_A_TURN = 3_000 + 5 * 150
READS_WHILE_ANSWERED = 14
WRITES_PER_CALL = 4
REMINDERS_A_TURN = 2


def number(text: str) -> float:
    """Read a number as the page writes it, such as `2.3 million`."""
    value = float(text.replace(",", "").removesuffix(" million"))
    return value * 1e6 if text.endswith("million") else value


ROWS = [
    [number(cell.strip()) for cell in row.strip("|").split("|")] for row in re.findall(r"^\| \d.*\|$", TOTALS, re.M)
]


def test_the_page_calculates_four_sizes() -> None:
    assert [row[0] for row in ROWS] == [10, 100, 2_500, 25_000]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]:g} calls")
def test_each_total_is_the_need_of_one_call_times_the_calls(row: list[float]) -> None:
    calls, *totals = row
    needs = (
        EXECUTIONS_PER_CALL,
        REQUESTS_PER_CALL,
        WRITES_PER_CALL,
        READS_WHILE_ANSWERED / 3,
        TURNS_A_MINUTE * TOKENS_A_TURN,
        TURNS_A_MINUTE * REMINDERS_A_TURN / 60,
    )
    assert totals == pytest.approx([calls * need for need in needs], rel=0.08)


@pytest.mark.parametrize(
    "said",
    [
        f"| Lambda executions | {EXECUTIONS_PER_CALL} |",
        f"| requests per second to API Gateway | {REQUESTS_PER_CALL} |",
        f"| writes per second to DynamoDB | {WRITES_PER_CALL} |",
        f"| reads per second from DynamoDB | {READS_WHILE_ANSWERED} while",
        f"| reminders to SQS | at most {REMINDERS_A_TURN} for each turn |",
        f"about {TOKENS_A_TURN:,} tokens",
    ],
)
def test_the_page_says_what_one_call_needs(said: str) -> None:
    assert said in TEXT.replace("\n", " ")
