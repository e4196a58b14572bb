"""Finds the records and logs of calls: in a deployment's table, or on the laptop in the files of `make run`."""

import re
from collections.abc import Callable

from functions.adapters.dynamodb import DynamoLog
from functions.adapters.records import DynamoRecords
from functions.relay.ports import Records
from functions.relay.wire.party import mark_of
from local.environment import STAGE as LAPTOP
from local.environment import TOKEN
from local.ops.account import client
from local.ops.deployed import outputs, parameter, state_stack
from local.ops.parameters import get
from local.ops.speak import OpsError
from local.page.logs import Line, of_call, read
from local.records import FileRecords

Lines = Callable[[str], list[Line]]
"""Returns the log of a call. Raises ValueError if there is none, and LogError if it cannot be read."""

MARK = re.compile("[0-9a-f]{6,64}")


def records_of(stage: str) -> Records:
    """Return the records of a stage's calls. Raises OpsError if there is no such deployment."""
    if stage == LAPTOP:
        return FileRecords()
    return DynamoRecords(client("dynamodb"), _table(stage), days=1)


def lines_of(stage: str) -> Lines:
    """Return a function that reads the logs of a stage's calls. Raises OpsError if there is no such deployment."""
    if stage == LAPTOP:
        return _from_file
    log = DynamoLog(client("dynamodb"), _table(stage), days=1)
    return lambda call: _known(of_call(log, call))


def _from_file(call: str) -> list[Line]:
    file = FileRecords().log_of(call)
    return _known(read(file.read_text(encoding="utf-8")) if file.exists() else [])


def _known(lines: list[Line]) -> list[Line]:
    if not lines:
        raise ValueError("The log of this call no longer exists. Logs expire: see retention_days.")
    return lines


def _table(stage: str) -> str:
    if not (table := outputs(state_stack(stage)).get("TableName")):
        raise OpsError(f"{state_stack(stage)} has no output TableName.", "Deploy it again: make deploy")
    return table


def mark_for(stage: str, caller: str) -> str:
    """Return the mark of a caller; `caller` is a number or the mark itself. Raises OpsError."""
    if MARK.fullmatch(caller):
        return caller
    return mark_of(caller, TOKEN if stage == LAPTOP else get(parameter(stage, "number-key")))
