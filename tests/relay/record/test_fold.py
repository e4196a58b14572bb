"""The record of a call, folded from its logs."""

import random
from dataclasses import replace

import pytest

from functions.relay.log.events import (
    AnswerEnded,
    CallPlanned,
    DialEnded,
    DigitsRequested,
    DraftDropped,
    Ending,
    Entry,
    Limited,
    Recorded,
    SessionEnded,
    TimeUp,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.record.call_record import (
    AgentVersion,
    CallBackRecord,
    CallEnding,
    Direction,
    HandOffRecord,
    PersonRecord,
    RecordingRecord,
)
from functions.relay.record.cost import Cents, DraftsRecord
from functions.relay.record.fold import record_of
from functions.relay.record.logs import CallLogs, SessionLog
from functions.relay.wire.messages import Interrupt, Partial, Problem, Prompt
from functions.relay.wire.model import Usage
from tests.relay.record.calls import (
    BEGAN,
    BUSY,
    BYE,
    CALL,
    CALLED,
    CALLER,
    MODEL,
    PLAIN,
    RINGING,
    TALK,
    UNREACHED,
    announced,
    answer,
    ended,
    frame,
    handed_off,
    joined,
    record,
    session,
    tool,
    under,
    with_claim,
)


def test_a_record_says_who_called_when_and_how_it_ended() -> None:
    found = record()
    assert (found.call, found.caller, found.caller_mark, found.called) == (CALL, CALLER, f"mark of {CALLER}", CALLED)
    assert (found.direction, found.agents) == (Direction.INBOUND, (AgentVersion("rosa", "abc"),))
    assert (found.began, found.ended, found.seconds) == (BEGAN, BEGAN + 12_100, 12)
    assert found.ending is CallEnding.CALLER_HUNG_UP


def test_tokens_and_cents_are_those_of_all_answers() -> None:
    found = record()
    assert found.tokens == Usage(200, 20)
    assert found.cents.model == pytest.approx((200 * 0.10 + 20 * 0.50) / 10_000)
    assert found.cents.twilio == pytest.approx(7.85)
    assert 0 < found.cents.aws < 0.1
    assert found.first_words_p50_ms == 400


@pytest.mark.parametrize("model", ["", MODEL])
def test_dropped_drafts_are_told_apart_and_paid(model: str) -> None:
    dropped = under(9_000, Slot.DRAFT_DROPPED.at(), DraftDropped(Usage(1000, 5), model))
    found = record(replace(PLAIN, sessions=(session(*TALK, frame(9_000, Partial("Wh")), dropped),)))
    assert found.drafts == DraftsRecord(1, Usage(1000, 5))
    assert found.tokens == Usage(1200, 25)
    assert found.cents.model == pytest.approx((1200 * 0.10 + 25 * 0.50) / 10_000, rel=0.01)


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
    busy = (PersonRecord("+15550111", "busy"),)
    assert found.hand_offs == (HandOffRecord("asked", "+15550111", "A brief.", reached=False, people=busy),)


def test_a_hand_off_names_who_took_it() -> None:
    [hand_off] = record(with_claim(BYE, "handed off", handed_off(9_000))).hand_offs
    assert (hand_off.taken_by, hand_off.people) == ("+15550111", (PersonRecord("+15550111", "taken"),))


def test_call_backs_say_when_and_which_one_counts() -> None:
    first = CallPlanned(CALLER, CALLED, "rosa", BEGAN + 3_600_000, "back-CA1")
    newer = replace(first, agent="billing", at=BEGAN + 7_200_000, parameters=(("about", "the bill"),))
    own = (*PLAIN.own, under(4_600, 103, first), under(9_000, 103, newer))
    assert record(replace(PLAIN, own=own)).call_backs == (
        CallBackRecord("rosa", first.at, replaced=True),
        CallBackRecord("billing", newer.at, newer.parameters),
    )


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


def test_other_entries_of_a_call_are_not_looked_at() -> None:
    own = (*PLAIN.own, frame(1, DigitsRequested("x", "{}")), frame(2, DialEnded("h", "completed")))
    before = record()
    found = replace(record(replace(PLAIN, own=own)), entries=before.entries)
    assert replace(found, cents=Cents()) == replace(before, cents=Cents())
    assert record().turns[1].model == MODEL


def test_a_tool_that_failed_is_an_error_of_the_call() -> None:
    talk = (
        frame(4_000, Prompt("A table?")),
        *tool(4_000, "find", "No answer.", failed=True),
        *answer(4_000, "Sorry."),
    )
    assert record(replace(PLAIN, sessions=(session(*talk),))).errors == ("the tool find failed",)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("failed", "an answer was failed: the model's answer was refused"),
        ("complete", "the model's answer was refused"),
    ],
)
def test_a_record_names_the_kind_of_the_models_error(how: Ending, error: str) -> None:
    ended = under(4_600, 999, AnswerEnded(how, 400, 300, Usage(), MODEL, failure="refused"))
    talk = (frame(4_600, Prompt("Is there a table?")), ended)
    found = record(replace(PLAIN, sessions=(session(*talk),)))
    assert (found.errors, found.turns[-1].model_error) == ((error,), "refused")
