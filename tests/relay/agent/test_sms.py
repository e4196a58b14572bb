"""Text messages that tools and functions of `Agent.after` order."""

import pytest

from functions.relay.agent.caller import Caller
from functions.relay.agent.sms import MOST_SMS_CHARACTERS, Sms
from functions.relay.log.events import SmsOrdered

CALLER = Caller("+15550101", "+15550100", "CA1")


def test_a_message_goes_from_the_number_of_the_call() -> None:
    assert Sms("See you!").ordered(CALLER) == SmsOrdered("+15550101", "See you!", "+15550100")
    assert Sms("See you!", to="+15550102").ordered(CALLER).to == "+15550102"


@pytest.mark.parametrize("text", ["", "  ", "x" * (MOST_SMS_CHARACTERS + 1)])
def test_a_text_that_twilio_does_not_take_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"has {len(text)} characters; Twilio takes 1 to 1600"):
        Sms(text)


@pytest.mark.parametrize("to", ["", "555 0100", "+05550100", "sip:alma@example.com"])
def test_a_number_without_its_country_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="not a number with its country code"):
        Sms("Hi", to=to)


@pytest.mark.parametrize("number", ["", "anonymous", "client:alma", "sip:alma@example.com"])
def test_a_caller_without_a_number_gets_none(number: str) -> None:
    with pytest.raises(ValueError, match="the caller has no number"):
        Sms("Hi").ordered(Caller(number, "+15550100", "CA1"))


@pytest.mark.parametrize("called", ["client:hotline", "sip:hotline@example.com", "", "anonymous"])
def test_a_call_without_a_number_of_ours_sends_none(called: str) -> None:
    with pytest.raises(ValueError, match="no number of ours as its sender"):
        Sms("Hi", to="+15550102").ordered(Caller("+15550101", called, "CA1"))


def test_a_short_code_of_ours_sends_it() -> None:
    assert Sms("Hi").ordered(Caller("+15550101", "40404", "CA1")).sender == "40404"
