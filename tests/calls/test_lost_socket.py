"""A call survives its socket."""

from collections.abc import Iterator

import pytest

from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text
from local.phone import Call, Phone, Quirks
from tests.calls.conftest import wait_until_reported

pytestmark = pytest.mark.slow

LONG = tuple(Text(f" And number {number}.") for number in range(1, 30))


def test_a_resumed_session_has_its_memory_and_no_greeting(phone: Phone, model: BedrockServer, line: DevStack) -> None:
    model.script(Text("For four people."), Finish())
    model.script(Text("On Friday."), Finish())
    call = phone.dial()
    call.say("How many are we?")
    wait_until_reported(line, call)
    call.drop()
    assert len(call.sessions) == 2
    assert call.say("And when?") == "On Friday."
    assert call.heard.count("Rosa's, good evening!") == 1
    assert lines_of(model.requests[-1].body) == [
        "user: (The call begins.)",
        "assistant: Rosa's, good evening! How can I help?",
        "user: How many are we?",
        "assistant: For four people.",
        "user: And when?",
    ]
    assert call.outcome is None


def test_a_drop_in_the_middle_of_an_answer_is_apologised_for(phone: Phone, model: BedrockServer) -> None:
    model.between = 0.05
    model.script(*LONG, Finish())
    model.script(Text("At number two."), Finish())
    call = phone.dial()
    call.speak("Count for me.")
    call.hears("number two")
    call.drop()
    call.hears("the line dropped for a moment")
    assert call.say("Where were we?") == "At number two."
    told = lines_of(model.requests[-1].body)
    assert "29" not in told[-2]
    assert "twenty-nine" not in told[-2]
    assert told[-2].endswith("Where were we?")


def test_a_call_that_keeps_losing_its_socket_ends_with_an_apology(phone: Phone, model: BedrockServer) -> None:
    call = phone.dial()
    for _ in range(4):
        call.drop()
    call.wait_until_over()
    assert call.heard.endswith("Please try again later.")
    assert [verb.name for verb in call.verbs] == ["Say", "Hangup"]


def test_a_socket_that_the_gateway_closes_is_resumed(line: DevStack, phone: Phone, model: BedrockServer) -> None:
    model.script(Text("For four people."), Finish())
    model.script(Text("On Friday."), Finish())
    call = phone.dial()
    call.say("How many are we?")
    wait_until_reported(line, call)
    line.gateway.expire(line.gateway.connections[-1])
    call.wait_until(lambda one: len(one.sessions) == 2)
    assert call.say("And when?") == "On Friday."
    call.hang_up()
    assert "assistant: For four people." in lines_of(model.requests[-1].body)
    assert call.heard.count("Rosa's, good evening!") == 1


def resumed_once(call: Call) -> bool:
    return len(call.sessions) == 2 and call.outcome is None


@pytest.mark.parametrize(
    "quirks",
    [Quirks(action_copies=2), Quirks(action_delay=3.0), Quirks(action_before_close=True), Quirks(action_echo=2.0)],
    ids=["twice", "late", "before the socket's end", "once more much later"],
)
def test_callbacks_that_come_twice_late_or_early_change_nothing(
    line: DevStack, model: BedrockServer, quirks: Quirks
) -> None:
    model.script(Text("For four people."), Finish())
    model.script(Text("On Friday."), Finish())
    with line.phone(speed=10.0, quirks=quirks) as phone:
        call = phone.dial()
        call.say("How many are we?")
        wait_until_reported(line, call)
        call.drop()
        assert call.say("And when?") == "On Friday."
        assert resumed_once(call)
    assert "assistant: For four people." in lines_of(model.requests[-1].body)


@pytest.fixture
def no_disconnect(line: DevStack) -> Iterator[None]:
    """API Gateway does not promise to call `$disconnect`."""
    line.gateway.faults.copies = lambda event: 0 if event["requestContext"]["routeKey"] == "$disconnect" else 1
    yield
    line.gateway.faults.copies = lambda _: 1


@pytest.mark.usefixtures("no_disconnect")
def test_a_lost_disconnect_changes_nothing(phone: Phone, model: BedrockServer, line: DevStack) -> None:
    model.script(Text("For four people."), Finish())
    model.script(Text("On Friday."), Finish())
    call = phone.dial()
    call.say("How many are we?")
    wait_until_reported(line, call)
    call.drop()
    assert call.say("And when?") == "On Friday."
    assert "assistant: For four people." in lines_of(model.requests[-1].body)
