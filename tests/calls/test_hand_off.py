"""A caller is handed off after the last word, with a brief, and is back with the agent if no person answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.relay import Agent, EndCall, HandOff, Voice
from functions.relay.agent.hand_off import Order
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from local.phone import Answers, Call, Closed, Event, Phone, Quirks, Words

pytestmark = pytest.mark.slow

ANNA, BEN, WORKFLOW = "+15550199", "+15550198", f"workflow:WW{'0' * 32}"
BRIEF = "Alma wants to move her table to Sunday."
FAREWELL = EndCall(saying="Nobody is free. Please call us tomorrow.")
PUT_THROUGH = (
    Text("I'll put you"),
    Text(" through."),
    Use("t1", "transfer", (json.dumps({"brief": BRIEF}),)),
    Finish("tool_use"),
)
Put = Callable[[Agent], str]
SPEED = 20.0


def desk(to: str, nobody: EndCall | None = None) -> Agent:
    def transfer(brief: str) -> HandOff:
        """Pass the caller to a person, who is told the brief."""
        return HandOff("asked for a person", to=to, brief=brief, rings=5, nobody=nobody)

    return Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=[transfer])


@pytest.fixture
def handed_off(line: DevStack, model: BedrockServer, answered_by: Put) -> Callable[..., Call]:
    """Call an agent that hands the caller off. `answers` is what the dialled persons do."""

    def dial(phone: Phone, answers: Answers | tuple[Answers, ...] = "completed", **options: Any) -> Call:
        model.script(*PUT_THROUGH)
        call = phone.dial(answers=answers, **options)
        call.speak("I want to talk to Anna.")
        return call

    return dial


def team(order: Order = "in turn", **more: Any) -> Agent:
    def transfer(brief: str) -> HandOff:
        """Pass the caller to a person, who is told the brief."""
        return HandOff("asked for a person", to=[ANNA, BEN], brief=brief, rings=5, order=order, **more)

    return Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=[transfer])


def verbs(call: Call) -> list[str]:
    return [verb.name for verb in call.verbs]


def sound(call: Call) -> None:
    assert (call.errors, call.warnings) == ((), ())


def test_a_person_hears_the_brief_after_the_caller_was_told(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    events: list[Event] = []
    with line.phone(speed=SPEED, number=answered_by(desk(ANNA))) as phone:
        call = handed_off(phone, on_event=events.append).wait_until_over()
    [closed] = [number for number, event in enumerate(events) if isinstance(event, Closed)]
    assert "".join(event.text for event in events[:closed] if isinstance(event, Words)).endswith("put you through.")
    assert (call.dialed, call.whispered) == (ANNA, BRIEF)
    assert verbs(call) == ["Dial", "Hangup"]
    sound(call)


@pytest.mark.parametrize("answers", ["no-answer", "declined"])
def test_when_nobody_answers_the_agent_goes_on_with_its_memory(
    line: DevStack,
    model: BedrockServer,
    answered_by: Put,
    handed_off: Callable[..., Call],
    answers: Answers,
) -> None:
    with line.phone(speed=SPEED, number=answered_by(desk(ANNA))) as phone:
        call = handed_off(phone, answers)
        call.hears("nobody is free right now")
        model.script(Text("Sunday it is."), Finish())
        assert call.say("Then please note Sunday.") == "Sunday it is."
        call.hang_up()
    assert call.whispered == (BRIEF if answers == "declined" else "")
    assert [session.parameters["agent"] for session in call.sessions] == ["tested"] * 2
    told = lines_of(model.requests[-1].body)
    assert told[:3] == ["user: (The call begins.)", "assistant: Hello!", "user: I want to talk to Anna."]
    assert told[-2].startswith("assistant: Sorry, nobody is free right now.")
    sound(call)


def test_a_farewell_in_place_of_the_agent_ends_the_call(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    with line.phone(speed=SPEED, number=answered_by(desk(ANNA, FAREWELL))) as phone:
        call = handed_off(phone, "busy").wait_until_over()
    assert call.heard.endswith("Nobody is free. Please call us tomorrow.")
    assert verbs(call) == ["Dial", "Say", "Hangup"]
    sound(call)


def test_repeated_and_late_callbacks_change_nothing(
    line: DevStack, model: BedrockServer, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    quirks = Quirks(action_copies=2, action_echo=2.0)
    with line.phone(speed=SPEED, number=answered_by(desk(ANNA)), quirks=quirks) as phone:
        call = handed_off(phone, ("busy", "completed"))
        call.hears("nobody is free right now")
        model.script(*PUT_THROUGH)
        call.wait_until_quiet().speak("Try her once more.")
        call.wait_until_over()
    assert call.heard.count("nobody is free") == 1
    assert verbs(call) == ["Dial", "Dial", "Hangup"]
    sound(call)


def test_a_full_workflow_queue_gives_the_caller_back(
    line: DevStack, model: BedrockServer, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    with line.phone(speed=SPEED, number=answered_by(desk(WORKFLOW))) as phone:
        call = handed_off(phone, ("busy", "completed"))
        call.hears("nobody is free right now")
        model.script(*PUT_THROUGH)
        call.wait_until_quiet().speak("Try her once more.")
        call.wait_until_over()
    queued: list[Any] = [json.loads(verb.nouns[0].text) for verb in call.verbs if verb.name == "Enqueue"]
    about = {"reason": "asked for a person", "brief": BRIEF, "caller": "+15550142", "call_sid": call.sid}
    assert queued == [about, about]
    assert verbs(call) == ["Enqueue", "Enqueue", "Hangup"]
    sound(call)


def test_a_client_is_told_in_parameters(line: DevStack, answered_by: Put, handed_off: Callable[..., Call]) -> None:
    with line.phone(speed=SPEED, number=answered_by(desk("client:anna"))) as phone:
        call = handed_off(phone).wait_until_over()
    parameters = {noun.attributes["name"]: noun.attributes["value"] for noun in call.verbs[0].nouns[0].nouns[1:]}
    assert (call.dialed, parameters["brief"], parameters["call_sid"]) == ("client:anna", BRIEF, call.sid)
    sound(call)


def test_no_word_of_a_hand_off_is_in_the_log(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call], logged: Callable[[], str]
) -> None:
    before = len(logged())
    with line.phone(speed=SPEED, number=answered_by(desk(ANNA, FAREWELL))) as phone:
        handed_off(phone, "declined").wait_until_over()
    written = logged()[before:]
    assert "a hand-off ended" in written
    assert not [word for word in (ANNA, "Alma", "Sunday", "asked for", "tomorrow") if word in written]


def rung(call: Call) -> list[list[str]]:
    """Return whose phones rang, <Dial> by <Dial>."""
    return [[noun.text for noun in verb.nouns] for verb in call.verbs if verb.name == "Dial"]


@pytest.mark.parametrize(
    "first", ["machine", "says no", "presses 2", "says nothing", "declined", "busy", "no-answer"]
)
def test_the_next_person_is_called_when_one_does_not_take_the_call(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call], first: Answers
) -> None:
    with line.phone(speed=SPEED, number=answered_by(team(meanwhile="I am trying Ben."))) as phone:
        call = handed_off(phone, (first, "says yes")).wait_until_over()
    assert rung(call) == [[ANNA], [BEN]]
    assert call.heard.endswith("I am trying Ben.")
    assert BRIEF in call.whispered
    assert verbs(call) == ["Dial", "Say", "Dial", "Hangup"]
    sound(call)


def test_phones_that_ring_at_once_ring_again_when_one_declines(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    with line.phone(speed=SPEED, number=answered_by(team("at once"))) as phone:
        call = handed_off(phone, ("machine", "no-answer", "completed")).wait_until_over()
    assert rung(call) == [[ANNA, BEN], [BEN]]
    sound(call)


@pytest.mark.parametrize("order", ["in turn", "at once"])
def test_when_all_decline_the_agent_has_the_caller_back(
    line: DevStack, model: BedrockServer, answered_by: Put, handed_off: Callable[..., Call], order: Order
) -> None:
    with line.phone(speed=SPEED, number=answered_by(team(order))) as phone:
        call = handed_off(phone, ("says no", "says nothing"))
        call.hears("nobody is free right now")
        model.script(Text("Sunday it is."), Finish())
        assert call.say("Then please note Sunday.") == "Sunday it is."
        call.hang_up()
    assert lines_of(model.requests[-1].body)[2] == "user: I want to talk to Anna."
    sound(call)


def test_repeated_callbacks_call_nobody_twice(
    line: DevStack, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    quirks = Quirks(action_copies=2, action_echo=2.0)
    with line.phone(speed=SPEED, number=answered_by(team()), quirks=quirks) as phone:
        call = handed_off(phone, ("busy", "says yes")).wait_until_over()
    assert rung(call) == [[ANNA], [BEN]]
    sound(call)


def test_the_caller_is_back_with_the_agent_when_the_person_hangs_up(
    line: DevStack, model: BedrockServer, answered_by: Put, handed_off: Callable[..., Call]
) -> None:
    with line.phone(speed=SPEED, number=answered_by(team(afterwards="Anything else?"))) as phone:
        call = handed_off(phone)
        call.hears("Anything else?")
        model.script(Text("Goodbye then."), Finish())
        assert call.say("No, thank you.") == "Goodbye then."
        call.hang_up()
    sound(call)
