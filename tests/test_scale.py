"""docs/scale.md calculates with the needs of one call: its tables agree with each other and with the code."""

import re
from pathlib import Path

import pytest

from functions.live.metered_model import MeteredModel
from functions.relay.cost_limits import SLICE_S, Limits
from functions.relay.record.cost import TwilioUse, twilio_dollars
from functions.relay.wire.model import Finished, Request, TextDelta, Usage
from local.ops.quotas import (
    EXECUTIONS_PER_CALL,
    REQUESTS_PER_CALL,
    TOKENS_A_TURN,
    TOKENS_PER_CALL,
    TURNS_A_MINUTE,
    WRITES_PER_CALL,
)
from tests.doubles import MemoryCounters, ScriptedModel

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "scale.md").read_text()
FLAT = TEXT.replace("\n", " ")

READS_WHILE_ANSWERED = 14
READS_PER_CALL = READS_WHILE_ANSWERED / 3
REMINDERS_A_TURN = 2

REQUESTS_WITH_DRAFTS = 1.6
"""Requests to the model in a turn, with drafts: the figure of docs/agents.md."""

MONEY_WRITES = 2
"""Most writes of a request to the money of the day."""

ONE_KEY, NEW_TABLE_WRITES, NEW_TABLE_READS, TABLE_UNITS = 1_000, 4_000, 12_000, 40_000
"""Writes per second to one partition key; writes and reads per second of a new table, and of any table."""

CALL_MINUTES = 5
"""Minutes of the call whose cost is in docs/operating.md."""

MODEL_DOLLARS, AWS_DOLLARS = 0.01 / 3, 0.01 / 5
"""What that call costs: a third of a cent, and a fifth of a cent."""


def money_writes(requests_a_turn: float) -> float:
    """Return the writes per second of one call to the money of the day: its requests, and the slices of its time."""
    return TURNS_A_MINUTE * requests_a_turn * MONEY_WRITES / 60 + 1 / SLICE_S


def number(text: str) -> float:
    """Read a number as the page writes it, such as `2.3 million` or `$0.40`."""
    value = float(text.replace(",", "").removeprefix("$").removesuffix(" million"))
    return value * 1e6 if text.endswith("million") else value


def table(title: str) -> list[list[float]]:
    """Return the rows of numbers below a title."""
    below = TEXT.partition(f"## {title}\n")[2].partition("## ")[0]
    rows = re.findall(r"^\| \d.*\|$", below, re.MULTILINE)
    return [[number(cell.strip()) for cell in row.strip("|").split("|")] for row in rows]


def row(beginning: str) -> list[str]:
    """Return the cells of the quota with this beginning."""
    found = re.search(rf"^\| {re.escape(beginning)}.*\|$", TEXT, re.MULTILINE)
    return [cell.strip() for cell in found[0].strip("|").split("|")] if found else []


SIZES = [10, 100, 2_500, 25_000]
ROWS = table("What it adds up to")
COSTS = table("What it costs")


def test_the_page_calculates_four_sizes() -> None:
    assert [[row[0] for row in rows] for rows in (ROWS, COSTS)] == [SIZES, SIZES]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]:g} calls")
def test_each_total_is_the_need_of_one_call_times_the_calls(row: list[float]) -> None:
    calls, *totals = row
    needs = (
        EXECUTIONS_PER_CALL,
        REQUESTS_PER_CALL,
        WRITES_PER_CALL,
        READS_PER_CALL,
        TOKENS_PER_CALL,
        TOKENS_PER_CALL * REQUESTS_WITH_DRAFTS,
        money_writes(1),
        money_writes(REQUESTS_WITH_DRAFTS),
        TURNS_A_MINUTE * REMINDERS_A_TURN / 60,
    )
    assert totals == pytest.approx([calls * need for need in needs], rel=0.08)


@pytest.mark.parametrize("row", COSTS, ids=lambda row: f"{row[0]:g} calls")
def test_an_hour_costs_twelve_times_five_minutes(row: list[float]) -> None:
    calls, *dollars = row
    one = (twilio_dollars(TwilioUse(CALL_MINUTES * 60, CALL_MINUTES * 60)), MODEL_DOLLARS, AWS_DOLLARS)
    hour = [60 / CALL_MINUTES * calls * cost for cost in (*one, sum(one))]
    assert dollars == pytest.approx(hour, rel=0.01)


def test_the_costs_are_those_of_operating() -> None:
    said = "Twilio $0.393, Claude Haiku 5.5 a third of a cent, AWS about a fifth of a cent"
    assert said in (DOCS / "operating.md").read_text()
    assert round(twilio_dollars(TwilioUse(CALL_MINUTES * 60, CALL_MINUTES * 60)), 3) == pytest.approx(
        0.393, abs=0.001
    )


def test_the_rows_of_dynamodb_say_how_many_calls() -> None:
    new, money, any_table = row("DynamoDB, a new"), row("DynamoDB, one"), row("DynamoDB, a table")
    assert new[1:3] == [
        f"{NEW_TABLE_WRITES:,} writes and {NEW_TABLE_READS:,} reads per second at once",
        f"{NEW_TABLE_WRITES // WRITES_PER_CALL:,} by writes; about {round(NEW_TABLE_READS / READS_PER_CALL, -1):,.0f}"
        " by reads",
    ]
    most = [ONE_KEY / money_writes(1), ONE_KEY / money_writes(REQUESTS_WITH_DRAFTS)]
    assert money[1:3] == [
        f"{ONE_KEY:,} writes per second",
        f"{most[0]:,.0f}; about {round(most[1], -2):,.0f} with drafts",
    ]
    by_reads = TABLE_UNITS / READS_PER_CALL
    assert by_reads < TABLE_UNITS / WRITES_PER_CALL
    assert any_table[2] == f"about {by_reads // 500 * 500:,.0f}"


def test_the_quotas_are_in_the_order_in_which_they_end() -> None:
    below = TEXT.partition("## Which quota ends first\n")[2].partition("Sources:")[0]
    calls = [
        re.match(r"(?:about )?([\d,]+)", line.split("|")[3].strip()) for line in below.splitlines() if "|" in line
    ]
    found = [number(one[1]) for one in calls if one]
    assert found == sorted(found)
    assert len(found) > 7


@pytest.mark.parametrize(
    "said",
    [
        f"| Lambda executions | {EXECUTIONS_PER_CALL} |",
        f"| requests per second to API Gateway | {REQUESTS_PER_CALL} |",
        f"| writes per second to DynamoDB | {WRITES_PER_CALL} |",
        f"| reads per second from DynamoDB | {READS_WHILE_ANSWERED} while",
        f"| writes per minute to the money of the day | {money_writes(1) * 60:.1f};"
        f" {money_writes(REQUESTS_WITH_DRAFTS) * 60:.1f} with drafts |",
        f"| reminders to SQS | at most {REMINDERS_A_TURN} for each turn |",
        f"| requests to the model | 1 for each turn, {REQUESTS_WITH_DRAFTS} with drafts; and 1 for each round",
        f"about {TOKENS_A_TURN:,} tokens",
        f"100 calls send {100 * TURNS_A_MINUTE} requests a minute,"
        f" and {100 * TURNS_A_MINUTE * REQUESTS_WITH_DRAFTS:.0f} with drafts",
        f"at {10 // EXECUTIONS_PER_CALL} calls; in any other account `LIMITS` does, at {Limits().calls_at_once}.",
        f"a new table at {NEW_TABLE_WRITES // WRITES_PER_CALL:,}, and API Gateway at {10_000 // REQUESTS_PER_CALL:,}",
        f"at {ONE_KEY / money_writes(REQUESTS_WITH_DRAFTS) // 100 * 100:,.0f} calls with drafts,"
        f" at {ONE_KEY / money_writes(1):,.0f} without",
        f"ends a day at ${Limits().cents_per_day // 100}",
        f"add about {REQUESTS_WITH_DRAFTS - 1:.0%} to".replace("%", " %"),
        f"WriteUnitsPerSecond={2_500 * WRITES_PER_CALL}",
    ],
)
def test_the_page_says_what_one_call_needs(said: str) -> None:
    assert said in FLAT


class WrittenCounters(MemoryCounters):
    """Counters that know how often the money was written: the table writes each of them with one UpdateItem."""

    writes = 0

    def spend(self, counter: str, micros: int, most: int) -> bool:
        self.writes += 1
        return super().spend(counter, micros, most)

    def adjust(self, counter: str, micros: int) -> None:
        self.writes += 1
        super().adjust(counter, micros)


def test_a_request_writes_the_money_of_the_day_twice() -> None:
    counters, model = WrittenCounters(), ScriptedModel([TextDelta("Yes."), Finished("end", Usage(output=1))])
    list(MeteredModel(model, lambda usage: usage.output, counters, most=10_000).ask(Request("Be brief.", ())))
    assert counters.writes == MONEY_WRITES


def test_the_pages_agree_about_the_requests_of_drafts() -> None:
    assert f"about {REQUESTS_WITH_DRAFTS} requests to the model" in (DOCS / "agents.md").read_text()
