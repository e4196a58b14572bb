"""A caller is forgotten: in the tables on this machine, and at the stand-in for Twilio."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from uuid import uuid4

import boto3
import pytest

from functions.adapters.counters import DynamoCounters
from functions.adapters.dynamodb import DynamoLog
from functions.adapters.records import DynamoRecords
from functions.providers import price_of
from functions.relay.counts import Quota, Seat
from functions.relay.log.events import (
    Announced,
    CallKnown,
    CallPlanned,
    Connected,
    Digit,
    Entry,
    Event,
    OptedOut,
    Ordered,
    Placed,
    Progressed,
    PromptKept,
    SessionJoined,
    TranscriptReady,
)
from functions.relay.log.keys import (
    Key,
    call_log,
    callee_log,
    counter,
    orders_log,
    person_log,
    private_log,
    prompt_log,
    session_log,
    transcript_log,
)
from functions.relay.planning import ordered_key
from functions.relay.record.call_record import CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.row import caller_list, lists_of, row_of
from functions.relay.wire.messages import Prompt
from functions.relay.wire.party import mark_of
from local.ops import forget
from local.ops.stored_data import Item, Tables, of_call, of_person
from local.ops.twilio_records import TwilioRecords
from tests.conftest import DO_NOT_CALL_TABLE, PRIVATE_TABLE, TABLE
from tests.local.ops.conftest import TOKEN
from tests.numbers import new_number
from tests.relay.record.calls import PLAIN
from tests.servers.twilio import TwilioServer

pytestmark = pytest.mark.slow

NUMBER_KEY = "of-this-stage"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a caller who has called once."""

    number: str
    call: str
    connection: str

    @property
    def logs(self) -> list[str]:
        person = person_log(mark_of(self.number, NUMBER_KEY))
        return [
            call_log(self.call),
            session_log(self.connection),
            prompt_log(self.connection),
            person,
            callee_log(mark_of(self.number, NUMBER_KEY)),
        ]

    @property
    def record(self) -> CallRecord:
        mark = mark_of(self.number, NUMBER_KEY)
        return replace(record_of(PLAIN, str, price_of), call=self.call, caller=self.number, caller_mark=mark)

    def left(self) -> list[Event]:
        log = DynamoLog(boto3.client("dynamodb"), TABLE, days=1)
        private = DynamoLog(boto3.client("dynamodb"), PRIVATE_TABLE, days=1)
        wishes = DynamoLog(boto3.client("dynamodb"), DO_NOT_CALL_TABLE, days=1)
        entries = [one for kept in (log, wishes) for name in self.logs for one in kept.read(name)]
        return [one.event for one in (*entries, *private.read(private_log(self.connection)))]


@pytest.fixture
def known(stage: str, secrets: None, keep: Callable[[Mapping[str, str]], None], twilio: TwilioServer) -> Known:
    keep({"number-key": NUMBER_KEY})
    tail = uuid4().hex
    one = Known(new_number(), f"CA{tail}", tail)
    log = DynamoLog(boto3.client("dynamodb"), TABLE, days=1)
    private = DynamoLog(boto3.client("dynamodb"), PRIVATE_TABLE, days=1)
    call, session, prompt, person, callee = one.logs
    log.append(call, Entry(Key(0, "announced"), Announced("desk", one.number, "+15550100")))
    log.append(call, Entry(Key(1, "ticket"), SessionJoined(one.connection)))
    for number in range(40):
        log.append(session, Entry(Key(10 + number, f"m{number}"), Prompt("I am Alma.")))
    log.append(prompt, Entry(Key(0, "prompt"), PromptKept("You talk to Alma.")))
    log.append(person, Entry(Key(1, one.call), CallKnown(one.call)))
    log.append(callee, Entry(Key(1, "attempt"), Placed("desk", "r1")))
    wishes = DynamoLog(boto3.client("dynamodb"), DO_NOT_CALL_TABLE, days=1)
    wishes.append(callee, Entry(Key(2, "wish"), OptedOut(one.call)))
    private.append(private_log(one.connection), Entry(Key(11, "m1"), Digit("4")))
    records().put(one.record)
    twilio.recordings |= {f"RE{tail}": one.call, "RE1": "CA1"}
    twilio.transcripts |= {f"GT{tail}": f"RE{tail}", "GT1": "RE1"}
    return one


def records() -> DynamoRecords:
    return DynamoRecords(boto3.client("dynamodb"), TABLE, days=30_000)


@pytest.mark.parametrize("by", ["--number", "--call"])
def test_the_record_of_a_call_is_forgotten_too(stage: str, known: Known, by: str) -> None:
    lists = lists_of(row_of(known.record))
    assert [known.call in [row.call for row in records().rows(name)] for name in lists] == [True, True]
    assert forget.main([by, known.number if by == "--number" else known.call, "--stage", stage, "--yes"]) == 0
    assert records().get(known.call) is None
    assert [known.call in [row.call for row in records().rows(name)] for name in lists] == [False, False]


def test_a_caller_is_forgotten_by_the_number(
    stage: str, known: Known, twilio: TwilioServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert known.left() == [OptedOut(known.call)]
    assert (twilio.recordings, twilio.transcripts) == ({"RE1": "CA1"}, {"GT1": "RE1"})
    told = capsys.readouterr().out
    assert "1 calls:" in told
    assert f"Deleted: {known.call}" in told
    assert f"Deleted: RE{known.connection}" in told
    assert f"Kept: {known.number} must not be called." in told
    assert "no point-in-time recovery" in told


def test_one_call_is_forgotten(stage: str, known: Known, twilio: TwilioServer) -> None:
    assert forget.main(["--call", known.call, "--stage", stage, "--yes"]) == 0
    assert [type(one) for one in known.left()] == [Placed, OptedOut]
    assert known.call not in twilio.recordings.values()


def test_the_attempt_of_a_call_that_we_placed_is_forgotten(stage: str, known: Known) -> None:
    """Also if nobody took the call: its log then names no number."""
    log, callee = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), mark_of(known.number, NUMBER_KEY)
    call = f"CA{uuid4().hex}"
    log.append(callee_log(callee), Entry(Key(3, "attempt"), Placed("desk", "r2", (("name", "Alma"),))))
    log.append(call_log(call), Entry(Key(0, "ordered"), Ordered(callee, "r2")))
    log.append(call_log(call), Entry(Key(0, "progress/3"), Progressed(3, "no-answer", caller=known.number)))
    log.append(known.logs[3], Entry(Key(0, call), CallKnown(call)))
    assert forget.main(["--call", call, "--stage", stage, "--yes"]) == 0
    assert [one.event for one in log.read(callee_log(callee))] == [Placed("desk", "r1")]
    assert log.read(call_log(call)) == ()
    assert [one.event for one in log.read(known.logs[3])] == [CallKnown(known.call)]


def test_a_planned_call_is_forgotten(stage: str, known: Known) -> None:
    log, mark = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), mark_of(known.number, NUMBER_KEY)
    plan = CallPlanned(known.number, "+15550100", "desk", 0, "campaign-may")
    log.append(callee_log(mark), Entry(ordered_key("campaign-may"), plan))
    listed = f"campaign-may-{uuid4().hex}"
    log.append(callee_log(mark), Entry(ordered_key(listed), plan))
    log.append(orders_log(listed), Entry(Key(0, mark), Ordered(mark, listed)))
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert (log.read(callee_log(mark)), log.read(orders_log(listed))) == ((), ())


def test_other_calls_of_the_caller_are_still_found(stage: str, known: Known) -> None:
    log, person = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), known.logs[3]
    log.append(person, Entry(Key(2, "CAother"), CallKnown("CAother")))
    assert forget.main(["--call", known.call, "--stage", stage, "--yes"]) == 0
    assert [one.event for one in log.read(person)] == [CallKnown("CAother")]


def test_the_log_of_a_transcript_is_forgotten_too(stage: str, known: Known) -> None:
    log, transcript = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), transcript_log(f"GT{known.connection}")
    log.append(transcript, Entry(Key(0, "ready"), TranscriptReady("GA1")))
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert log.read(transcript) == ()


def test_a_caller_on_a_sip_phone_is_forgotten(stage: str, known: Known) -> None:
    log = DynamoLog(boto3.client("dynamodb"), TABLE, days=1)
    alice = person_log(mark_of("sip:alice@a.example", NUMBER_KEY))
    log.append(alice, Entry(Key(1, known.call), CallKnown(known.call)))
    assert forget.main(["--number", "sip:Alice@a.example:5060;transport=tcp", "--stage", stage, "--yes"]) == 0
    assert log.read(alice) == log.read(call_log(known.call)) == ()


def test_a_record_that_outlives_its_calls_log_is_found(stage: str, known: Known) -> None:
    """Records may be kept longer (`record_days`): the log of the person's calls has expired by then."""
    tables = Tables.of(stage)
    tables.delete(one for log in known.logs for one in tables.items(log))
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert records().get(known.call) is None
    assert list(records().rows(caller_list(mark_of(known.number, NUMBER_KEY)))) == []


@pytest.mark.parametrize("by", ["number", "call"])
def test_an_interrupted_run_leaves_what_the_next_one_needs(stage: str, known: Known, by: str) -> None:
    tables, mark = Tables.of(stage), mark_of(known.number, NUMBER_KEY)
    log, shown = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), f"campaign-{uuid4().hex}"
    plan = CallPlanned(known.number, "+15550100", "desk", 0, shown)
    log.append(callee_log(mark), Entry(ordered_key(shown), plan))
    log.append(orders_log(shown), Entry(Key(0, mark), Ordered(mark, shown)))
    log.append(call_log(known.call), Entry(Key(0, "ordered"), Ordered(mark, "r1")))

    def found() -> list[Item]:
        if by == "number":
            return list(of_person(tables, mark, known.number).items)
        return list(of_call(tables, known.call, lambda _: mark).items)

    whole = found()
    logs = list(dict.fromkeys(one.log for one in whole))
    assert len(logs) >= 7
    for number, name in enumerate(logs, 1):
        tables.delete(one for one in whole if one.log == name)
        assert {one.log for one in found()} - set(logs[:number]) == set(logs[number:]), name


def test_a_call_that_goes_on_is_left_and_told(stage: str, known: Known, capsys: pytest.CaptureFixture[str]) -> None:
    log, call, now = DynamoLog(boto3.client("dynamodb"), TABLE, days=1), f"CA{uuid4().hex}", int(time.time() * 1000)
    session = session_log(call[2:])
    log.append(
        call_log(call), Entry(Key(0, "announced"), Announced("desk", known.number, "+15550100", at=now - 9000))
    )
    log.append(call_log(call), Entry(Key(now - 8000, "ticket"), SessionJoined(call[2:])))
    log.append(session, Entry(Key(now - 5000, "m1"), Connected()))
    log.append(known.logs[3], Entry(Key(0, call), CallKnown(call)))
    for by in (["--call", call], ["--number", known.number]):
        assert forget.main([*by, "--stage", stage, "--yes"]) == 2
        assert f"Not deleted, because it goes on or has just ended: {call}" in capsys.readouterr().out
        assert [len(log.read(name)) for name in (call_log(call), session)] == [2, 1]
    assert log.read(call_log(known.call)) == ()
    log.append(call_log(call), Entry(Key(3, "completed"), Progressed(3, "completed", at=now)))
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert [log.read(name) for name in (call_log(call), session, known.logs[3])] == [(), (), ()]


@pytest.mark.parametrize("form", ["whatsapp:{}", "{0:.2} ({0[2]}{0[3]}{0[4]}) 555-{1}", " {} "])
def test_a_number_is_found_however_it_is_written(stage: str, known: Known, form: str) -> None:
    written = form.format(known.number, known.number[-4:])
    assert forget.main(["--number", written, "--stage", stage, "--yes"]) == 0
    assert known.left() == [OptedOut(known.call)]


def test_the_counter_of_a_caller_is_deleted_too(
    stage: str, known: Known, keep: Callable[[Mapping[str, str]], None]
) -> None:
    """While a token is rotated, Twilio still takes the current one, with which the counters' names are made."""
    keep({"twilio-auth-token": f"{TOKEN},{'f' * 32}"})
    name = counter("caller", mark_of(known.number, TOKEN))
    counters = DynamoCounters(boto3.client("dynamodb"), TABLE)
    counters.admit(known.call, 60, {"caller": Seat(name, Quota(9, 9))})
    assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    assert counters.admit(known.call, 60, {"caller": Seat(name, Quota(1, 1))}) is None
    count = boto3.client("dynamodb").get_item(TableName=TABLE, Key={"log": {"S": name}, "key": {"S": "count"}})
    assert count["Item"]["calls"] == {"N": "1"}


def test_a_recording_that_is_gone_already_is_no_error(stage: str, secrets: None, twilio: TwilioServer) -> None:
    with closing(TwilioRecords.of(stage)) as at_twilio:
        at_twilio.delete(["REgone"], ["GTgone"])


def test_nothing_is_deleted_unasked(stage: str, known: Known, capsys: pytest.CaptureFixture[str]) -> None:
    assert forget.main(["--number", known.number, "--stage", stage]) == 1
    assert len(known.left()) == 47
    assert "add YES=1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name either one caller or one call"),
        (["--number", "+12125550142", "--call", "CA1"], "make forget NUMBER="),
    ],
)
def test_whom_to_forget_must_be_said(
    stage: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forget.main([*arguments, "--stage", stage]) == 2
    assert words in capsys.readouterr().out


def test_what_backups_still_hold_is_told(stage: str, known: Known, capsys: pytest.CaptureFixture[str]) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    backup = dynamodb.create_backup(TableName=TABLE, BackupName="by-hand")["BackupDetails"]["BackupArn"]
    try:
        assert forget.main(["--number", known.number, "--stage", stage, "--yes"]) == 0
    finally:
        dynamodb.delete_backup(BackupArn=backup)
        dynamodb.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        )
    told = capsys.readouterr().out
    assert "Point-in-time recovery can restore what was deleted until 20" in told
    assert f"The backup by-hand still holds it, until you delete {backup}." in told
