"""The helpline: callers call it."""

import pytest

from local.testing import AgentPhone, Script

pytestmark = pytest.mark.slow


def test_an_outage_is_reported(phone: AgentPhone, model: Script) -> None:
    model.calls("report_outage", street="Elm Street")
    model.says("It is noted, and a crew is told.")
    call = phone.dial("helpline").speaks("en-US").hears("Lumen helpline")
    call.say("There is no power in Elm Street.").calls_tool("report_outage", street="Elm Street").hears("a crew")


def test_a_reading_is_keyed_in_and_the_model_never_gets_it(phone: AgentPhone, model: Script) -> None:
    model.calls("meter_reading")
    model.says("Thank you, it is taken.")
    call = phone.dial("helpline")
    call.say("I have my meter reading.").hears("key in your meter reading")
    call.presses("80417#").hears("it is taken")
    assert "[= The reading is taken.]" in model.asked[-1][-1]
    assert "80417" not in str(model.asked)


def test_a_reading_that_no_meter_shows_is_asked_for_again(phone: AgentPhone, model: Script) -> None:
    model.calls("meter_reading")
    model.says("A reading has four to seven digits. Once more, please.")
    phone.dial("helpline").say("My meter reading, please.").presses("12#").hears("Once more")
    assert "[= A reading has 4 to 7 digits." in model.asked[-1][-1]


def test_a_reading_that_is_not_keyed_in_is_waited_for_and_given_up(phone: AgentPhone, model: Script) -> None:
    model.calls("meter_reading")
    model.says("No matter, call again when you have it.")
    asked = phone.dial("helpline").say("My meter reading, please.").hears("key in")
    asked.stays_silent(seconds=14).hears_nothing()
    asked.stays_silent(seconds=20).hears("No matter")


def test_two_is_spanish_and_one_is_english_again(phone: AgentPhone, model: Script) -> None:
    model.says("Claro que sí.")
    call = phone.dial("helpline")
    call.presses("2").speaks("es-ES").hears("¿En qué puedo ayudarle?")
    call.say("¿Me puede ayudar?", lang="es-ES").hears("Claro")
    call.presses("1").speaks("en-US").hears("What can I do for you?")


def test_zero_is_a_person(phone: AgentPhone) -> None:
    phone.dial("helpline").presses("0").hands_off(to="+15550100")


def test_who_smells_gas_is_put_through(phone: AgentPhone, model: Script) -> None:
    model.says("Please leave the house.").and_calls("transfer_to_human", reason="smells gas")
    phone.dial("helpline").say("I smell gas!").hears("leave the house").hands_off(to="+15550100")


def test_no_caller_is_left_waiting_in_silence(phone: AgentPhone) -> None:
    call = phone.dial("helpline")
    call.stays_silent(seconds=7).hears_nothing()
    call.stays_silent(seconds=2).hears("Are you still there?")
    call.stays_silent(seconds=30).hears("Goodbye").says_goodbye()
