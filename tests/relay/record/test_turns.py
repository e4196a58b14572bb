"""The turns of a call's record, with their times and tools."""

import pytest

from functions.relay.log.events import (
    DigitsEntered,
    DigitsRequested,
    Entry,
    Event,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    Silent,
    TimeUp,
    ToolCalled,
)
from functions.relay.log.keys import Key
from functions.relay.record.logs import SessionLog
from functions.relay.record.turn_record import ToolOutcome, ToolRecord, TurnCause, TurnRecord
from functions.relay.record.turns import turns_of
from functions.relay.wire.messages import Prompt
from tests.relay.record.calls import BEGAN, TALK, answer, frame, session, tool, under


def turns(*talk: Entry) -> tuple[TurnRecord, ...]:
    return turns_of((session(*talk),), BEGAN)


def test_each_turn_has_its_times() -> None:
    greeting, asked, thanked = turns(*TALK)
    assert (greeting.cause, greeting.at_ms, greeting.said) == (TurnCause.GREETING, 500, "Hello!")
    assert (asked.cause, asked.caller, asked.said) == (TurnCause.WORDS, "Is there a table?", "Yes, one.")
    times = (asked.at_ms, asked.last_word_ms, asked.first_token_ms, asked.first_words_ms, asked.voice_ms)
    assert times == (4_600, -600, 300, 400, 600)
    assert asked.tools == (ToolRecord("find", '{"a":1}', ToolOutcome.DONE, "One.", 70),)
    assert (thanked.last_word_ms, thanked.voice_ms) == (None, None)


def test_a_tool_without_a_result_is_reported_as_such() -> None:
    talk = (frame(9_000, Prompt("Book.")), under(9_000, 101, ToolCalled("x", "book", "{}")))
    [made] = turns(*talk)[-1].tools
    assert made == ToolRecord("book", "{}", ToolOutcome.UNKNOWN)


KEYED = DigitsEntered("pay", "{}", Key(BEGAN, "m0"))


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (Prompt("Hello?"), TurnCause.WORDS),
        (KeyPressed("2", "I want to pay."), TurnCause.KEY),
        (KEYED, TurnCause.DIGITS),
        (Silent(1), TurnCause.SILENCE),
        (LastMinute(), TurnCause.LAST_MINUTE),
        (TimeUp(), TurnCause.TIME_UP),
        (NoiseEnded(), TurnCause.NOISE),
        (MachineAnswered("machine_start"), TurnCause.MACHINE),
    ],
)
def test_a_turn_says_what_began_it(event: Event, cause: TurnCause) -> None:
    greeting, turn = turns(frame(4_000, event), *answer(4_000, "Yes."))
    assert (greeting.cause, turn.cause, turn.said) == (TurnCause.GREETING, cause, "Yes.")


def test_a_turn_before_the_beginning_is_at_the_beginning() -> None:
    assert [turn.at_ms for turn in turns_of((session(frame(4_000, Prompt("Hi."))),), BEGAN + 9_000)] == [0, 0]


def test_a_turn_without_an_end_has_no_times_of_its_answer() -> None:
    turn = turns(frame(4_000, Prompt("Hi.")))[-1]
    assert (turn.how, turn.model, turn.first_token_ms, turn.first_words_ms) == ("", "", None, None)


def test_tools_say_how_they_ended() -> None:
    talk = (frame(4_000, Prompt("Find.")), *tool(4_000, "find", "No answer.", failed=True))
    assert turns(*talk)[-1].tools == (ToolRecord("find", '{"a":1}', ToolOutcome.FAILED, "No answer.", 70),)


def test_other_events_of_a_tool_are_no_tools() -> None:
    talk = (frame(4_000, Prompt("Pay.")), under(4_000, 101, DigitsRequested("pay", "{}")))
    assert turns(*talk)[-1].tools == ()


def test_a_session_that_never_opened_has_turns_of_no_agent() -> None:
    [turn] = turns_of((SessionLog("c0", (frame(4_000, Prompt("Hi.")),)),), BEGAN)
    assert (turn.agent, turn.caller) == ("", "Hi.")


def test_the_first_words_of_a_later_session_have_their_own_time() -> None:
    sessions = (session(ms=500), session(number=1, ms=70_000))
    assert [turn.at_ms for turn in turns_of(sessions, BEGAN)] == [500, 70_000]
