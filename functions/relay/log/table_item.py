"""Lays out the items of the table: one item for each event. keys.py makes the names of logs and the keys.

Functions put most items. API Gateway puts the notes of the line by itself: the frames that only report something, and
begin no turn. It renders `note_template`, which has the same layout.
"""

import json
from collections.abc import Mapping

from functions.relay.log.keys import frame_key, session_log
from functions.relay.wire.messages import Info

TableItem = dict[str, Mapping[str, str]]
"""An item in DynamoDB's JSON: each attribute by its name, with its type and its value."""

NOTES = "info"
"""The type of the frames that API Gateway puts into the table by itself."""

DAY_S = 86_400


def item(log: str, key: str, kind: str, event: Mapping[str, str], expires: str) -> TableItem:
    """Return the item of an event. `event` is typed; `expires` is in seconds since 1970."""
    return {"log": {"S": log}, "key": {"S": key}, "kind": {"S": kind}, "event": event, "expires": {"N": expires}}


def note_template(table: str, days: int) -> str:
    """Return the mapping template, in Velocity, by which API Gateway puts a frame into the table for some days.

    Only values of the gateway make the key. The frame itself becomes a binary value: its text in base64 has no
    character that could end it, so a frame writes no other attribute. The put has no condition: a note that comes
    twice overwrites itself. Source: AWS, "API Gateway WebSocket API mapping template reference".
    """
    note = item(
        session_log("$context.connectionId"),
        frame_key("$context.requestTimeEpoch", "$context.messageId"),
        Info.__name__,
        {"B": "$util.base64Encode($input.body)"},
        "$expires",
    )
    put = json.dumps({"TableName": table, "Item": note}, indent=1)
    # In Velocity a `#` may begin a directive, and engines differ on where: a variable holds it.
    expires = f"#set($expires = $context.requestTimeEpoch / 1000 + {days * DAY_S})"
    return f"#set($number_sign = '#')\n{expires}\n{put.replace('#', '${number_sign}')}"
