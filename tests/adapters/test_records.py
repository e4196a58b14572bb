"""What every implementation of records must do: the double and the table."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from functions.adapters.dynamodb import client
from functions.adapters.records import PAGE_ROWS, DynamoRecords
from functions.providers import price_of
from functions.relay.log.table_item import DAY_S
from functions.relay.ports import LogError, Records
from functions.relay.record.call_record import CallRecord
from functions.relay.record.codec import dump_row
from functions.relay.record.fold import record_of
from functions.relay.record.row import caller_list, row_of
from local.records import FileRecords
from tests.conftest import TABLE, Aws
from tests.doubles import MemoryRecords
from tests.endpoint import Endpoint, Reply, at
from tests.relay.record.calls import BEGAN, PLAIN

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SOON = BEGAN / 1000 + 60
REFUSED = Reply(400, b'{"__type":"com.amazon.coral.service#AccessDeniedException","message":"No secret words."}')


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    at(monkeypatch, "DYNAMODB", aws.url)
    made = client()
    yield made
    made.close()


@pytest.fixture(params=["memory", "files", "table"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Records:
    if request.param == "memory":
        return MemoryRecords()
    if request.param == "files":
        return FileRecords(tmp_path)
    return DynamoRecords(request.getfixturevalue("table"), TABLE, 30, lambda: SOON)


@pytest.fixture
def record() -> CallRecord:
    """A record of this test's own caller."""
    mark = uuid4().hex
    return replace(record_of(PLAIN, lambda _: mark, price_of), call=f"CA{uuid4().hex}")


def test_a_record_is_kept_whole(records: Records, record: CallRecord) -> None:
    records.put(record)
    assert records.get(record.call) == record
    assert records.get("CA0") is None


def test_a_list_tells_the_newest_call_first(records: Records, record: CallRecord) -> None:
    calls = [replace(record, call=f"CA{uuid4().hex}", began=BEGAN + number) for number in range(3)]
    for one in (calls[1], calls[2], calls[0]):
        records.put(one)
    assert list(records.rows(caller_list(record.caller_mark))) == [row_of(one) for one in reversed(calls)]
    assert set(map(row_of, calls)) <= set(records.rows("calls/2025-11-20"))


@pytest.mark.parametrize("before_ms", [9, DAY_S * 1000])
def test_a_call_that_began_earlier_than_it_seemed_is_there_once(
    records: Records, record: CallRecord, before_ms: int
) -> None:
    """A callback that is logged late moves the beginning of a call, also to the day before."""
    later = replace(record, began=record.began - before_ms, entries=record.entries + 1)
    records.put(record)
    records.put(later)
    records.put(record)
    records.put(later)
    days = (row_of(record).day, row_of(later).day)
    rows = [row for day in dict.fromkeys(days) for row in records.rows(f"calls/{day}") if row.call == record.call]
    assert rows == [replace(row_of(later), fields="{}")]
    assert list(records.rows(caller_list(record.caller_mark))) == [row_of(later)]


def test_a_record_that_is_put_twice_is_there_once(records: Records, record: CallRecord) -> None:
    records.put(record)
    records.put(replace(record, summary="They asked."))
    found = records.get(record.call)
    assert found
    assert found.summary == "They asked."
    assert [row.summary for row in records.rows(caller_list(record.caller_mark))] == ["They asked."]


def test_an_older_record_replaces_no_newer_one(records: Records, record: CallRecord) -> None:
    """Two notes of a call fold its log at the same time; the one that read less may be the last to store."""
    newer = replace(record, entries=record.entries + 1, summary="They asked.")
    for one in (record, newer, record):
        records.put(one)
    assert records.get(record.call) == newer
    assert [row.summary for row in records.rows(caller_list(record.caller_mark))] == ["They asked."]
    assert [row.summary for row in records.rows("calls/2025-11-20") if row.call == record.call] == ["They asked."]


def test_the_newest_rows_of_a_list_are_read_alone(records: Records, record: CallRecord) -> None:
    for number in range(4):
        records.put(replace(record, call=f"CA{uuid4().hex}", began=BEGAN + number))
    rows = records.newest(caller_list(record.caller_mark), 2)
    assert [row.began for row in rows] == [BEGAN + 3, BEGAN + 2]


def test_fields_are_in_the_list_of_the_caller_alone(records: Records, record: CallRecord) -> None:
    records.put(replace(record, fields={"name": "Alma", "when": None, "wish": "x" * 2000, "people": 2}))
    [own] = records.newest(caller_list(record.caller_mark), 9)
    [day] = [row for row in records.rows("calls/2025-11-20") if row.call == record.call]
    assert (own.fields, day.fields) == ('{"name":"Alma","people":2}', "{}")


def test_a_record_expires_so_many_days_after_its_call(table: "DynamoDBClient", record: CallRecord) -> None:
    DynamoRecords(table, TABLE, 30).put(record)
    end = BEGAN / 1000 + 30 * DAY_S
    early, late = DynamoRecords(table, TABLE, 30, lambda: end - 2), DynamoRecords(table, TABLE, 30, lambda: end + 2)
    assert early.get(record.call)
    assert late.get(record.call) is None
    assert list(late.rows(caller_list(record.caller_mark))) == []


def test_a_list_of_several_pages_is_read_to_its_end(
    table: "DynamoDBClient", record: CallRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moto.dynamodb.models.table.RESULT_SIZE_LIMIT", 5_000)
    records = DynamoRecords(table, TABLE, 30, lambda: SOON)
    long = replace(record, summary="é" * 300, turns=())
    for number in range(20):
        records.put(replace(long, call=f"CA{number:032}", began=BEGAN + number))
    assert len(list(records.rows(caller_list(record.caller_mark)))) == 20


def test_a_fault_of_the_table_names_its_code_and_no_word(monkeypatch: pytest.MonkeyPatch, record: CallRecord) -> None:
    with Endpoint(REFUSED) as refusing:
        at(monkeypatch, "DYNAMODB", refusing.url)
        records = DynamoRecords(client(), TABLE, 30)
        with pytest.raises(LogError, match=r"^DynamoDB: AccessDeniedException$"):
            records.put(record)
        with pytest.raises(LogError, match=r"^DynamoDB: AccessDeniedException$"):
            records.get(record.call)


def test_a_long_list_costs_what_is_taken_of_it(monkeypatch: pytest.MonkeyPatch, record: CallRecord) -> None:
    item = {"event": {"S": dump_row(row_of(record))}}
    more = {"log": {"S": "calls/2025-11-20"}, "key": {"S": "1"}}
    page = {"Items": [item] * PAGE_ROWS, "Count": PAGE_ROWS, "ScannedCount": PAGE_ROWS, "LastEvaluatedKey": more}
    with Endpoint(Reply(200, json.dumps(page).encode())) as service:
        at(monkeypatch, "DYNAMODB", service.url)
        rows = list(islice(DynamoRecords(client(), TABLE, 30).rows("calls/2025-11-20"), 100))
        assert (len(rows), len(service.seen)) == (100, 1)
        assert json.loads(service.seen[0].body)["Limit"] == PAGE_ROWS
