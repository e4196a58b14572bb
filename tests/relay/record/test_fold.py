"""The record of a call, folded from its logs."""

import random
from dataclasses import replace

import pytest

from functions.providers import price_of
from functions.relay.log.events import (
    AnswerEnded,
    DialEnded,
    DigitsRequested,
    Entry,
    Event,
    Limited,
    Progressed,
    Recorded,
    Screened,
    SessionEnded,
    Silent,
    TimeUp,
    ToolCalled,
    Unreached,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.record.call_record import (
    AgentVersion,
    CallEnding,
    CallRecord,
    Direction,
    HandOffRecord,
    RecordingRecord,
    ToolOutcome,
    ToolRecord,
    TurnCause,
)
from functions.relay.record.codec import LARGEST_BYTES, dump, load
from functions.relay.record.cost import Cents
from functions.relay.record.fold import record_of
from functions.relay.record.logs import CallLogs, SessionLog
from functions.relay.record.row import lists_of, row_of
from functions.relay.wire.messages import Interrupt, Problem, Prompt
from functions.relay.wire.model import Usage
from tests.relay.record.calls import (
    BEGAN,
    CALL,
    CALLED,
    CALLER,
    MODEL,
    PLAIN,
    TALK,
    announced,
    answer,
    claimed,
    ended,
    frame,
    handed_off,
    joined,
    session,
    tool,
    under,
)


def record(logs: CallLogs = PLAIN) -> CallRecord:
    return record_of(logs, lambda number: f"mark of {number}", price_of)


def test_a_record_says_who_called_when_and_how_it_ended() -> None:
    found = record()
    assert (found.call, found.caller, found.caller_mark, found.called) == (CALL, CALLER, f"mark of {CALLER}", CALLED)
    assert (found.direction, found.agents) == (Direction.INBOUND, (AgentVersion("rosa", "abc"),))
    assert (found.began, found.ended, found.seconds) == (BEGAN, BEGAN + 12_100, 12)
    assert found.ending is CallEnding.CALLER_HUNG_UP


def test_each_turn_has_its_times() -> None:
    greeting, asked, thanked = record().turns
    assert (greeting.cause, greeting.at_ms, greeting.said) == (TurnCause.GREETING, 0, "Hello!")
    assert (asked.cause, asked.caller, asked.said) == (TurnCause.WORDS, "Is there a table?", "Yes, one.")
    times = (asked.at_ms, asked.last_word_ms, asked.first_token_ms, asked.first_words_ms, asked.voice_ms)
    assert times == (4_600, -600, 300, 400, 600)
    assert asked.tools == (ToolRecord("find", '{"a":1}', ToolOutcome.DONE, "One.", 70),)
    assert (thanked.last_word_ms, thanked.voice_ms) == (None, None)


def test_tokens_and_cents_are_those_of_all_answers() -> None:
    found = record()
    assert found.tokens == Usage(200, 20)
    assert found.cents.model == pytest.approx((200 * 0.10 + 20 * 0.50) / 10_000)
    assert found.cents.twilio == pytest.approx(7.85)
    assert 0 < found.cents.aws < 0.1
    assert found.first_words_p50_ms == 400


def test_a_model_without_a_known_price_has_no_cents() -> None:
    found = record_of(PLAIN, str, lambda _: None)
    assert (found.cents.model, found.cents.total > 0) == (None, True)


def test_the_order_and_repetition_of_entries_do_not_matter() -> None:
    shuffled = [*PLAIN.own, *PLAIN.own]
    random.Random(7).shuffle(shuffled)
    log = [*PLAIN.sessions[0].entries]
    random.Random(8).shuffle(log)
    assert record(CallLogs(CALL, tuple(shuffled), (SessionLog("c0", tuple(log)),))) == record()


def test_a_call_goes_through_sessions_and_agents() -> None:
    own = (announced(), joined(ms=500), announced(1, "billing", ms=20_000), joined(1, ms=20_400), ended(30_000, 1))
    second = session(frame(22_000, Prompt("My bill?")), *answer(22_000, "It is paid."), number=1, agent="billing")
    found = record(CallLogs(CALL, own, (session(*TALK), second)))
    assert [agent.name for agent in found.agents] == ["rosa", "billing"]
    assert (found.agent, found.seconds, len(found.turns)) == ("billing", 30, 5)
    assert found.turns[-1].agent == "billing"


def test_the_caller_of_a_strange_setup_is_not_believed() -> None:
    strange = replace(PLAIN, own=(announced(caller="+15550199"), *PLAIN.own[1:]))
    assert record(strange).caller == "+15550199"


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687"])
def test_a_withheld_number_has_no_mark(caller: str) -> None:
    found = record(replace(PLAIN, own=(announced(caller=caller), *PLAIN.own[1:])))
    assert (found.caller, found.caller_mark) == ("", "")


def test_what_the_caller_cut_off_is_told() -> None:
    talk = (frame(4_000, Prompt("A story!")), *answer(4_000, "Once upon a time."), frame(5_000, Interrupt("Once")))
    found = record(replace(PLAIN, sessions=(session(*talk),)))
    assert (found.interruptions, found.turns[-1].interrupted, found.turns[-1].heard) == (1, True, "Once")
    assert found.transcript.splitlines()[-1] == "Agent: Once"


def with_claim(cause: Event, how: str = "goodbye", *own: Entry) -> CallLogs:
    talk = (frame(9_000, cause), *answer(9_000, "Goodbye."), claimed(9_000, how))  # type: ignore[arg-type]
    return CallLogs(CALL, (announced(), joined(ms=500), *own, ended(12_000)), (session(*talk),))


UNREACHED = Entry(handed_off(9_000).key.under(Slot.UNREACHED.at(number=188)), Unreached("busy"))
RINGING = frame(0, Progressed(1, "ringing", 0, CALLER, CALLED, outbound=True, at=BEGAN), "p1")
BUSY = frame(0, Progressed(2, "busy", 0, CALLER, CALLED, outbound=True, at=BEGAN + 9), "p2")
COMPLETED = frame(0, Progressed(2, "completed", 3, CALLER, CALLED, outbound=True, at=BEGAN + 9), "p2")
BYE = Prompt("Bye.")


@pytest.mark.parametrize(
    ("logs", "ending"),
    [
        (PLAIN, CallEnding.CALLER_HUNG_UP),
        (with_claim(BYE), CallEnding.AGENT_HUNG_UP),
        (with_claim(Silent(3)), CallEnding.SILENCE),
        (with_claim(TimeUp()), CallEnding.TIME_UP),
        (with_claim(BYE, "handed off", handed_off(9_000)), CallEnding.HANDED_OFF),
        (with_claim(BYE, "handed off", handed_off(9_000), UNREACHED), CallEnding.CALLER_HUNG_UP),
        (with_claim(BYE, "handed off", handed_off(9_000, ends=True), UNREACHED), CallEnding.AGENT_HUNG_UP),
        (replace(PLAIN, own=(announced(), joined(), ended(9, status="failed"))), CallEnding.LOST),
        (CallLogs(CALL, (announced(), ended(9, status="failed"))), CallEnding.LOST),
        (CallLogs(CALL, (announced(),)), CallEnding.DECLINED),
        (CallLogs(CALL, (announced(), handed_off(0))), CallEnding.HANDED_OFF),
        (CallLogs(CALL, (frame(0, Limited("caller", "rosa", CALLER, CALLED, BEGAN)),)), CallEnding.LIMITED),
        (CallLogs(CALL, (RINGING, BUSY)), CallEnding.UNANSWERED),
        (CallLogs(CALL, (RINGING, COMPLETED, frame(5, Screened("machine_end_beep")))), CallEnding.MACHINE),
    ],
)
def test_how_a_call_ended(logs: CallLogs, ending: CallEnding) -> None:
    assert record(logs).ending is ending


def test_an_unanswered_call_costs_no_minutes() -> None:
    found = record(CallLogs(CALL, (RINGING, BUSY)))
    assert (found.caller, found.direction, found.began) == (CALLER, Direction.OUTBOUND, BEGAN)
    assert (found.cents.twilio, found.turns) == (0.0, ())


def test_a_call_that_met_a_limit_is_told() -> None:
    found = record(CallLogs(CALL, (frame(0, Limited("caller", "rosa", CALLER, CALLED, BEGAN)),)))
    assert (found.limits, found.agent, found.caller) == (("caller",), "rosa", CALLER)


MET = (frame(9_500, TimeUp("tokens")), under(9_900, 999, AnswerEnded("goodbye", limit="cents")))


@pytest.mark.parametrize(
    ("entries", "limits"),
    [(MET[:1], ("tokens",)), (MET[1:], ("cents",)), ((*MET, frame(9_950, TimeUp("tokens"))), ("tokens", "cents"))],
)
def test_a_limit_met_in_a_session_is_told_once(entries: tuple[Entry, ...], limits: tuple[str, ...]) -> None:
    assert record(replace(PLAIN, sessions=(session(*TALK[:-1], *entries, TALK[-1]),))).limits == limits


def test_the_end_of_an_agents_minutes_is_no_limit() -> None:
    assert record(with_claim(TimeUp())).limits == ()


def test_hand_offs_say_whether_a_person_was_reached() -> None:
    found = record(with_claim(BYE, "handed off", handed_off(9_000), UNREACHED))
    assert found.hand_offs == (HandOffRecord("asked", "+15550111", "A brief.", reached=False),)


def test_a_recording_is_there_once_as_it_was_told_last() -> None:
    begun, done = Recorded("RE1", "in-progress"), Recorded("RE1", "completed", 11)
    own = (*PLAIN.own, Entry(Key(0, "RE1/completed"), done), Entry(Key(0, "RE1/in-progress"), begun))
    assert record(replace(PLAIN, own=own)).recordings == (RecordingRecord("RE1", "completed", 11),)


def test_what_went_wrong_is_named_without_words() -> None:
    failed = frame(5_000, SessionEnded("VX0", "failed", "64105"), "VX0")
    problem = frame(1, Problem("Invalid message received. code: 64107 {secret}"))
    talk = (problem, frame(9_000, Prompt("Hm?")), *answer(9_000, "Sorry.", "failed"))
    found = record(CallLogs(CALL, (announced(), joined(), failed), (session(*talk),)))
    assert found.errors == ("Twilio 64105", "Twilio 64107", "an answer was failed")


def test_a_tool_without_a_result_is_reported_as_such() -> None:
    talk = (frame(9_000, Prompt("Book.")), under(9_000, 101, ToolCalled("x", "book", "{}")))
    [made] = record(replace(PLAIN, sessions=(session(*talk),))).turns[-1].tools
    assert made == ToolRecord("book", "{}", ToolOutcome.UNKNOWN)


def test_a_record_comes_back_from_its_json() -> None:
    whole = replace(
        record(with_claim(BYE, "handed off", handed_off(9_000), UNREACHED)),
        summary="They asked.",
        fields={"name": "Zoë", "guests": None},
        recordings=(RecordingRecord("RE1", "completed", 11),),
        cents=Cents(None, 1.5, 0.25),
    )
    assert load(dump(whole)) == whole


def test_json_of_another_version_is_read_as_far_as_it_goes() -> None:
    text = dump(record()).replace('{"call":', '{"tomorrow":[1],"call":', 1)
    assert load(text) == record()


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"call":"CA1"}'])
def test_text_that_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load(text)


def test_the_first_turns_of_a_very_long_call_are_left_out() -> None:
    whole = record()
    long = replace(whole, turns=tuple(replace(whole.turns[1], at_ms=n, said="é" * 500) for n in range(1_000)))
    text = dump(long)
    kept = load(text)
    assert len(text.encode()) <= LARGEST_BYTES
    assert (kept.left_out + len(kept.turns), kept.turns[-1].at_ms) == (1_000, 999)
    assert row_of(kept).turns == 1_000


def test_a_row_is_in_the_lists_of_its_day_and_its_caller() -> None:
    row = row_of(record())
    assert lists_of(row) == ("calls/2025-11-20", f"caller/mark of {CALLER}")
    assert row.key == str(Key(BEGAN, CALL))
    withheld = replace(row, caller_mark="")
    assert lists_of(withheld) == ("calls/2025-11-20",)


def test_a_row_holds_no_number_and_no_words_but_the_summary() -> None:
    assert CALLER not in str(replace(row_of(record()), caller_mark=""))
    assert "table" not in str(row_of(record()))


def test_other_entries_of_a_call_are_not_looked_at() -> None:
    own = (*PLAIN.own, frame(1, DigitsRequested("x", "{}")), frame(2, DialEnded("h", "completed")))
    assert replace(record(replace(PLAIN, own=own)), cents=Cents()) == replace(record(), cents=Cents())
    assert record().turns[1].model == MODEL


def test_a_tool_that_failed_is_an_error_of_the_call() -> None:
    talk = (
        frame(4_000, Prompt("A table?")),
        *tool(4_000, "find", "No answer.", failed=True),
        *answer(4_000, "Sorry."),
    )
    record = record_of(replace(PLAIN, sessions=(session(*talk),)), str, price_of)
    assert record.errors == ("the tool find failed",)
