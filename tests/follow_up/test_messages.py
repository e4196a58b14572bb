"""Text messages that tools and functions order: each is sent at most once, and the record says what became of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.follow_up.calls import check
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.messages import MOST_MESSAGES
from functions.follow_up.reminder import FollowUpReminder
from functions.providers import price_of
from functions.relay import Caller, CallRecord, Sms, ToolError, tool
from functions.relay.log.events import Entry, SmsClaimed, SmsOrdered
from functions.relay.log.keys import Key, call_log
from functions.relay.ports import DeclinedError, Messenger
from functions.relay.record.call_record import SmsRecord
from tests.doubles import ListRecorder
from tests.fixtures.agents import DESK
from tests.follow_up.scene import OPEN, Scene
from tests.relay.record.calls import CALL, CALLED, CALLER, PLAIN, TALK, session

ORDER = SmsOrdered(CALLER, "Friday at 19:30.", CALLED)


@dataclass
class Twilio:
    """The port `Messenger` that keeps what it sends, or refuses it."""

    refuses: str = ""
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, to: str, sender: str, text: str) -> str:
        if self.refuses:
            raise DeclinedError(self.refuses)
        self.sent.append((to, sender, text))
        return f"SM{len(self.sent)}"


@dataclass
class Texting(Scene):
    """A call in which messages are ordered."""

    twilio: Twilio = field(default_factory=Twilio)
    after: tuple[Callable[..., Any], ...] = ()
    opted_out: tuple[str, ...] = ()

    @property
    def deps(self) -> FollowUpDeps:
        ports = (self.log, self.records, self.notes)
        agents = {"rosa": replace(DESK, after=self.after)}

        def messenger() -> Messenger:
            return self.twilio

        return FollowUpDeps(
            *ports, lambda: str, price_of, agents, messenger=messenger, opted_out=self.opted_out.__contains__
        )

    def order(self, *orders: SmsOrdered) -> "Texting":
        for number, order in enumerate(orders):
            self.log.append(call_log(CALL), Entry(Key(5, f"m{number}", 101), order))
        return self


def over(*orders: SmsOrdered, **given: Any) -> Texting:
    scene = Texting(**given)
    scene.put(PLAIN)
    return scene.order(*orders)


def test_a_message_is_sent_while_the_call_goes_on() -> None:
    scene = Texting()
    scene.put(replace(OPEN, sessions=(session(*TALK[:-1]),)))
    assert scene.order(ORDER).check(waited=0) == "goes on"
    assert scene.twilio.sent == [(CALLER, CALLED, "Friday at 19:30.")]


def test_many_notes_at_once_send_once() -> None:
    scene = over(ORDER)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: check(scene.deps, FollowUpReminder(call_log(CALL), 5, str(number))), range(20)))
    assert len(scene.twilio.sent) == 1


def test_the_record_holds_the_message() -> None:
    scene = over(ORDER)
    scene.check()
    assert scene.record.messages == (SmsRecord(CALLER, "Friday at 19:30.", "SM1"),)
    assert scene.record.errors == ()


def test_the_record_says_why_a_message_was_not_sent() -> None:
    scene = over(ORDER, twilio=Twilio(refuses="Twilio 21610"))
    scene.check()
    assert scene.record.errors == ("a text message was not sent: Twilio 21610",)


def test_a_number_that_wants_no_calls_gets_no_message() -> None:
    scene = over(ORDER, opted_out=(CALLER,))
    scene.check()
    assert (scene.twilio.sent, scene.record.messages[0].error) == ([], "the number has opted out")


def test_a_call_sends_so_many_messages() -> None:
    scene = over(*[replace(ORDER, text=f"{number}") for number in range(MOST_MESSAGES + 2)])
    scene.check()
    assert [text for *_, text in scene.twilio.sent] == [f"{number}" for number in range(MOST_MESSAGES)]
    assert len(scene.record.errors) == 2


def test_a_call_to_an_address_has_no_number_to_send_from() -> None:
    scene = over(replace(ORDER, sender="sip:desk@example.com"))
    scene.check()
    assert scene.twilio.sent == []


def test_a_message_whose_sender_died_is_not_sent_again() -> None:
    scene = over(ORDER)
    key = str(Key(5, "m0", 101))
    scene.log.append(call_log(CALL), Entry(Key(0, f"sms/{key}/claim"), SmsClaimed(key)))
    scene.check()
    assert scene.twilio.sent == []
    assert scene.record.messages[0].error == "it is not known whether it was sent"


def test_a_function_after_the_call_may_send_messages() -> None:
    def confirm(record: CallRecord) -> list[Sms]:
        return [Sms(f"{record.ending}"), Sms("To the team.", to="+15550177")]

    scene = over(after=(confirm,))
    scene.check()
    scene.check()
    assert [(to, text) for to, _, text in scene.twilio.sent] == [
        (CALLER, "caller hung up"),
        ("+15550177", "To the team."),
    ]
    assert [one.sid for one in scene.record.messages] == ["SM1", "SM2"]


# What a tool returns


def confirm() -> Sms:
    """Confirm by text message."""
    return Sms("Friday at 19:30.")


def test_a_tool_orders_a_message_to_the_caller() -> None:
    recorder = ListRecorder()
    caller = Caller(CALLER, CALLED, CALL)
    answer = tool(confirm).run("{}", caller, recorder)
    assert (answer, recorder.recorded) == ("A text message is on its way.", [(CALL, ORDER)])


def test_a_withheld_caller_gets_no_message_and_the_model_is_told() -> None:
    with pytest.raises(ToolError, match="the caller has no number"):
        tool(confirm).run("{}", Caller("anonymous", CALLED, CALL))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"text": " "}, "1 to 1600"),
        ({"text": "x" * 1601}, "has 1601 characters"),
        ({"text": "x", "to": "0800 123"}, "country code"),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(given: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Sms(**given)
