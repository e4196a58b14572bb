"""What must be true for any frame and any log; each law has the strategy that tries it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any
from xml.etree import ElementTree

from hypothesis import strategies as st

from functions.adapters import twilio, waiting
from functions.live.reminders import AnswerReminder
from functions.live.reminders import read as read_reminder
from functions.relay import Agent, Voice
from functions.relay.after_session import NextStep, Transfer, next_step
from functions.relay.answer.actions import Ask
from functions.relay.answer.answer import Answer
from functions.relay.call.call import Call, fold
from functions.relay.call.history import history, snapshot
from functions.relay.log.codec import dump, load
from functions.relay.log.events import Announced, Entry, Event, HandedOff, SessionEnded, SessionOpened, in_order
from functions.relay.transfer import first_ring
from functions.relay.wire.messages import (
    LONGEST_MS,
    MOST_NAME_CHARACTERS,
    MOST_PARAMETERS,
    MOST_TEXT_CHARACTERS,
    MOST_UNKNOWN_CHARACTERS,
    Incoming,
    Interrupt,
    Prompt,
    Setup,
    Unknown,
    read,
)
from functions.relay.wire.model import AgentMessage, CallerMessage, ToolResults
from local.phone.twiml import document, oddities
from tests.fuzz.strategies import (
    BODIES,
    CALL_LOGS,
    EVENTS,
    HAND_OFFS,
    HANDOFFS,
    JSON,
    KEYS,
    LEAVINGS,
    LOGS,
    OUR_WORDS,
    TEXTS,
    strings,
)
from tests.relay.scenes import problems

ITEM = 300_000
"""Bytes that an event of a frame never exceeds: DynamoDB holds items of 400 KB."""

AGENT = Agent("Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O")})

ANNOUNCED = Announced("desk", "+15550101", "+15550100")


@dataclass(frozen=True, slots=True)
class Property:
    """A law: its strategy, and the check that raises AssertionError if it is broken."""

    drawn: st.SearchStrategy[Any]
    holds: Callable[[Any], None]


def a_frame_is_read_as_a_message_that_is_bounded_and_can_be_stored(body: str) -> None:
    message = read(body)
    assert isinstance(message, Incoming)
    longest = MOST_UNKNOWN_CHARACTERS if isinstance(message, Unknown) else MOST_TEXT_CHARACTERS
    assert max(map(len, strings(asdict(message))), default=0) <= longest
    assert len(dump(message).encode()) < ITEM
    assert load(dump(message)) == message
    match message:
        case Setup():
            assert max(map(len, strings(asdict(message)["parameters"])), default=0) <= MOST_NAME_CHARACTERS
            assert (
                max(map(len, (message.call, message.session, message.caller, message.called))) <= MOST_NAME_CHARACTERS
            )
            assert len(message.parameters) <= MOST_PARAMETERS
        case Interrupt(_, after):
            assert 0 <= after <= LONGEST_MS
        case Prompt(text):
            assert text.strip()
            assert len(message.language) <= MOST_NAME_CHARACTERS
        case _:
            pass


def an_event_is_read_as_it_was_written(event: Event) -> None:
    assert load(dump(event)) == event


def an_event_can_be_stored_whatever_it_says(event: Event) -> None:
    assert type(load(dump(event).encode().decode())) is type(event)


def any_text_is_some_event(text: str) -> None:
    event = load(text)
    assert isinstance(event, Event)
    assert isinstance(load(dump(event)), Event)


def a_log_folds_to_the_same_call_in_any_order_and_however_often_told(drawn: tuple[list[Entry], int]) -> None:
    entries, seed = drawn
    told = list(in_order(entries))
    again = [*told, *told[::2]]
    Random(seed).shuffle(again)
    call = fold(told)
    assert fold(again) == call
    opening = max((number for number, one in enumerate(told) if isinstance(one.event, SessionOpened)), default=0)
    # The key of an opening does not tell its order among frames of the same millisecond.
    alone = all(one.key.at != told[opening].key.at for one in told[:opening])
    if told and alone and isinstance(told[opening].event, SessionOpened):
        assert fold(told[opening:]) == call


def history_is_what_a_model_takes(entries: list[Entry]) -> None:
    call = fold(entries)
    assert problems(history(call)) == []
    if begin := snapshot(call):
        key, opened = begin
        assert load(dump(opened)) == opened
        assert problems(history(fold([*entries, Entry(key, opened)]))) == []
    _can_be_asked(call)


def _can_be_asked(call: Call) -> None:
    if not call.turns or not call.turns[-1].caller or call.turns[-1].cause or call.time_is_up or call.by_machine:
        return
    [ask] = Answer(AGENT, call, 0.0).begin()
    assert isinstance(ask, Ask)
    assert problems(ask.request.messages) == []
    assert isinstance(ask.request.messages[0], CallerMessage)
    assert not isinstance(ask.request.messages[-1], AgentMessage)
    assert isinstance(ask.request.messages[-1], CallerMessage | ToolResults)


def a_session_s_end_is_always_answered(drawn: tuple[SessionEnded, bool, str, list[Entry]]) -> None:
    left, in_progress, handoff, log = drawn
    step = next_step(left, in_progress, handoff, log)
    assert isinstance(step, NextStep)
    assert next_step(left, in_progress, handoff, [*log, *log]) == step
    if isinstance(step, Transfer):
        assert in_progress
        a_caller_can_be_passed_on_whatever_is_said_of_it(step.ring.hand_off)


def a_caller_can_be_passed_on_whatever_is_said_of_it(hand_off: HandedOff) -> None:
    assert load(dump(hand_off)) == hand_off
    url = "https://api.example.com/p"
    urls = twilio.RingUrls(url, lambda _: url, lambda _: url, url)
    [verb] = document("text/xml", twilio.put_through(first_ring(hand_off), AGENT, ANNOUNCED, "CA1", urls))
    assert list(oddities(verb)) == []
    ElementTree.fromstring(waiting.hold(hand_off.hold, AGENT, "", url))
    ElementTree.fromstring(twilio.whisper(hand_off.brief, AGENT))
    ElementTree.fromstring(twilio.farewell(hand_off.nobody, AGENT))


def a_reminder_is_read_or_refused(text: str) -> None:
    try:
        reminder = read_reminder(text)
    except ValueError:
        return
    assert read_reminder(reminder.write()) == reminder


PROPERTIES: Mapping[str, Property] = {
    one.holds.__name__: one
    for one in (
        Property(BODIES, a_frame_is_read_as_a_message_that_is_bounded_and_can_be_stored),
        Property(EVENTS, an_event_is_read_as_it_was_written),
        Property(OUR_WORDS, an_event_can_be_stored_whatever_it_says),
        Property(TEXTS | JSON.map(json.dumps) | EVENTS.map(dump), any_text_is_some_event),
        Property(
            st.tuples(LOGS, st.integers(0, 99)), a_log_folds_to_the_same_call_in_any_order_and_however_often_told
        ),
        Property(LOGS, history_is_what_a_model_takes),
        Property(st.tuples(LEAVINGS, st.booleans(), HANDOFFS, CALL_LOGS), a_session_s_end_is_always_answered),
        Property(HAND_OFFS, a_caller_can_be_passed_on_whatever_is_said_of_it),
        Property(
            TEXTS
            | JSON.map(json.dumps)
            | st.builds(AnswerReminder, TEXTS, KEYS, st.integers()).map(AnswerReminder.write),
            a_reminder_is_read_or_refused,
        ),
    )
}
