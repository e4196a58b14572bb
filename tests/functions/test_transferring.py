"""The webhooks of a hand-off to people who are asked, in every order in which their callbacks may come."""

from collections.abc import Callable, Mapping
from itertools import permutations
from types import ModuleType
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import pytest

from functions.relay.log.events import Entry, HandedOff, Tried, Unreached
from functions.relay.log.keys import call_log
from tests.conftest import PUBLIC_URL, Aws
from tests.fixtures.agents import DESK
from tests.functions.events import webhook
from tests.functions.test_hand_off import KEY, answered, form, hand_over, logged, verbs

pytestmark = pytest.mark.slow

ANNA, BEN = "+15550111", "+15550112"
ASKED = HandedOff("t1", "asked", ANNA, "Zoë calls.", confirm=True, others=(BEN,), meanwhile="I am trying Ben.")


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


@pytest.fixture
def call(twiml: ModuleType) -> str:
    """A call whose caller is handed off."""
    sid = f"CA{uuid4().hex}"
    answered(twiml, "/voice", form(sid, "ringing"))
    note(twiml, sid, ASKED)
    return sid


def note(twiml: ModuleType, call: str, hand_off: HandedOff) -> None:
    twiml.log.append(call_log(call), Entry(KEY, hand_off))


def query(ring: int = 0, person: int = 0, **more: str) -> str:
    told = {"hand_off": "t1", "ring": str(ring or ""), "person": str(person or ""), **more}
    return "&".join(f"{name}={value}" for name, value in told.items() if value)


class Person:
    """A person who is called: their leg, and what they do."""

    def __init__(self, twiml: ModuleType, call: str, person: int = 0, ring: int = 0) -> None:
        self.twiml, self.call, self.place, self.ring = twiml, call, person, ring
        self.leg = f"CA{uuid4().hex}"

    def answers(self) -> Element:
        return answered(self.twiml, "/whisper", self._form(), query(self.ring, self.place))

    def says(self, **reply: str) -> Element:
        return self.replies(1, reply)

    def replies(self, asked: int, reply: Mapping[str, str] = {}) -> Element:
        return answered(self.twiml, "/taken", self._form(**reply), query(self.ring, self.place, asked=str(asked)))

    def is_heard_as(self, by: str) -> Any:
        told = {"CallSid": self.leg, "AccountSid": "AC1", "AnsweredBy": by}
        return self.twiml.handler(webhook("/machine", told, query(self.ring, self.place, call=self.call)), None)

    def ends(self, status: str = "completed", bridged: str = "false", **more: str) -> Element:
        told = {"DialCallSid": self.leg, "DialCallStatus": status, "DialBridged": bridged, **more}
        return answered(self.twiml, "/dialed", form(self.call, **told), query(self.ring))

    def _form(self, **more: str) -> dict[str, str]:
        return form(self.leg, ParentCallSid=self.call, Direction="outbound-dial", **more) | {"To": ANNA}


@pytest.fixture
def anna(twiml: ModuleType, call: str) -> Person:
    return Person(twiml, call)


def connected(response: Element) -> bool:
    return verbs(response) == []


def tried(twiml: ModuleType, call: str) -> list[tuple[int, str]]:
    return [(one.person, one.how) for one in logged(twiml, call, Tried)]


def test_a_person_is_asked_in_the_agent_s_language(anna: Person) -> None:
    [gather] = anna.answers()
    assert (gather.tag, gather.attrib["input"], gather.attrib["language"]) == ("Gather", "dtmf speech", DESK.language)
    assert [say.text for say in gather] == ["Zoë calls.", DESK.phrases.take]
    assert gather.attrib["action"] == f"{PUBLIC_URL}/taken?{query(asked='1')}"


@pytest.mark.parametrize(("field", "said"), [("Digits", "1"), ("SpeechResult", "Yes.")])
def test_a_key_or_a_yes_connects(twiml: ModuleType, call: str, anna: Person, field: str, said: str) -> None:
    anna.answers()
    assert connected(anna.says(**{field: said}))
    assert verbs(anna.ends(bridged="true")) == ["Hangup"]
    assert set(tried(twiml, call)) == {(0, "answered"), (0, "taken")}
    assert logged(twiml, call, Unreached) == []


def test_who_declines_is_hung_up_on_and_the_next_phone_rings(twiml: ModuleType, call: str, anna: Person) -> None:
    anna.answers()
    assert verbs(anna.says(Digits="2")) == ["Hangup"]
    say, dial = anna.ends()
    assert (say.text, dial[0].text) == ("I am trying Ben.", BEN)
    assert dial.attrib["action"] == f"{PUBLIC_URL}/dialed?{query(ring=1)}"
    assert logged(twiml, call, Unreached) == []


def test_who_says_nothing_is_asked_once_more(twiml: ModuleType, call: str, anna: Person) -> None:
    anna.answers()
    [gather] = anna.replies(1)
    assert [say.text for say in gather] == [DESK.phrases.take]
    assert verbs(anna.replies(2)) == ["Hangup"]
    assert (0, "silent") in tried(twiml, call)


def test_after_the_last_person_the_agent_takes_the_caller_back(twiml: ModuleType, call: str, anna: Person) -> None:
    ben = Person(twiml, call, person=1, ring=1)
    anna.ends("busy")
    assert verbs(ben.ends("no-answer")) == ["Connect"]
    assert tried(twiml, call) == [(0, "busy"), (1, "no-answer")]
    assert logged(twiml, call, Unreached) == [Unreached("no-answer")]


def test_a_repeated_callback_gets_the_same_answer(twiml: ModuleType, call: str, anna: Person) -> None:
    anna.answers()
    assert connected(anna.says(Digits="1")) and connected(anna.says(Digits="1"))
    first, second = anna.ends("busy"), anna.ends("busy")
    assert verbs(first) == verbs(second) == ["Say", "Dial"]


def test_only_one_of_two_people_gets_the_caller(twiml: ModuleType, call: str) -> None:
    anna, ben = Person(twiml, call), Person(twiml, call, person=1)
    assert connected(anna.says(Digits="1"))
    say, hangup = ben.says(Digits="1")
    assert (say.text, hangup.tag) == (DESK.phrases.taken, "Hangup")


def test_phones_that_ring_at_once_ring_again_without_who_declined(twiml: ModuleType) -> None:
    sid = f"CA{uuid4().hex}"
    answered(twiml, "/voice", form(sid, "ringing"))
    note(twiml, sid, HandedOff("t1", "asked", ANNA, others=(BEN,), confirm=True, at_once=True))
    dial = hand_over(twiml, sid)
    assert [number.text for number in dial] == [ANNA, BEN]
    anna = Person(twiml, sid)
    anna.answers(), anna.says(Digits="2")
    [again] = anna.ends()
    assert [number.text for number in again] == [BEN]
    assert verbs(Person(twiml, sid, 1, ring=1).ends("no-answer")) == ["Connect"]


@pytest.mark.parametrize("order", tuple(permutations(("machine", "says yes", "ends"))), ids="-".join)
def test_a_machine_is_nobody_in_every_order(
    twiml: ModuleType, call: str, anna: Person, order: tuple[str, ...]
) -> None:
    """Only a yes before the report counts: Twilio has then connected the call."""
    acts: Mapping[str, Callable[[], Any]] = {
        "machine": lambda: anna.is_heard_as("machine_start"),
        "says yes": lambda: anna.says(SpeechResult="Hello, this is Anna, yes, leave a message."),
        "ends": anna.ends,
    }
    anna.answers()
    done = {name: acts[name]() for name in order}
    assert done["machine"] == {"statusCode": 204}
    assert verbs(done["ends"]) == ["Say", "Dial"]
    assert not connected(done["says yes"])
    assert logged(twiml, call, Unreached) == []


@pytest.mark.parametrize("order", tuple(permutations(("human", "takes", "again"))), ids="-".join)
def test_a_person_gets_the_caller_in_every_order(anna: Person, order: tuple[str, ...]) -> None:
    acts: Mapping[str, Callable[[], Any]] = {
        "human": lambda: anna.is_heard_as("human"),
        "takes": lambda: anna.says(SpeechResult="Yes."),
        "again": lambda: anna.says(SpeechResult="Yes."),
    }
    anna.answers()
    done = {name: acts[name]() for name in order}
    assert connected(done["takes"]) and connected(done["again"])


def test_a_key_beats_a_wrong_report_of_a_machine(anna: Person) -> None:
    anna.answers(), anna.is_heard_as("machine_start")
    assert connected(anna.says(Digits="1"))


def test_a_machine_that_is_asked_again_is_hung_up_on(twiml: ModuleType, call: str, anna: Person) -> None:
    anna.answers(), anna.is_heard_as("machine_start")
    assert verbs(anna.replies(1)) == ["Hangup"]
    assert (0, "machine") in tried(twiml, call)


def test_a_caller_who_hangs_up_meanwhile_is_let_go(twiml: ModuleType, call: str, anna: Person) -> None:
    anna.answers()
    assert verbs(anna.ends("completed", CallStatus="completed")) == ["Hangup"]
    assert verbs(anna.ends("completed", CallStatus="completed")) == ["Hangup"]
    assert logged(twiml, call, Unreached) == [Unreached("declined")]


def test_the_caller_is_back_when_the_person_leaves(twiml: ModuleType) -> None:
    sid = f"CA{uuid4().hex}"
    answered(twiml, "/voice", form(sid, "ringing"))
    note(twiml, sid, HandedOff("t1", "asked", ANNA, afterwards="Anything else?"))
    anna = Person(twiml, sid)
    assert verbs(anna.ends(bridged="true")) == ["Connect"]
    assert logged(twiml, sid, Unreached) == []


@pytest.mark.parametrize("path", ["/taken", "/machine"])
def test_what_twilio_did_not_sign_is_refused(twiml: ModuleType, call: str, path: str) -> None:
    told = form("CA2", ParentCallSid=call, Digits="1", AnsweredBy="machine_start")
    assert twiml.handler(webhook(path, told, query(), "forged"), None) == {"statusCode": 403}
    assert logged(twiml, call, Tried) == []


@pytest.mark.parametrize("asked", ["hand_off=t9", "hand_off=t1&person=7", ""])
def test_a_person_of_no_hand_off_hears_nothing(twiml: ModuleType, call: str, asked: str) -> None:
    leg = form("CA2", ParentCallSid=call, Digits="1")
    assert connected(answered(twiml, "/whisper", leg, asked))
    assert connected(answered(twiml, "/taken", leg, asked))
    assert logged(twiml, call, Tried) == []
