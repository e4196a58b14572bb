"""The records and logs of the laptop's calls, in files."""

from pathlib import Path

import pytest

from functions.providers import price_of
from functions.relay.log.keys import call_log, session_log
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
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / ".build" / "calls").iterdir()} == {0}
    assert [row.call for row in files.rows("calls/2025-11-20")] == [CALL]


def test_a_log_that_is_not_there_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="The log of this call is not there any more"):
        lines_of("laptop")("CA9")
