"""The reminder: it calls people."""

import pytest

from local.testing import AgentPhone, Script

PARAMETERS = {"name": "Alma Reyes", "when": "Tuesday at ten"}


def test_a_patient_who_will_come_is_thanked(phone: AgentPhone, model: Script) -> None:
    model.calls("appointment")
    model.says("Alma Reyes, you have an appointment on Tuesday at ten. Will you come?")
    model.calls("confirm")
    call = phone.called_by("reminder", parameters=PARAMETERS).hears("Who am I speaking to?")
    [found] = call.say("This is Alma.").hears("Tuesday at ten").tools
    assert found.answer == "For Alma Reyes: Tuesday at ten."
    call.say("Yes, I will.").calls_tool("confirm").hears("We look forward to seeing you").says_goodbye()


def test_who_cannot_come_is_called_again(phone: AgentPhone, model: Script) -> None:
    model.calls("call_off", reason="travels")
    call = phone.called_by("reminder", parameters=PARAMETERS)
    call.say("I am away on Tuesday.").calls_tool("call_off", reason="travels").hears("another day").says_goodbye()


def test_a_person_who_asks_for_it_is_not_called_any_more(phone: AgentPhone, model: Script) -> None:
    model.calls("opt_out")
    model.says("You will not be called any more.")
    call = phone.called_by("reminder", parameters=PARAMETERS, number="+12125550199")
    call.say("Stop calling me!").calls_tool("opt_out").hears("not be called any more")
    call.hangs_up()
    with pytest.raises(ValueError, match="asked not to be called"):
        phone.called_by("reminder", number="+12125550199")


def test_a_machine_is_told_nothing_about_anybody(phone: AgentPhone) -> None:
    call = phone.called_by("reminder", parameters=PARAMETERS, answered_by="machine").says_goodbye()
    call.hears("Please call us back").does_not_hear("Alma", "Tuesday")
