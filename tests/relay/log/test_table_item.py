"""The items of the table, and the template by which API Gateway puts some of them."""

import json

from functions.relay.log.table_item import item, note_template


def test_an_item_has_its_log_and_key_its_kind_and_its_end() -> None:
    assert item("session/c1", "k1", "Prompt", {"S": "{}"}, "99") == {
        "log": {"S": "session/c1"},
        "key": {"S": "k1"},
        "kind": {"S": "Prompt"},
        "event": {"S": "{}"},
        "expires": {"N": "99"},
    }


def test_the_template_of_the_gateway_makes_the_same_item() -> None:
    sign, expires, put = note_template("calls", 2).split("\n", 2)
    assert sign == "#set($number_sign = '#')"
    assert expires == "#set($expires = $context.requestTimeEpoch / 1000 + 172800)"
    assert "#" not in put
    note = json.loads(put.replace("${number_sign}", "#"))
    assert note["TableName"] == "calls"
    assert note["Item"] == item(
        "session/$context.connectionId",
        note["Item"]["key"]["S"],
        "Info",
        {"B": "$util.base64Encode($input.body)"},
        "$expires",
    )
    assert {"$context.requestTimeEpoch", "$context.messageId"} <= set(note["Item"]["key"]["S"].split("#"))
