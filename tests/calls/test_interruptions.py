"""Interruptions: what is heard, what is sent after them, and what the model is told."""

from collections.abc import Callable

import pytest

from functions.relay import Agent, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text
from local.phone import Call, Phone

pytestmark = pytest.mark.slow

SENTENCES = tuple(Text(f" This is sentence number {number} of the answer.") for number in range(1, 13))
TOO_LATE_S = 0.15


def test_while_the_answer_streams_nothing_stale_is_sent(phone: Phone, model: BedrockServer) -> None:
    model.between = 0.1
    model.script(*SENTENCES, Finish())
    model.script(Text("Certainly."), Finish())
    call = phone.dial()
    call.speak("Tell me everything.")
    answer = call.interrupt("Stop, please.", after="number two")
    assert answer.endswith("Certainly.")
    assert late_texts(call) == []
    assert model.requests[0].left.wait(5), "the model's stream was not closed"
    assert heard_matches_history(call, model)


def test_history_of_a_streamed_answer_ends_at_the_interruption(phone: Phone, model: BedrockServer) -> None:
    model.script(*SENTENCES, Finish())
    model.script(Text("Certainly."), Finish())
    call = phone.dial()
    call.speak("Tell me everything.")
    call.wait_until(lambda one: one.frames[-1].message.get("type") != "prompt" and cycle_closed(one))
    call.interrupt("Stop, please.", after="number two")
    assert heard_matches_history(call, model)
    assert "number twelve" not in call.heard


def test_during_the_greeting_only_what_was_heard_of_it_is_history(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    greeting = "Rosa's, good evening! " + "Tonight we have soup, fresh bread and fish. " * 30 + "How can I help?"
    model.script(Text("Yes?"), Finish())
    with line.phone(
        speed=10.0, number=answered_by(Agent("Answer.", greeting, {"en-US": Voice("Google", "en-US-Journey-O")}))
    ) as phone:
        call = phone.dial(listen=False)
        call.hears("Rosa's")
        assert call.interrupt("Hello!", after="good") == "Yes?"
    told = lines_of(model.requests[0].body)
    assert told[0] == "user: (The call begins.)"
    heard = told[1].removeprefix("assistant: ")
    assert heard.startswith("Rosa's") and greeting.startswith(heard) and len(heard) < len(greeting)
    assert told[2:] == ["user: Hello!"]


def test_with_partial_prompts_the_words_reach_the_model_once(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    agent = Agent(
        "Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O")}, partial_prompts=True, speculates=False
    )
    model.script(Text("Noted."), Finish())
    with line.phone(speed=10.0, number=answered_by(agent)) as phone:
        call = phone.dial()
        assert call.say("Please move my table from Friday evening to Sunday at noon.") == "Noted."
    partials = [one for one in call.frames if one.message.get("type") == "prompt" and not one.message["last"]]
    assert len(partials) >= 3
    assert len(model.requests) == 1
    assert lines_of(model.requests[0].body)[-1] == "user: Please move my table from Friday evening to Sunday at noon."


def late_texts(call: Call) -> list[str]:
    """Return the words of the old answer that were sent too late after the interruption, before the next prompt."""
    interrupted = next(one.at for one in call.frames if one.message.get("type") == "interrupt")
    asked = [one.at for one in call.frames if one.message.get("type") == "prompt"]
    until = next((at for at in asked if at > interrupted), float("inf"))
    texts = [one for one in call.frames if one.sender == "app" and one.message["type"] == "text"]
    return [one.data for one in texts if interrupted + TOO_LATE_S < one.at < until]


def heard_matches_history(call: Call, model: BedrockServer) -> bool:
    """Return whether the model was told exactly what the caller had heard before the newest answer."""
    told = [
        line.removeprefix("assistant:") for line in lines_of(model.requests[-1].body) if line.startswith("assistant:")
    ]
    heard = call.heard.removesuffix(call.turns[-1].heard)
    return bare("".join(told)) == bare(heard)


def bare(text: str) -> str:
    return "".join(text.split())


def cycle_closed(call: Call) -> bool:
    texts = [one.message for one in call.frames if one.sender == "app"]
    return bool(texts) and bool(texts[-1].get("last"))
