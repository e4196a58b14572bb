"""An event as JSON, and back."""

import json
from dataclasses import MISSING, fields
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.log.codec import dump, load, load_note
from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Closed,
    Connected,
    Entry,
    Event,
    SessionEnded,
    SessionOpened,
    SessionRefused,
    in_order,
)
from functions.relay.log.keys import LAST_SLOT, Key
from functions.relay.wire.messages import Info, Prompt, Unknown
from functions.relay.wire.model import AgentMessage, CallerMessage, ToolCall, ToolResult, ToolResults, Usage

st.register_type_strategy(Key, st.builds(Key, st.integers(), st.text(), st.integers(0, LAST_SLOT)))


def test_every_event_has_defaults_or_is_given_all_its_fields() -> None:
    for kind in get_args(Event):
        named = {field.name for field in fields(kind) if field.default is MISSING}
        assert "is" not in {field.name for field in fields(kind)}, "the class stands under this name"
        assert isinstance(load(json.dumps({"is": kind.__name__} | dict.fromkeys(named, "x"))), kind)


@given(st.one_of([st.from_type(kind) for kind in get_args(Event)]))
@settings(max_examples=100, deadline=None)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert load(dump(event)) == event


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_every_kind_of_event_is_read_as_it_was_written(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(st.from_type(kind))
    assert load(dump(event)) == event


def test_what_a_session_remembers_is_read_as_it_was_written() -> None:
    remembered = (
        CallerMessage("Hi"),
        AgentMessage("Let me look.", (ToolCall("t1", "find", '{"a":1}'),)),
        ToolResults((ToolResult("t1", "Friday", failed=True),)),
        AgentMessage("Grüezi 🙂"),
    )
    event = SessionOpened("rosa", "CA1", "+15550101", "+15550100", "Hi!", (("tenant", "acme"),), remembered)
    assert load(dump(event)) == event


class TestAnotherVersion:
    def test_may_have_fields_that_are_not_known_here(self) -> None:
        assert load('{"is":"AgentSaid","text":"Hi","loudness":11}') == AgentSaid("Hi")
        assert load('{"is":"AnswerEnded","how":"late","usage":{"is":"Usage","input":3,"thinking":9}}') == AnswerEnded(
            "late", usage=Usage(input=3)
        )

    def test_may_leave_out_fields_that_have_a_default(self) -> None:
        assert load('{"is":"Closed","code":1006}') == Closed(1006)
        assert load('{"is":"SessionEnded","session":"VX1","status":"failed"}') == SessionEnded("VX1", "failed")

    @pytest.mark.parametrize(
        "text",
        [
            '{"is":"Sung","text":"la"}',
            '{"is":"AgentSaid"}',
            '{"is":["AgentSaid"]}',
            '{"is":null}',
            '{"is":"SessionOpened","remembered":[{"is":"Sung"}]}',
            "{}",
            "[]",
            "5",
            "null",
            '"AgentSaid"',
            '{"is":"CallerMessage","text":"Hi"}',
            "no JSON",
            "",
        ],
    )
    def test_may_write_what_is_no_event_here(self, text: str) -> None:
        assert load(text) == Unknown(text)


class TestOrder:
    def test_is_that_of_the_keys_each_once(self) -> None:
        one, two, three = (Entry(Key(at, "a"), Prompt(str(at))) for at in (1, 2, 3))
        assert in_order([three, one, two, one, three]) == (one, two, three)
        assert in_order([]) == ()


@pytest.mark.parametrize("event", [SessionRefused(), Connected(), Announced("rosa", "", "")])
def test_events_with_nothing_to_tell_are_events(event: Event) -> None:
    assert load(dump(event)) == event


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        (b'{"type":"info","name":"tokensPlayed","value":"Hi"}', Info("tokensPlayed", "Hi")),
        (b'{"type":"info","name":"tokensPlayed","value":"\xff"}', Info("tokensPlayed", "\ufffd")),
        (b'{"type":"prompt","voicePrompt":"My card is 4111 1111 1111 1111."}', Unknown("")),
        (b"no JSON", Unknown("")),
    ],
)
def test_a_note_that_the_gateway_put_is_read_without_other_texts(frame: bytes, note: Event) -> None:
    assert load_note(frame) == note
