"""`make calls` and `make call`, on a table in moto and on the laptop's files."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from functions.adapters.dynamodb import client
from functions.adapters.records import DynamoRecords
from functions.providers import price_of
from functions.relay.record.call_record import AgentVersion, CallBackRecord, CallEnding, CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.row import row_of
from functions.relay.wire.party import mark_of
from local.environment import TOKEN
from local.ops import call, calls
from local.records import FileRecords
from tests.conftest import TABLE, Aws
from tests.endpoint import Endpoint, at
from tests.local.ops.test_call_out import stack
from tests.relay.record.calls import BEGAN, CALLER, PLAIN

DAY, LAPTOP = "2025-11-20", ("--stage", "laptop")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The laptop's own folder."""
    for name in ("DAY", "DAYS", "CALLER", "AGENT", "ENDING", "JSON"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".build" / "calls"


@pytest.fixture
def record() -> CallRecord:
    made = record_of(PLAIN, lambda number: mark_of(number, TOKEN), price_of)
    return replace(made, call=f"CA{uuid4().hex}", summary="They asked for a table.")


@pytest.fixture
def deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoRecords]:
    with Endpoint(stack(TableName=TABLE)) as service:
        at(monkeypatch, "CLOUDFORMATION", service.url)
        at(monkeypatch, "DYNAMODB", aws.url)
        yield DynamoRecords(client(), TABLE, 30_000)


def test_a_deployments_calls_are_listed_without_numbers(
    deployed: DynamoRecords, record: CallRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.put(record)
    assert calls.main(["--day", DAY, "--days", "1"]) == 0
    out = capsys.readouterr().out
    [line] = [line for line in out.splitlines() if record.call in line and "make call" not in line]
    cells = [cell for cell in line.split("  ") if cell]
    when = "2025-11-20 03:40:00"
    mark = record.caller_mark[:8]
    wait = ["0:12", "caller hung up", "400 ms", "7.87"]
    assert [cell.strip() for cell in cells] == [when, record.call, mark, "rosa", *wait, "They asked for a table."]
    assert CALLER not in out


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert calls.main([*LAPTOP, *arguments]) == 0
    return [line.split()[2] for line in capsys.readouterr().out.splitlines() if " CA" in line and "make" not in line]


def test_filters_choose_among_calls(record: CallRecord, capsys: pytest.CaptureFixture[str]) -> None:
    goodbye = replace(record, call=f"CA{1:032x}", began=BEGAN + 5, ending=CallEnding.AGENT_HUNG_UP)
    stranger = replace(record, call=f"CA{2:032x}", began=BEGAN + 9, caller_mark="0" * 64)
    older = replace(record, call=f"CA{3:032x}", began=BEGAN - 86_400_000)
    files = FileRecords()
    passed = replace(record, agents=(*record.agents, AgentVersion("billing")))
    stranger = replace(stranger, agents=(AgentVersion("billing"),))
    for one in (passed, goodbye, stranger, older):
        files.put(one)
    day = ("--day", DAY, "--days", "1")
    assert listed(capsys, *day) == [stranger.call, goodbye.call, record.call]
    assert listed(capsys, *day, "--ending", "agent hung up") == [goodbye.call]
    assert listed(capsys, *day, "--agent", "nobody") == []
    assert listed(capsys, *day, "--agent", passed.agents[0].name) == [goodbye.call, record.call]
    assert listed(capsys, *day, "--caller", "00000000") == [stranger.call]
    assert listed(capsys, "--caller", CALLER) == [goodbye.call, record.call, older.call]
    assert listed(capsys, *day, "--caller", CALLER) == [goodbye.call, record.call]
    assert listed(capsys, *day, "--most", "1") == [stranger.call]


WRONG = (("--ending", "bored"), ("--day", "yesterday"), ("--days", "0"), ("--days", "many"), ("--caller", "Alma"))


@pytest.mark.parametrize("arguments", WRONG)
def test_a_filter_that_cannot_be_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        calls.main([*LAPTOP, *arguments])
    assert arguments[1] in capsys.readouterr().err


def test_without_calls_it_says_when_a_record_comes(capsys: pytest.CaptureFixture[str]) -> None:
    assert calls.main([*LAPTOP]) == 0
    assert "There is no record" in capsys.readouterr().out


def test_a_filter_that_no_call_fits_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert calls.main([*LAPTOP, "--agent", "nobody", "--days", "2"]) == 0
    assert capsys.readouterr().out.startswith("No call in the 2 days up to today has AGENT='nobody'.")


def test_a_call_is_shown_with_its_times_tools_and_cents(
    record: CallRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    FileRecords().put(record)
    assert call.main([record.call, *LAPTOP]) == 0
    out = capsys.readouterr().out
    for words in (
        f"{record.call}  inbound, 12 s from 2025-11-20 03:40:00 UTC",
        f"caller   {CALLER} to +15550100",
        "agent    rosa (abc)",
        "7.87 cents: Twilio 7.85, model 0.00, AWS 0.01; 220 tokens",
        "Caller: Is there a table?",
        'find({"a":1}) done in 70 ms: One.',
        "Agent: Yes, one.  [first token 300 ms, first words 400 ms, voice 600 ms]",
        f"make replay LOG={record.call} STAGE=laptop",
        f"Its log lines: grep {record.call} .build/functions.log",
    ):
        assert words in out


def test_a_summary_of_two_lines_is_one_line(record: CallRecord, capsys: pytest.CaptureFixture[str]) -> None:
    two_lines = replace(record, summary="They asked\nfor a  table.", fields={"name": None, "people": 2})
    FileRecords().put(two_lines)
    assert list(calls.table([row_of(two_lines)], "dev"))[1].endswith("They asked for a table.")
    assert call.main([record.call, *LAPTOP]) == 0
    out = capsys.readouterr().out
    assert "  summary  They asked for a table.\n  name     not told\n  people   2\n" in out


def test_a_call_back_is_shown_with_its_time(record: CallRecord, capsys: pytest.CaptureFixture[str]) -> None:
    FileRecords().put(replace(record, call_backs=(CallBackRecord("rosa", BEGAN + 3_600_000),)))
    assert call.main([record.call, *LAPTOP]) == 0
    assert "back     2025-11-20 04:40 UTC, by rosa\n" in capsys.readouterr().out


def test_a_record_is_printed_as_json(record: CallRecord, capsys: pytest.CaptureFixture[str]) -> None:
    FileRecords().put(record)
    assert call.main([record.call, *LAPTOP, "--json", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["ending"] == "caller hung up"


def test_a_call_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert call.main([f"CA{9:032x}", *LAPTOP]) == 2
    assert "make calls STAGE=laptop" in capsys.readouterr().out


def test_only_the_user_may_read_a_file(record: CallRecord, folder: Path) -> None:
    FileRecords().put(record)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.rglob("*.json")} == {0o600}
