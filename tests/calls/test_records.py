"""What is left of a call: its record, made by the table's stream, with or without Twilio's callbacks."""

import time
from collections.abc import Callable

import pytest

from functions.relay.record.call_record import CallEnding, CallRecord
from functions.relay.record.turn_record import ToolOutcome, TurnCause
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.steps import Finish, Text, Use
from local.phone import Phone
from tests.endpoint import WAIT_S

pytestmark = pytest.mark.slow

CALLER = "+15550142"

LOOK_UP = (Use("t1", "find_booking", ('{"reference":', '"K4T9"}')), Finish("tool_use"))


def found(line: DevStack, call: str, wanted: Callable[[CallRecord], bool] = lambda _: True) -> CallRecord:
    """Return the record of a call, once it is there and as it is wanted."""
    until = time.monotonic() + WAIT_S
    while True:
        record = line.modules["after"].deps.records.get(call)
        if record and wanted(record):
            assert isinstance(record, CallRecord)
            return record
        assert time.monotonic() < until, f"no such record of {call}: {record}"
        time.sleep(0.05)


def test_a_call_is_recorded_by_itself(line: DevStack, phone: Phone, model: BedrockServer) -> None:
    model.script(*LOOK_UP)
    model.script(Text("It is on Friday at eight."), Finish())
    call = phone.dial()
    call.say("What about booking K4T9?")
    call.hang_up()
    record = found(line, call.sid)
    greeting, turn = record.turns
    assert (record.ending, record.caller, record.agent) == (CallEnding.CALLER_HUNG_UP, CALLER, "front_desk")
    assert (greeting.cause, turn.caller, turn.heard) == (
        TurnCause.GREETING,
        "What about booking K4T9?",
        "It is on Friday at eight.",
    )
    [tool] = turn.tools
    assert (tool.name, tool.outcome) == ("find_booking", ToolOutcome.DONE)
    assert turn.first_words_ms and turn.first_token_ms is not None
    assert record.cents.total > 0


def test_a_record_is_made_at_once_where_it_is_asked_for(line: DevStack, phone: Phone, model: BedrockServer) -> None:
    model.script(Use("t1", "say_goodbye", ("{}",)), Finish("tool_use"))
    call = phone.dial()
    call.speak("Goodbye.")
    call.wait_until_over()
    line.follow_up(call.sid)
    record = found(line, call.sid)
    assert record.ending is CallEnding.AGENT_HUNG_UP
    assert record.turns[-1].heard.startswith("Thank you for calling")
