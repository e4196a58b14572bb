"""Several agents: a caller is passed from one to another within the call, with all that was said and stored."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions import agents
from functions.relay import Agent, Caller, PassTo, Recording, Speak, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer, lines_of
from local.models.steps import Finish, Text, Use
from tests.calls.conftest import SPEED, wait_until_reported

pytestmark = pytest.mark.slow

VOICES = {"en-US": Voice("Google", "en-US-Journey-O"), "es-ES": Voice("Google", "es-ES-Neural2-A")}


def to_billing(invoice: str, caller: Caller) -> PassTo:
    """Pass the caller to billing, with the number of their invoice."""
    caller.memory["invoice"] = invoice
    return PassTo("billing", saying="I'll get you to billing.")


def which_invoice(caller: Caller) -> str:
    """Look up which invoice this is about."""
    return f"Invoice {caller.memory['invoice']} in {caller.language}"


DESK = Agent("You are the desk.", "The desk, hello!", VOICES, tools=[to_billing], keys={"2": Speak("es-ES")})
BILLING = Agent(
    "You are billing.",
    {"en-US": "Billing, hello!", "es-ES": "Facturas, ¡hola!"},
    {"en-US": Voice("Google", "en-US-Journey-F"), "es-ES": Voice("Google", "es-ES-Neural2-B")},
    tools=[which_invoice],
)
PASSES = (Use("t1", "to_billing", ('{"invoice": "A7"}',)), Finish("tool_use"))
LOOKS = (Use("t2", "which_invoice", ("{}",)), Finish("tool_use"))


@pytest.fixture(autouse=True)
def billing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agents.AGENTS, "billing", BILLING)


def test_a_caller_is_passed_on_with_words_and_memory(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(*PASSES)
    model.script(*LOOKS)
    model.script(Text("It is paid."), Finish())
    model.script(Text("Yes."), Finish())
    with line.phone(speed=SPEED, number=answered_by(DESK)) as phone:
        call = phone.dial()
        call.speak("What about invoice A7?")
        call.hears("I'll get you to billing. Billing, hello!")
        assert call.say("What about my invoice?") == "It is paid."
        wait_until_reported(line, call)
        call.drop()
        assert call.say("Are you sure?") == "Yes."
    request = model.requests[-1].body
    assert request["system"][0]["text"] == "You are billing."
    told = lines_of(request)
    assert told[1:3] == ["assistant: The desk, hello!", "user: What about invoice A7?"]
    assert "assistant: Billing, hello!" in told
    assert "user: [= Invoice A7 in en-US]" in told
    assert [session.parameters["agent"] for session in call.sessions] == ["tested", "billing", "billing"]
    assert call.heard.count("Billing, hello!") == 1
    assert call.errors == ()


def test_a_later_agent_announces_its_recording(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "billing", replace(BILLING, recording=Recording("This is recorded.")))
    model.script(*PASSES)
    with line.phone(speed=SPEED, number=answered_by(DESK)) as phone:
        call = phone.dial()
        call.speak("What about invoice A7?")
        call.hears("I'll get you to billing. This is recorded. Billing, hello!")
    assert len(call.recordings) == 1


def test_the_language_of_the_call_goes_along(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str]
) -> None:
    model.script(*PASSES)
    with line.phone(speed=SPEED, number=answered_by(DESK)) as phone:
        call = phone.dial().wait_until_quiet()
        call.press("2")
        # The key's answer greets again, in the other language.
        call.wait_until(lambda one: one.heard.count("The desk, hello!") == 2)
        call.wait_until_quiet().speak("La factura A7.", lang="es-ES")
        call.hears("Facturas, ¡hola!")
    assert call.sessions[-1].attributes["language"] == "es-ES"


def test_a_removed_agent_leaves_the_caller_with_the_one_before(
    line: DevStack, model: BedrockServer, answered_by: Callable[[Agent], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(agents.AGENTS, "billing")
    model.script(*PASSES)
    model.script(Text("I am still here."), Finish())
    with line.phone(speed=SPEED, number=answered_by(DESK)) as phone:
        call = phone.dial()
        call.speak("What about invoice A7?")
        call.wait_until(lambda one: len(one.sessions) == 2)
        assert call.say("Hello?") == "I am still here."
