"""The numbers that must not be called, in the table that `make destroy` leaves."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.callees import CalleeTables
from functions.adapters.dynamodb import DynamoLog
from functions.relay.log.codec import load
from functions.relay.log.events import LASTING, Entry
from functions.relay.log.keys import Key, callee_log
from functions.relay.ports import LogError
from local.ops.account import client, code
from local.ops.deployed import do_not_call_stack, outputs, parameter, state_stack
from local.ops.parameters import get
from local.ops.speak import OpsError


def callees(stage: str) -> CalleeTables:
    """Return the logs of the numbers that a stage may call. Raises OpsError."""
    dynamodb, key = client("dynamodb"), get(parameter(stage, "number-key"))
    return CalleeTables(DynamoLog(dynamodb, _logs(stage), 1), DynamoLog(dynamodb, _table(stage), 1), lambda: key)


def move_old_wishes(stage: str) -> int:
    """Copy the do-not-call entries of version 0.1 to the table that stays; return their number. Raises OpsError.

    Version 0.1 kept them in the table of the logs, under the plain number. This is the only scan of that table.
    """
    kinds = {f":kind{number}": {"S": kind.__name__} for number, kind in enumerate(LASTING)}
    query: dict[str, Any] = {
        "TableName": _logs(stage),
        "FilterExpression": f"begins_with(#log, :old) AND kind IN ({', '.join(kinds)})",
        "ExpressionAttributeNames": {"#log": "log"},
        "ExpressionAttributeValues": {":old": {"S": callee_log("+")}, **kinds},
    }
    try:
        pages = client("dynamodb").get_paginator("scan").paginate(**query)
        found = [item for page in pages for item in page["Items"]]
        if found:
            into = callees(stage)
            for item in found:
                number = item["log"]["S"].removeprefix(callee_log(""))
                into.append(number, Entry(Key.parse(item["key"]["S"]), load(item["event"]["S"])))
    except (ClientError, BotoCoreError, LogError) as error:
        told = str(error) if isinstance(error, LogError) else code(error)
        raise OpsError(
            f"The do-not-call entries of version 0.1 could not be copied: {told}.",
            "Nothing was removed. You need the IAM permissions dynamodb:Scan and dynamodb:PutItem.",
        ) from error
    return len(found)


def _logs(stage: str) -> str:
    return _output(state_stack(stage), "TableName")


def _table(stage: str) -> str:
    return _output(do_not_call_stack(stage), "DoNotCallTableName")


def _output(stack: str, name: str) -> str:
    if not (value := outputs(stack).get(name)):
        raise OpsError(f"{stack} has no output {name}.", "Deploy it again: make deploy")
    return value
