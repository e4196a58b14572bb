"""$disconnect: the end of a socket, as the gateway reports it."""

from collections.abc import Callable
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from functions.relay.log.events import Closed
from functions.relay.log.keys import session_log
from tests.conftest import Aws, LogLines
from tests.functions.events import disconnected

OK = {"statusCode": 200}


@pytest.fixture(scope="module")
def disconnect(aws: Aws) -> ModuleType:
    return aws.handler("disconnect")


@pytest.fixture
def connection() -> str:
    return f"{uuid4().hex}="


def ends(disconnect: ModuleType, connection: str) -> list[Any]:
    return [entry.event for entry in disconnect.log.read(session_log(connection))]


def test_the_end_of_a_socket_is_in_its_log(disconnect: ModuleType, connection: str) -> None:
    assert disconnect.handler(disconnected(connection), None) == OK
    assert ends(disconnect, connection) == [Closed(1001, "Going away")]


def test_an_end_told_twice_stands_there_once(disconnect: ModuleType, connection: str) -> None:
    event = disconnected(connection)
    assert [disconnect.handler(event, None), disconnect.handler(event, None)] == [OK, OK]
    assert len(ends(disconnect, connection)) == 1


@pytest.mark.parametrize("missing", ["disconnectStatusCode", "disconnectReason"])
@pytest.mark.parametrize("empty", [True, False], ids=["null", "left out"])
def test_an_end_without_a_code_or_reason_is_still_an_end(
    disconnect: ModuleType, connection: str, missing: str, empty: bool
) -> None:
    event = disconnected(connection)
    event["requestContext"].pop(missing)
    event["requestContext"] |= {missing: None} if empty else {}
    assert disconnect.handler(event, None) == OK
    expected = Closed(0, "Going away") if missing == "disconnectStatusCode" else Closed(1001, "")
    assert ends(disconnect, connection) == [expected]


@pytest.mark.parametrize("event", [{}, {"requestContext": {}}, {"requestContext": None}])
def test_an_event_that_is_none_is_answered_all_the_same(disconnect: ModuleType, event: dict[str, Any]) -> None:
    assert disconnect.handler(event, None) == OK


def test_the_operator_learns_of_a_table_that_fails(
    aws: Aws, connection: str, written: Callable[[ModuleType], LogLines]
) -> None:
    disconnect = aws.handler("disconnect", HOTLINE_TABLE="nowhere")
    lines = written(disconnect)
    assert disconnect.handler(disconnected(connection), None) == OK
    assert "the end of a socket was not logged" in lines.messages[0]
