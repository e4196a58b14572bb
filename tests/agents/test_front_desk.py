"""Rosa's front desk: callers call it."""

import pytest

from local.testing import AgentPhone, Script


def test_a_caller_hears_their_booking(phone: AgentPhone, model: Script) -> None:
    model.calls("find_booking", reference="K4T9")
    model.says("Your table for four is on Friday at eight.")
    call = phone.dial("front_desk").hears("How can I help?")
    call.say("What about booking K4T9?").calls_tool("find_booking", reference="K4T9").hears("Friday at eight")


@pytest.mark.parametrize(("name", "told"), [("alma", True), ("Iris", False), ("", False)])
def test_only_a_caller_who_says_the_name_is_told_it(phone: AgentPhone, model: Script, name: str, told: bool) -> None:
    model.calls("find_booking", reference="K4T9", name=name)
    model.says("On Friday at eight.")
    [found] = phone.dial(caller="+15550142").say("What about booking K4T9?").tools
    assert ("Alma" in found.answer) == told


def test_an_unknown_reference_is_spelled_once_more(phone: AgentPhone, model: Script) -> None:
    model.calls("find_booking", reference="X0X0")
    model.says("I cannot find that. Could you spell it once more?")
    answer = phone.dial().say("I booked under X0X0.").hears("spell it once more")
    [found] = answer.tools
    assert (found.failed, found.answer) == (True, "There is no booking X0X0. Ask the caller to spell it once more.")


def test_who_asks_for_a_person_is_put_through(phone: AgentPhone, model: Script) -> None:
    model.says("Of course.").and_calls("transfer_to_human", reason="asked for one")
    phone.dial().say("Can I talk to a human?").hears("Of course").hands_off(to="+15550100")


def test_goodbye_ends_the_call(phone: AgentPhone, model: Script) -> None:
    model.calls("say_goodbye")
    phone.dial().say("That was all, goodbye.").hears("Thank you for calling Rosa's").says_goodbye()


def test_a_caller_who_breaks_in_is_answered_at_once(phone: AgentPhone, model: Script) -> None:
    model.says("We have pasta with clams. We have pasta with mushrooms. We have tiramisu. We have a cheese plate.")
    model.says("Yes, the clams are fresh.")
    call = phone.dial()
    call.speak("What is on the menu?").interrupts("Wait, are the clams fresh?", after="clams.").hears("fresh")
    call.does_not_hear("cheese plate")
    assert "cheese plate" not in " ".join(model.asked[-1])


@pytest.mark.live
def test_a_real_model_finds_the_booking(phone: AgentPhone) -> None:
    call = phone.dial()
    call.say("Hello, which day is my table? The reference is K4T9.").calls_tool("find_booking").hears("Friday")
