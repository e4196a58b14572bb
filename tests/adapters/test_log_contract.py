"""What every implementation of logs must do: the double, and the table in moto, over the real wire."""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from functions.adapters.dynamodb import PAGE_ITEMS, DynamoLog, client
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Connected,
    Entry,
    Event,
    OptedOut,
    Placed,
    SessionOpened,
)
from functions.relay.log.keys import LAST_SLOT, Key, call_log, callee_log, session_log
from functions.relay.log.table_item import DAY_S
from functions.relay.ports import Log, LogError
from functions.relay.wire.messages import Info, Interrupt, Partial, Prompt
from functions.relay.wire.model import AgentMessage, CallerMessage, ToolCall, ToolResult, ToolResults, Usage
from tests.conftest import TABLE, Aws
from tests.doubles import MemoryLog
from tests.endpoint import Endpoint, Forward, Reply, Step, at, error, refusing_url

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000
SECRET = "my card is 4242"


@pytest.fixture
def table(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    at(monkeypatch, "DYNAMODB", aws.url)
    made = client()
    yield made
    made.close()


@pytest.fixture(params=["memory", "table"])
def log(request: pytest.FixtureRequest) -> Log:
    if request.param == "memory":
        return MemoryLog()
    return DynamoLog(request.getfixturevalue("table"), TABLE, days=30)


@pytest.fixture
def name() -> str:
    return session_log(uuid4().hex)


def key(at: int, message: str = "m", slot: int = 1) -> Key:
    return Key(at, message, slot)


def fill(log: Log, name: str, entries: list[Entry]) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda entry: log.append(name, entry), entries))


# What every log does


def test_an_unknown_log_is_empty(log: Log, name: str) -> None:
    assert log.read(name) == ()
    assert log.later(name, key(0), (Prompt,)) == ()


def test_an_entry_is_there_once_and_the_first_one_stays(log: Log, name: str) -> None:
    first = Entry(key(1), Prompt("One table."))
    assert log.append(name, first)
    assert not log.append(name, first)
    assert not log.append(name, Entry(key(1), Prompt("Two tables.")))
    assert log.read(name) == (first,)


def test_of_entries_appended_at_once_under_one_key_one_is_kept(log: Log, name: str) -> None:
    entries = [Entry(key(1), AgentSaid(str(number))) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        stood = list(pool.map(lambda entry: log.append(name, entry), entries))
    assert stood.count(True) == 1
    assert log.read(name) == (entries[stood.index(True)],)


def test_one_frame_has_many_places(log: Log, name: str) -> None:
    entries = [Entry(key(1, slot=slot), AgentSaid(str(slot))) for slot in (0, 1, 100, LAST_SLOT)]
    fill(log, name, entries)
    assert log.read(name) == tuple(entries)


def test_entries_are_read_in_the_order_of_their_keys(log: Log, name: str) -> None:
    messages = ["ab", "abc", "ab=", "aB-_", "0", "Zz", "ab="]
    keys = [
        Key(at, one, slot) for at in (9, 10, 999, 1_763_600_000_000) for one in {*messages} for slot in (0, 1, 42)
    ]
    entries = [Entry(one, AgentSaid(str(one))) for one in keys]
    random.Random(7).shuffle(entries)
    fill(log, name, entries)
    assert [entry.key for entry in log.read(name)] == sorted(keys)


def test_a_read_goes_back_to_the_newest_entry_that_opens_the_log(log: Log, name: str) -> None:
    before = [Entry(key(1), Connected()), Entry(key(2, slot=2), opened()), Entry(key(3), Prompt("Hello?"))]
    since = [Entry(key(4, slot=0), opened()), Entry(key(4), Prompt("A table.")), Entry(key(5), Interrupt("Of"))]
    fill(log, name, since + before)
    assert log.read(name) == tuple(since)


def test_a_log_that_nothing_opens_is_read_whole(log: Log, name: str) -> None:
    entries = [Entry(key(at), Info("agentSpeaking", "on")) for at in range(5)]
    fill(log, name, entries)
    assert log.read(name) == tuple(entries)


@pytest.mark.parametrize("opening", [0, 20], ids=["at the start", "further on"])
def test_a_log_longer_than_a_page_is_read_back_to_what_opens_it(log: Log, name: str, opening: int) -> None:
    size = PAGE_ITEMS + 40
    events: list[Event] = [opened() if at == opening else Info("tokensPlayed", str(at)) for at in range(size)]
    entries = [Entry(key(at), event) for at, event in enumerate(events)]
    fill(log, name, entries)
    assert log.read(name) == tuple(entries[opening:])


def test_later_returns_the_entries_after_a_key(log: Log, name: str) -> None:
    under = [Entry(key(5, slot=slot), Prompt(str(slot))) for slot in (0, 1, 2, 1000, LAST_SLOT)]
    after = [Entry(key(5, "n"), Prompt("same millisecond")), Entry(key(6, "a", 0), Prompt("later"))]
    fill(log, name, [Entry(key(4), Prompt("before")), *under, *after])
    assert log.later(name, key(5), (Prompt,)) == (*under[2:], *after)
    assert log.later(name, key(5, slot=1000), (Prompt,)) == (under[4], *after)


def test_later_holds_only_the_kinds_that_were_asked_for(log: Log, name: str) -> None:
    prompt, cut = Entry(key(2), Prompt("Wait")), Entry(key(3), Interrupt("Of"))
    entries = [prompt, cut, Entry(key(4), Partial("Wa")), Entry(key(5), Info("clientSpeaking", "on"))]
    fill(log, name, entries)
    assert log.later(name, key(1), (Prompt, Interrupt)) == (prompt, cut)
    assert log.later(name, key(1), (Interrupt,)) == (cut,)
    assert log.later(name, key(1), (AnswerEnded,)) == ()
    assert log.later(name, key(1)) == tuple(entries)


def test_logs_do_not_mix(log: Log) -> None:
    one, other = uuid4().hex, uuid4().hex
    names = [session_log(one), session_log(one + "="), session_log(other), call_log(one)]
    entries = [Entry(key(1), Prompt(name)) for name in names]
    for each, entry in zip(names, entries, strict=True):
        assert log.append(each, entry)
    assert [log.read(each) for each in names] == [(entry,) for entry in entries]
    assert log.later(names[0], key(0), (Prompt,)) == (entries[0],)


WORDS = [
    "",
    " ",
    "\x00\x1f\x7f",
    "Zoë ordered 🍕🏳️‍🌈 für 4 €",
    "e\u0301 is not é",
    "שלום \u202e abc \u200f",
    "\u2028\u2029\ufeff\ufffe\uffff",
    "𒐫" * 200,
    '{"is":"SessionOpened"} \\u0000 \\" #0001',
]


@pytest.mark.parametrize("text", WORDS, ids=range(len(WORDS)))
def test_words_come_back_to_the_letter(log: Log, name: str, text: str) -> None:
    ask = ToolCall("t1", "find", text)
    remembered = (CallerMessage(text), AgentMessage(text, (ask,)), ToolResults((ToolResult("t1", text, True),)))
    entries = (
        Entry(
            key(1), SessionOpened("desk", "CA1", "+15550101", "+15550100", text, ((text or "x", text),), remembered)
        ),
        Entry(key(2), Prompt(text, "en-US")),
        Entry(key(2, slot=199), AnswerEnded("complete", 1, 2, Usage(1, 2, 3, 4))),
    )
    fill(log, name, list(entries))
    assert log.read(name) == entries


def opened() -> SessionOpened:
    return SessionOpened("desk", "CA1", "+15550101", "+15550100", "Good evening!")


# What only the table does


def dynamo(monkeypatch: pytest.MonkeyPatch, url: str, table: str = TABLE) -> DynamoLog:
    """Return a log whose client asks once, so that a failure takes no time."""
    at(monkeypatch, "DYNAMODB", url)
    once: Any = {"mode": "standard", "total_max_attempts": 1}
    return DynamoLog(boto3.client("dynamodb", config=Config(retries=once, read_timeout=1)), table, days=30)


def items(table: "DynamoDBClient", name: str) -> list[Any]:
    found = table.query(
        TableName=TABLE,
        KeyConditionExpression="#log = :log",
        ExpressionAttributeNames={"#log": "log"},
        ExpressionAttributeValues={":log": {"S": name}},
    )
    return list(found["Items"])


def test_a_wish_not_to_be_called_outlives_everything_else(table: "DynamoDBClient") -> None:
    """The log of the number keeps it, and it is still read after 200 years."""
    name = callee_log(uuid4().hex)
    log = DynamoLog(table, TABLE, days=2, clock=lambda: NOW)
    log.append(name, Entry(key(1), Placed("reminder", "r")))
    log.append(name, Entry(key(2), OptedOut("CA1")))
    later = DynamoLog(table, TABLE, days=2, clock=lambda: NOW + 200 * 365 * DAY_S)
    assert later.read(name) == (Entry(key(2), OptedOut("CA1")),)


def test_an_item_names_its_kind_and_when_it_expires(table: "DynamoDBClient", name: str) -> None:
    DynamoLog(table, TABLE, days=2, clock=lambda: NOW + 0.9).append(name, Entry(key(7, "abc="), Prompt("Hello")))
    [item] = items(table, name)
    assert item["key"] == {"S": "0000000000007#abc=#0001"}
    assert item["kind"] == {"S": "Prompt"}
    assert item["expires"] == {"N": str(NOW + 2 * DAY_S)}
    assert json.loads(item["event"]["S"]) == {"is": "Prompt", "text": "Hello", "language": ""}


def test_what_has_expired_is_left_out_though_it_is_not_deleted_yet(table: "DynamoDBClient", name: str) -> None:
    def days_later(days: float) -> DynamoLog:
        return DynamoLog(table, TABLE, days=1, clock=lambda: NOW + days * DAY_S)

    old, new = Entry(key(1), Prompt("old")), Entry(key(2), Prompt("new"))
    days_later(0).append(name, old)
    days_later(0.5).append(name, new)
    assert days_later(0.99).read(name) == (old, new)
    assert days_later(1).read(name) == (new,)
    assert days_later(1).later(name, key(0), (Prompt,)) == (new,)
    assert days_later(1.5).read(name) == ()
    assert len(items(table, name)) == 2


def test_an_event_of_another_version_does_not_break_the_log(table: "DynamoDBClient", name: str) -> None:
    log = DynamoLog(table, TABLE, days=30)
    log.append(name, Entry(key(1), Prompt("Hello")))
    [item] = items(table, name)
    item |= {"key": {"S": str(key(2))}, "kind": {"S": "Sung"}, "event": {"S": '{"is":"Sung","tune":"la"}'}}
    table.put_item(TableName=TABLE, Item=item)
    assert len(log.read(name)) == 2
    assert [entry.event for entry in log.later(name, key(0), (Prompt,))] == [Prompt("Hello")]


@pytest.mark.parametrize("retry", [True, False], ids=["put again", "not put again"])
def test_an_append_with_a_lost_answer_is_not_a_repeated_frame(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, name: str, retry: bool
) -> None:
    entry = Entry(key(1), Prompt("Hello"))
    with Endpoint(Forward(aws.url, lost=retry), Forward(aws.url)) as between:
        at(monkeypatch, "DYNAMODB", between.url)
        made = client()
        log = DynamoLog(made, TABLE, days=30)
        assert log.append(name, entry)
        assert len(between.seen) == 1 + retry
        assert not log.append(name, entry)
        assert log.read(name) == (entry,)
        made.close()


def test_a_read_is_consistent_and_takes_one_round_trip(table: "DynamoDBClient", name: str) -> None:
    log = DynamoLog(table, TABLE, days=30)
    fill(log, name, [Entry(key(at), Prompt(str(at))) for at in range(20)])
    sent: list[Any] = []

    def on_the_wire(request: Any, **_: Any) -> None:
        sent.append((request.headers["X-Amz-Target"].decode(), json.loads(request.body)))

    table.meta.events.register("before-send.dynamodb.*", on_the_wire)
    log.read(name)
    log.later(name, key(3), (Prompt, Interrupt))
    assert [target for target, _ in sent] == ["DynamoDB_20120810.Query"] * 2
    assert all(body["ConsistentRead"] is True for _, body in sent)


def used(log: Log, name: str) -> list[Callable[[], object]]:
    return [
        lambda: log.append(name, Entry(key(1), Prompt(SECRET))),
        lambda: log.read(name),
        lambda: log.later(name, key(0), (Prompt,)),
    ]


def fails(log: Log, name: str, cause: str) -> None:
    """Assert that each method of this log fails as the port says, and quotes nothing of the item."""
    for use in used(log, name):
        with pytest.raises(LogError) as caught:
            use()
        assert str(caught.value) == f"DynamoDB: {cause}"


def test_a_table_that_is_not_there_is_a_log_error(aws: Aws, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    fails(dynamo(monkeypatch, aws.url, "nowhere"), name, "ResourceNotFoundException")


def test_an_endpoint_that_cannot_be_reached_is_a_log_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    fails(dynamo(monkeypatch, refusing_url()), name, "EndpointConnectionError")


def dynamo_error(code: str) -> Reply:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": f"refused: {SECRET}"}
    return Reply(400, json.dumps(body).encode(), {"Content-Type": "application/x-amz-json-1.0"})


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (dynamo_error("ProvisionedThroughputExceededException"), "ProvisionedThroughputExceededException"),
        (dynamo_error("ThrottlingException"), "ThrottlingException"),
        (dynamo_error("ValidationException"), "ValidationException"),
        (error(500, "InternalServerError", SECRET), "500"),
        (Reply(502, f"<html>{SECRET}</html>".encode()), "502"),
    ],
)
def test_a_table_that_refuses_is_a_log_error_that_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, step: Step, cause: str
) -> None:
    with Endpoint(step) as endpoint:
        fails(dynamo(monkeypatch, endpoint.url), name, cause)


def test_a_key_that_is_no_key_is_a_log_error(monkeypatch: pytest.MonkeyPatch, aws: Aws) -> None:
    fails(dynamo(monkeypatch, aws.url, ""), "session/x", "ParamValidationError")


def test_a_table_that_was_busy_for_a_moment_is_asked_again(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Endpoint(dynamo_error("ThrottlingException"), Forward(aws.url)) as busy:
        at(monkeypatch, "DYNAMODB", busy.url)
        made = client()
        assert DynamoLog(made, TABLE, days=30).append(name, Entry(key(1), Prompt("Hello")))
        assert len(busy.seen) == 2
        made.close()
