"""The records and logs of the laptop's calls, in files."""

from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest

from functions.providers import price_of
from functions.relay.log.keys import call_log, session_log
from functions.relay.record.codec import load
from functions.relay.record.fold import record_of
from local.ops.records import lines_of
from local.page.logs import of_call
from local.records import BothRecords, FileRecords
from tests.doubles import MemoryLog, MemoryRecords
from tests.relay.record.calls import CALL, PLAIN


def test_a_record_is_kept_with_the_log_of_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the laptop is gone when `make run` ends; the dashboard still replays its calls."""
    monkeypatch.chdir(tmp_path)
    log = MemoryLog()
    for entry in PLAIN.own:
        log.append(call_log(CALL), entry)
    for entry in PLAIN.sessions[0].entries:
        log.append(session_log("c0"), entry)
    files = FileRecords()
    BothRecords(MemoryRecords(), files, log).put(record_of(PLAIN, str, price_of))
    assert lines_of("laptop")(CALL) == of_call(log, CALL)
    kept = tmp_path / ".build" / "calls"
    assert {one.stat().st_mode & 0o077 for one in (kept, *kept.rglob("*.json*"))} == {0}
    assert [row.call for row in files.rows("calls/2025-11-20")] == [CALL]


def test_a_log_that_is_not_there_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="The log of this call no longer exists"):
        lines_of("laptop")("CA9")


def test_a_list_reads_only_the_rows_that_it_shows(tmp_path: Path) -> None:
    """Records and other rows hold what cannot be read: a list that opens one of them fails."""
    files, record = FileRecords(tmp_path), record_of(PLAIN, str, price_of)
    for number in range(5):
        files.put(replace(record, call=f"CA{number}", began=record.began + number))
    for number in range(5):
        (tmp_path / f"CA{number}.json").write_text("a record")
    for row in sorted((tmp_path / "lists" / "calls" / "2025-11-20").iterdir())[:3]:
        row.write_text("an older row")
    assert [row.call for row in files.newest("calls/2025-11-20", 2)] == ["CA4", "CA3"]


def test_calls_of_a_version_without_lists_are_listed(tmp_path: Path) -> None:
    record = record_of(PLAIN, str, price_of)
    FileRecords(tmp_path).put(record)
    rmtree(tmp_path / "lists")
    FileRecords(tmp_path).put(replace(record, call="CA2", began=record.began + 1))
    assert [row.call for row in FileRecords(tmp_path).rows("calls/2025-11-20")] == ["CA2", CALL]


def test_a_record_is_replaced_at_once(tmp_path: Path) -> None:
    files, record = FileRecords(tmp_path), record_of(PLAIN, str, price_of)
    files.put(record)
    with (tmp_path / f"{CALL}.json").open(encoding="utf-8") as opened:
        files.put(replace(record, summary="They asked."))
        assert load(opened.read()) == record
    assert not list(tmp_path.rglob("*.new"))
