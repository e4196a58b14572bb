"""When nothing answers, a menu leads the caller to a person; an agent without a prompt is a menu alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, cast

import pytest

from functions.relay import Agent, CallEnding, CallRecord, HandOff, Limits, Menu, Option, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.phone import Phone
from local.phone.dialing import Answers
from tests.calls.conftest import SPEED
from tests.doubles import MemoryCounters

pytestmark = pytest.mark.slow

VOICES = {"en-US": Voice("Google", "en-US-Neural2-F")}
MENU = Menu([Option("bookings", to="+15550190"), Option("the kitchen", to="+15550191")], rounds=2)
TAPE = replace(MENU, voicemail="Please leave a message after the tone.")
CAFE = Agent("You answer the phone of a café.", "The café, hello!", VOICES, menu=MENU)
OPTIONS = "For bookings, say bookings or press one. For the kitchen, say the kitchen or press two."
AWAY = f"Sorry, our assistant can't take your call right now. {OPTIONS}"
SORRY = "Sorry, we can't take your call right now. Please try again later."

Put = Callable[[Agent], str]


@pytest.fixture
def patient(line: DevStack) -> Iterator[Phone]:
    """A phone whose number has a fallback. In a menu it waits for the caller, however busy the machine is."""
    with line.phone(speed=SPEED, fallback="/fallback", patient=True) as one:
        yield one


@pytest.fixture
def break_webhooks(line: DevStack) -> Iterator[Callable[[], None]]:
    """Let the function `twiml` fail as one does that cannot be loaded."""
    modules = dict(line.modules)

    class Broken:
        @staticmethod
        def handler(event: object, context: object) -> dict[str, int]:
            """Answer as API Gateway does for a function that cannot be loaded."""
            return {"statusCode": 500}

    yield lambda: line.put({**modules, "twiml": cast(ModuleType, Broken)})
    line.put(modules)


def record_of(line: DevStack, call: Any) -> CallRecord:
    """Return the record of a call that is over."""
    assert line.gateway.settled()
    line.follow_up(call.sid)
    after: Any = line.modules["after"]
    record: CallRecord = after.deps.records.get(call.sid)
    return record


def names(call: Any) -> list[str]:
    return [verb.name for verb in call.verbs]


@pytest.mark.parametrize("by", ["word", "key"])
def test_a_failed_webhook_leads_to_a_person(
    patient: Phone, answered_by: Put, break_webhooks: Callable[[], None], by: str
) -> None:
    break_webhooks()
    call = patient.dial(number=answered_by(CAFE))
    assert call.heard == AWAY
    if by == "word":
        assert call.say("The kitchen, please.") == "One moment, I'll put you through."
    else:
        call.press("2")
    call.wait_until_over()
    assert call.dialed == "+15550191"
    assert names(call) == ["Gather", "Say", "Dial", "Hangup"]
    # The webhook that rings, and the report on who took the call.
    assert [error.code for error in call.errors] == [11200, 11200]
    assert call.warnings == ()


def test_a_webhook_that_fails_in_a_call_leads_there_too(
    patient: Phone, model: BedrockServer, answered_by: Put, break_webhooks: Callable[[], None]
) -> None:
    call = patient.dial(number=answered_by(CAFE))
    break_webhooks()
    call.drop()
    assert call.heard == f"The café, hello! {AWAY}"
    call.press("1")
    assert call.wait_until_over().dialed == "+15550190"


def test_a_fourth_lost_socket_leads_to_the_menu(
    line: DevStack, patient: Phone, model: BedrockServer, answered_by: Put
) -> None:
    call = patient.dial(number=answered_by(CAFE))
    for _ in range(4):
        call.drop()
    assert call.heard.endswith(AWAY)
    call.say("Bookings.")
    assert call.wait_until_over().dialed == "+15550190"
    assert call.warnings == ()
    record = record_of(line, call)
    assert (record.ending, record.hand_offs[0].to) == (CallEnding.HANDED_OFF, "+15550190")


def test_a_message_after_lost_sockets_is_the_call_s_ending(
    line: DevStack, model: BedrockServer, answered_by: Put
) -> None:
    with line.phone(speed=100.0, fallback="/fallback", patient=True) as phone:
        call = phone.dial(number=answered_by(replace(CAFE, menu=replace(TAPE, rounds=1))))
        for _ in range(4):
            call.drop()
        call.press("9")
        call.hears("after the tone.")
        assert call.say("This is Alma.") == "Goodbye!"
        call.wait_until_over()
    record = record_of(line, call)
    assert record.ending == CallEnding.VOICEMAIL
    assert [(one.status, one.message) for one in record.recordings] == [("completed", True)]


def test_a_caller_who_hangs_up_in_the_menu_ended_there(
    line: DevStack, patient: Phone, model: BedrockServer, answered_by: Put
) -> None:
    call = patient.dial(number=answered_by(CAFE))
    for _ in range(4):
        call.drop()
    call.hang_up()
    assert record_of(line, call).ending == CallEnding.MENU


@pytest.fixture
def limited(line: DevStack, monkeypatch: pytest.MonkeyPatch) -> None:
    twiml: Any = line.modules["twiml"]
    limits = replace(twiml.deps, counters=MemoryCounters(), limits=Limits(calls_at_once=1, calls_per_day=1))
    monkeypatch.setattr(twiml, "deps", limits)


@pytest.mark.usefixtures("limited")
def test_a_caller_who_reaches_a_limit_gets_the_menu(
    line: DevStack, patient: Phone, model: BedrockServer, answered_by: Put
) -> None:
    number = answered_by(CAFE)
    patient.dial(number=number).hang_up()
    call = patient.dial(number=number)
    assert call.heard == AWAY
    call.hang_up()
    record = record_of(line, call)
    assert (record.ending, record.limits) == (CallEnding.MENU, ("calls",))


@pytest.mark.usefixtures("limited")
def test_a_hand_off_at_a_limit_comes_before_the_menu(patient: Phone, model: BedrockServer, answered_by: Put) -> None:
    number = answered_by(replace(CAFE, when_limited=HandOff("busy", to="+15550192")))
    patient.dial(number=number).hang_up()
    assert patient.dial(number=number).wait_until_over().dialed == "+15550192"


def test_an_unreachable_table_leads_to_the_menu(
    line: DevStack, patient: Phone, answered_by: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    twiml: Any = line.modules["twiml"]

    class Unplugged:
        def append(self, *_: object) -> bool:
            raise ConnectionError("the table")

        read = append

    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, log=cast(Any, Unplugged())))
    call = patient.dial(number=answered_by(CAFE))
    assert call.heard == AWAY
    call.press("2")
    assert call.wait_until_over().dialed == "+15550191"


def test_a_silent_caller_hears_so_many_rounds_and_a_goodbye(patient: Phone, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="")))
    assert call.heard == f"The café, hello! {OPTIONS}"
    call.stay_silent(5)
    call.hears(f"Sorry, I didn't catch that. Could you say it again? {OPTIONS}")
    call.stay_silent(5)
    assert call.wait_until_over().heard.endswith(SORRY)
    assert names(call) == ["Gather", "Redirect", "Gather", "Redirect", "Say", "Hangup"]


def test_a_wrong_key_and_unknown_words_count_as_rounds(patient: Phone, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="")))
    call.say("Where are you?")
    call.press("9")
    assert call.wait_until_over().heard.endswith(SORRY)


@pytest.mark.parametrize("answers", ["no-answer", "busy"])
def test_a_message_for_nobody_joins_the_record_of_the_call(
    line: DevStack, answered_by: Put, answers: Answers
) -> None:
    with line.phone(speed=100.0, fallback="/fallback", patient=True) as phone:
        call = phone.dial(number=answered_by(replace(CAFE, prompt="", menu=TAPE)), answers=answers)
        call.press("1")
        call.hears("Please leave a message after the tone.")
        assert call.say("This is Alma. I come at nine.") == "Goodbye!"
        call.wait_until_over()
    record = record_of(line, call)
    assert record.ending == CallEnding.VOICEMAIL
    assert [(one.status, one.seconds > 0) for one in record.recordings] == [("completed", True)]


def test_an_empty_message_is_followed_by_a_goodbye(patient: Phone, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="", menu=replace(TAPE, rounds=1))))
    call.stay_silent(5)
    call.hears("after the tone.")
    call.stay_silent(5)
    assert call.wait_until_over().heard.endswith("Goodbye!")


def test_who_hangs_up_in_a_menu_is_gone(patient: Phone, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="")))
    call.hang_up()
    assert call.outcome == "completed"


def test_a_menu_alone_asks_no_model(patient: Phone, model: BedrockServer, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="", discloses_ai=True)))
    assert call.heard == f"You are speaking with an automated assistant. The café, hello! {OPTIONS}"
    call.say("bookings")
    assert call.wait_until_over().dialed == "+15550190"
    assert model.requests == []
    assert call.sessions == ()


def test_the_record_says_who_took_the_call(line: DevStack, patient: Phone, answered_by: Put) -> None:
    call = patient.dial(number=answered_by(replace(CAFE, prompt="")))
    call.press("2")
    call.wait_until_over()
    record = record_of(line, call)
    assert record.ending == CallEnding.HANDED_OFF
    assert [(one.reason, one.to, one.reached) for one in record.hand_offs] == [("menu", "+15550191", True)]


def test_a_stranger_cannot_ask_a_menu(line: DevStack, answered_by: Put) -> None:
    number = answered_by(replace(CAFE, prompt=""))

    def forged(url: str, form: Any) -> str | None:
        return None if "/menu" in url else signer(url, form)

    with line.phone(speed=SPEED, patient=True) as own:
        signer = own._setting.wire._sign
    with line.phone(speed=SPEED, patient=True, fallback="/fallback", sign=forged) as phone:
        call = phone.dial(number=number)
        call.press("1")
        assert call.wait_until_over().heard.endswith(SORRY)
    assert call.dialed is None
