"""Where the records of calls are: in the table of a deployment, or for the stage `laptop` in files of `make run`."""

import re

from functions.adapters.dynamodb import client as dynamodb_client
from functions.adapters.records import DynamoRecords
from functions.relay.ports import Records
from functions.relay.wire.party import mark_of
from local.environment import STAGE as LAPTOP
from local.environment import TOKEN
from local.ops.deployed import outputs, parameter, state_stack
from local.ops.parameters import get
from local.ops.speak import OpsError
from local.records import FileRecords

MARK = re.compile("[0-9a-f]{6,64}")


def records_of(stage: str) -> Records:
    """Return the records of a stage's calls. Raises OpsError if there is no such deployment."""
    if stage == LAPTOP:
        return FileRecords()
    if not (table := outputs(state_stack(stage)).get("TableName")):
        raise OpsError(f"{state_stack(stage)} has no output TableName.", "Deploy it again: make deploy")
    return DynamoRecords(dynamodb_client(), table, days=1)


def mark_for(stage: str, caller: str) -> str:
    """Return the mark of a caller; `caller` is a number or the mark itself. Raises OpsError."""
    if MARK.fullmatch(caller):
        return caller
    return mark_of(caller, TOKEN if stage == LAPTOP else get(parameter(stage, "number-key")))
