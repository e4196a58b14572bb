"""The records and logs of the laptop's calls: files in `.build/calls/`, since moto forgets its table with the run.

As in the table, a row of each call is in the list of its day and in that of its caller: a folder with a file for each
row, whose name sorts by when calls began. So a list reads the names in one folder, and only the rows that it shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from functions.relay.ports import Log, Records
from functions.relay.record.call_record import CallRecord
from functions.relay.record.codec import dump, dump_row, load, load_row
from functions.relay.record.row import CallRow, moved, rows_of
from local.page.logs import of_call, write

FOLDER = Path(".build/calls")


class FileRecords:
    """The port `Records` on a folder, with a file for each call, and another for its log."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    def put(self, record: CallRecord) -> None:
        """Write the file of a record, unless a newer one is there. Only the user may read it."""
        known = self.get(record.call)
        if known and known.entries > record.entries:
            return
        self._list_earlier()
        self._write(self._file(record.call), dump(record))
        self._list(record)
        for name, key in moved(known, record) if known else ():
            self._row(name, key).unlink(missing_ok=True)

    def get(self, call: str) -> CallRecord | None:
        """Return the record of a call; None if there is no file."""
        file = self._file(call)
        return load(file.read_text(encoding="utf-8")) if file.exists() else None

    def rows(self, name: str) -> Iterator[CallRow]:
        """Return the rows of a list, the newest call first. Each is read when it is asked for."""
        self._list_earlier()
        files = sorted((self._lists / name).glob("*.json"), reverse=True)
        return (load_row(file.read_text(encoding="utf-8")) for file in files)

    def newest(self, name: str, most: int) -> tuple[CallRow, ...]:
        """Return the `most` newest rows of a list, the newest call first."""
        return tuple(islice(self.rows(name), most))

    def keep_log(self, call: str, text: str) -> None:
        """Write the log of a call, as `make replay` reads it. Only the user may read it."""
        self._write(self.log_of(call), text)

    def log_of(self, call: str) -> Path:
        """Return the file of a call's log."""
        return self._folder / f"{Path(call).name}.jsonl"

    @property
    def _lists(self) -> Path:
        return self._folder / "lists"

    def _list(self, record: CallRecord) -> None:
        """Write the rows of a record."""
        for name, row in rows_of(record):
            self._write(self._row(name, row.key), dump_row(row))

    def _row(self, name: str, key: str) -> Path:
        return self._lists / name / f"{key}.json"

    def _list_earlier(self) -> None:
        """Write the rows of records that a version without lists has kept."""
        if not self._lists.exists():
            for file in self._folder.glob("*.json"):
                self._list(load(file.read_text(encoding="utf-8")))

    def _file(self, call: str) -> Path:
        return self._folder / f"{Path(call).name}.json"

    def _write(self, file: Path, text: str) -> None:
        """Write a file at once: another process may read it now."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = file.with_name(f"{uuid4().hex}.new")
        new.touch(mode=0o600)
        new.write_text(text, encoding="utf-8")
        new.replace(file)


class BothRecords:
    """The port `Records` that also writes each record, and the log of its call, to a folder."""

    def __init__(self, records: Records, files: FileRecords, log: Log) -> None:
        self._records, self._files, self._log = records, files, log

    def put(self, record: CallRecord) -> None:
        """Put a record into both. Raises LogError."""
        self._records.put(record)
        self._files.put(record)
        self._files.keep_log(record.call, write(of_call(self._log, record.call)))

    def get(self, call: str) -> CallRecord | None:
        """Return the record of a call. Raises LogError."""
        return self._records.get(call)

    def rows(self, name: str) -> Iterator[CallRow]:
        """Yield the rows of a list. Raises LogError."""
        return self._records.rows(name)

    def newest(self, name: str, most: int) -> tuple[CallRow, ...]:
        """Return the `most` newest rows of a list. Raises LogError."""
        return self._records.newest(name, most)


def keep(modules: Mapping[str, ModuleType], folder: Path = FOLDER) -> None:
    """Let these handlers write each record, and the log of its call, to a folder too."""
    after: Any = modules["after"]
    both = BothRecords(after.deps.records, FileRecords(folder), after.deps.log)
    after.deps = replace(after.deps, records=both)
