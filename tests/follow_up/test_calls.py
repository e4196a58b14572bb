"""What follows a call: its record, once, whatever invokes the function and how often."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from functions.follow_up.calls import check, wake
from functions.follow_up.reminder import FollowUpReminder, read
from functions.relay.log.events import (
    Closed,
    Digit,
    EndClaimed,
    Entry,
    PromptReworded,
    Recorded,
    TimeUp,
    WordsKept,
)
from functions.relay.log.keys import Key, private_log, session_log
from functions.relay.ports import LogError
from functions.relay.record.call_record import CallEnding, CallRecord
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import FIRST_LOOK_S, SILENT_FOR_S, WAKING
from functions.relay.wire.messages import Prompt
from tests.doubles import MemoryLog, MemoryRecords
from tests.follow_up.scene import OPEN, OWN, SESSION, Scene
from tests.relay.record.calls import (
    BEGAN,
    CALL,
    PLACED,
    PLAIN,
    TALK,
    announced,
    answer,
    claimed,
    ended,
    frame,
    joined,
    session,
)


@pytest.mark.parametrize("log", [OWN, SESSION])
def test_a_call_that_is_over_has_a_record(log: str) -> None:
    scene = Scene().put(PLAIN)
    assert scene.check(log) == "recorded"
    assert (scene.record.call, scene.record.ending) == (CALL, CallEnding.CALLER_HUNG_UP)


KEPT = Entry(Key(1, "d1"), Digit("4"))


def test_what_a_call_kept_apart_goes_with_its_end() -> None:
    scene = Scene().put(PLAIN)
    for connection in ("c0", "of-another-call"):
        scene.private.append(private_log(connection), KEPT)
    scene.check()
    assert scene.private.read(private_log("c0")) == ()
    assert scene.private.read(private_log("of-another-call")) == (KEPT,)


HELD = replace(
    PLAIN,
    own=(announced(), joined(ms=500)),
    sessions=(session(TALK[0], frame(2000, Prompt("Call me at [digits]")), frame(9000, Closed(1000))),),
)
WORDS = Entry(HELD.sessions[0].call.turns[-1].key, WordsKept("Call me at 415 555 0123"))


def test_digits_that_were_held_are_in_the_record() -> None:
    scene = Scene().put(HELD)
    scene.private.append(private_log("c0"), WORDS)
    assert scene.check(SESSION) == "later"
    assert PromptReworded("Call me at 415 555 0123") in scene.log.events(SESSION)
    assert scene.check(SESSION, SILENT_FOR_S) == "recorded"
    assert "Call me at 415 555 0123" in [turn.caller for turn in scene.record.turns]


def test_a_call_without_a_report_of_its_end_shows_held_digits_too() -> None:
    scene = Scene().put(replace(HELD, own=PLAIN.own, sessions=(session(*HELD.sessions[0].entries[:-1]),)))
    scene.private.append(private_log("c0"), WORDS)
    assert scene.check(OWN, SILENT_FOR_S) == "recorded"
    assert "Call me at 415 555 0123" in [turn.caller for turn in scene.record.turns]
    assert scene.private.read(private_log("c0")) == ()


def test_held_digits_that_cannot_be_read_stay_a_placeholder(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(MemoryLog):
        def read(self, log: str) -> tuple[Entry, ...]:
            raise LogError("DynamoDB: out of reach")

    scene = Scene(private=Stuck()).put(HELD)
    assert scene.check(SESSION, SILENT_FOR_S) == "recorded"
    assert "Call me at [digits]" in [turn.caller for turn in scene.record.turns]
    assert "the held digits of a call stay a placeholder in the log: DynamoDB: out of reach" in caplog.text


def test_what_a_call_keeps_apart_stays_while_it_goes_on() -> None:
    scene = Scene().put(replace(OPEN, sessions=(session(*TALK[:-1]),)))
    scene.private.append(private_log("c0"), KEPT)
    scene.check(SESSION)
    assert scene.private.read(private_log("c0")) == (KEPT,)


def test_a_record_is_made_though_private_data_stays(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(MemoryLog):
        def delete(self, log: str, keys: Iterable[Key]) -> None:
            raise LogError("DynamoDB: out of reach")

    scene = Scene(private=Stuck()).put(PLAIN)
    scene.private.append(private_log("c0"), KEPT)
    assert scene.check() == "recorded"
    assert "the private data of a call was not deleted: DynamoDB: out of reach" in caplog.text


def test_waking_a_call_sends_a_reminder_that_returns_soon() -> None:
    scene = Scene()
    wake(scene.deps, SESSION, "7", "Closed")
    [(seconds, text)] = scene.notes.sent
    assert (seconds, read(text)) == (FIRST_LOOK_S, FollowUpReminder(SESSION, FIRST_LOOK_S, "7"))


def test_a_reminder_of_an_older_version_is_read() -> None:
    assert read('["call/CA1", 5, "7", 2]') == FollowUpReminder("call/CA1", 5, "7", 2)


def test_any_number_of_notes_makes_one_record() -> None:
    scene = Scene().put(PLAIN)
    for log in (OWN, SESSION, SESSION, OWN):
        scene.check(log)
    assert list(scene.records.rows("calls/2025-11-20")) == list(
        scene.records.rows(f"caller/{scene.record.caller_mark}")
    )
    assert len(list(scene.records.rows("calls/2025-11-20"))) == 1


def test_a_call_without_any_callback_is_recorded_after_a_silence() -> None:
    scene = Scene().put(OPEN)
    assert scene.check(SESSION) == "later"
    [(seconds, text)] = scene.notes.sent
    assert (seconds, read(text).waited) == (SILENT_FOR_S - FIRST_LOOK_S, SILENT_FOR_S)
    assert check(scene.deps, read(text)) == "recorded"


def test_a_call_that_goes_on_is_not_changed() -> None:
    scene = Scene().put(replace(OPEN, sessions=(session(*TALK[:-1]),)))
    assert (scene.check(SESSION), scene.records.get(CALL), scene.notes.sent) == ("goes on", None, [])


def test_what_comes_late_changes_the_record() -> None:
    scene = Scene().put(OPEN)
    scene.check(SESSION, SILENT_FOR_S)
    before = scene.record
    scene.log.append(OWN, ended(60_000, status="completed"))
    assert scene.check() == "recorded"
    assert (before.seconds, scene.record.seconds) == (12, 60)


def test_a_refused_session_is_no_call_of_the_one_it_names() -> None:
    scene = Scene()
    for entry in session(*TALK).entries[1:]:
        scene.log.append(session_log("stranger"), entry)
    assert scene.check(session_log("stranger")) == "no call"


def test_a_service_that_fails_raises_so_that_it_is_tried_again() -> None:
    class Broken(MemoryRecords):
        def put(self, record: CallRecord) -> None:
            raise LogError("DynamoDB: out of reach")

    scene = Scene(records=Broken()).put(PLAIN)
    with pytest.raises(LogError):
        scene.check()


@pytest.mark.parametrize("text", ["", "{}", "[]", '["a"]', '["a", "b"]', "[1, 2]", '["a", 1]', "[" * 9999])
def test_a_text_that_is_no_reminder_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="not a reminder"):
        read(text)


def test_a_log_of_several_pages_is_read_whole() -> None:
    class Paged(MemoryLog):
        def later(self, log: str, key: object, kinds: object = ()) -> tuple[Entry, ...]:
            return super().later(log, key, kinds)[:2]  # type: ignore[arg-type]

    scene = Scene(log=Paged()).put(PLAIN)
    scene.check()
    assert len(scene.record.turns) == 3


# Without a callback of Twilio's


def told_by_nobody(*entries: Entry) -> Scene:
    """A call whose session has ended by itself: no callback and no report of the socket has come."""
    return Scene().put(replace(OPEN, sessions=(session(*entries),)))


UP = frame(60_000, TimeUp())


@pytest.mark.parametrize(
    ("entries", "ending"),
    [
        ((*TALK[:-1], UP, *answer(60_000, "Goodbye!", "goodbye"), claimed(60_000)), CallEnding.TIME_UP),
        ((*TALK[:-1], claimed(9_000)), CallEnding.AGENT_HUNG_UP),
    ],
)
def test_an_end_that_only_the_agent_logged_makes_a_record(entries: tuple[Entry, ...], ending: CallEnding) -> None:
    scene = told_by_nobody(*entries)
    assert EndClaimed in WAKING
    assert scene.check(SESSION) == "later"
    assert scene.check(SESSION, SILENT_FOR_S) == "recorded"
    assert scene.record.ending is ending
    assert scene.record.ended > scene.record.began


def watched(scene: Scene, log: str = OWN, kind: str = "Announced") -> list[str]:
    """Wake what watches a call, as its beginning does; return what each of its looks did."""
    done: list[str] = []
    wake(scene.deps, log, "7", kind)
    while scene.notes.sent:
        _, text = scene.notes.sent.pop()
        done.append(check(scene.deps, read(text)))
    return done


def test_a_call_whose_session_never_begins_has_a_record() -> None:
    scene = Scene().put(CallLogs(CALL, (announced(),)))
    assert watched(scene) == ["recorded"]
    assert (scene.record.ending, scene.record.seconds) == (CallEnding.CALLER_HUNG_UP, 0)
    assert list(scene.records.rows("calls/2025-11-20"))


def test_a_session_whose_end_is_never_reported_has_a_record() -> None:
    scene = Scene().put(replace(OPEN, sessions=(session(*TALK[:-1]),)))
    assert watched(scene) == [*["later"] * 8, "recorded"]
    assert scene.record.transcript.startswith("Agent: Hello!")


def test_a_call_of_ours_without_any_callback_has_a_record() -> None:
    scene = Scene().put(CallLogs(CALL, (PLACED,)))
    assert watched(scene, kind="Ordered") == ["recorded"]
    assert scene.record.ending is CallEnding.UNANSWERED
    assert (scene.record.agent, scene.record.direction, scene.record.caller_mark, scene.record.began) == (
        *("rosa", "outbound", "mark of the order"),
        BEGAN,
    )


def test_a_call_that_has_its_record_is_not_recorded_again() -> None:
    scene = Scene().put(PLAIN)
    scene.check()
    before, scene.records = scene.record, MemoryRecords()
    assert (watched(scene), scene.records.get(CALL), before.call) == (["goes on"], None, CALL)


def test_the_orders_of_a_campaign_are_no_call() -> None:
    assert watched(Scene(), "orders/campaign-may", "Ordered") == []


def test_an_older_note_puts_no_older_record_over_a_newer_one() -> None:
    scene = Scene().put(PLAIN)
    scene.check()
    before = scene.record
    scene.log.append(OWN, Entry(Key(BEGAN + 20_000, "r1"), Recorded("RE1", "completed", 9)))
    scene.check()
    assert scene.record.entries > before.entries
    scene.records.put(before)
    assert scene.record.recordings[0].sid == "RE1"
