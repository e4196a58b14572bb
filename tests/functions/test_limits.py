"""The phone rings more often than the limits allow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import ModuleType
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import boto3
import pytest

from functions import agents
from functions.adapters.counters import DynamoCounters
from functions.adapters.menu import LONGEST_TALK_S
from functions.relay import HandOff, Limits, Menu, Option
from functions.relay.cost_limits import END_MARGIN_S, MICROS_PER_CENT, day_at, money_of
from functions.relay.counts import DAY_S, Seat
from functions.relay.log.events import Entry, Limited, PassedToAgent, TimePaid
from functions.relay.log.keys import Key, call_log, counter, slice_paid
from functions.relay.ports import CountersError
from tests.conftest import TABLE, Aws, LogLines
from tests.doubles import MemoryCounters
from tests.endpoint import at, refusing_url
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import AT, CALLED, CALLER, webhook

pytestmark = pytest.mark.slow

Ring = Callable[..., list[str]]


@pytest.fixture
def twiml(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = aws.handler("twiml")
    limits = Limits(caller_calls_at_once=2, caller_calls_per_day=3, calls_at_once=4)
    monkeypatch.setattr(module, "deps", replace(module.deps, counters=MemoryCounters(), limits=limits))
    return module


@pytest.fixture
def ring(twiml: ModuleType) -> Ring:
    """Let a phone ring; return the verbs of Twilio's answer."""

    def at(caller: str = CALLER, call: str = "") -> list[str]:
        form = {"CallSid": call or f"CA{uuid4().hex}", "From": caller, "To": CALLED, "Direction": "inbound"}
        return [verb.tag for verb in ElementTree.fromstring(twiml.handler(webhook("/voice", form), None)["body"])]

    return at


def over(twiml: ModuleType, call: str, caller: str = CALLER, after_s: int = 0) -> None:
    form = {"CallSid": call, "From": caller, "To": CALLED, "Direction": "inbound", "CallStatus": "completed"}
    twiml.handler(webhook("/call-status", {**form, "SequenceNumber": "3"}, at=AT + after_s * 1000), None)


def cents(twiml: ModuleType) -> float:
    """Return the counter of the day of these calls."""
    return float(twiml.deps.counters.spent[money_of(day_at(AT / 1000))]) / MICROS_PER_CENT


def test_a_caller_has_so_many_calls_at_once(ring: Ring) -> None:
    assert [ring() for _ in range(3)] == [["Connect"], ["Connect"], ["Say", "Hangup"]]
    assert ring("+15550177") == ["Connect"]


def test_a_call_that_is_over_makes_room_but_counts_for_the_day(twiml: ModuleType, ring: Ring) -> None:
    for number in range(4):
        assert ring(call=f"CA{number}") == (["Connect"] if number < 3 else ["Say", "Hangup"])
        over(twiml, f"CA{number}")


@pytest.mark.parametrize("other", ["", "anonymous", "+266696687", "sip:anonymous@example.com"])
def test_all_withheld_numbers_are_one_caller(ring: Ring, other: str) -> None:
    assert [ring("Anonymous"), ring(other), ring("Restricted")] == [["Connect"], ["Connect"], ["Say", "Hangup"]]


def test_a_person_on_whatsapp_is_the_caller_with_the_number(ring: Ring) -> None:
    other = f"whatsapp:{CALLER}"
    assert [ring(), ring(other), ring(other)] == [["Connect"], ["Connect"], ["Say", "Hangup"]]


def test_all_callers_together_have_so_many_calls(twiml: ModuleType, ring: Ring) -> None:
    callers = [f"+155501{number:02}" for number in range(5)]
    assert [ring(one) for one in callers] == [["Connect"]] * 4 + [["Say", "Hangup"]]
    over(twiml, "CAnever", callers[4])
    seat = Seat(counter("calls"), twiml.deps.limits.of("calls"))
    assert twiml.deps.counters.admit("CA9", 60, {"calls": seat}) == "calls"


def test_a_ring_told_twice_counts_once(ring: Ring) -> None:
    assert [ring(call="CA1") for _ in range(4)] == [["Connect"]] * 4


def test_a_caller_who_is_kept_out_is_not_announced(twiml: ModuleType, ring: Ring) -> None:
    call = f"CA{uuid4().hex}"
    for one in ("CAa", "CAb", call):
        ring(call=one)
    [met] = [entry.event for entry in twiml.log.read(call_log(call))]
    assert met == Limited("caller", DEFAULT, CALLER, CALLED, AT)


def test_a_caller_who_is_kept_out_goes_where_the_agent_says(
    twiml: ModuleType, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(DESK, when_limited=HandOff("busy", to="+15550190")))
    assert [ring() for _ in range(3)][-1] == ["Dial"]


PERSON = HandOff("asked", to="+15550190", minutes=60)
AGENT_S = 120
TALK_S = PERSON.rings + 60 * 60 + END_MARGIN_S


class Going:
    """A deployment that takes one call at once, of agents with two minutes. `now` is in seconds since 1970."""

    def __init__(self, twiml: ModuleType, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self._twiml, self._ring, self.call = 0, twiml, ring, f"CA{uuid4().hex}"
        counters, limits = MemoryCounters(lambda: self.now), Limits(calls_at_once=1)
        monkeypatch.setattr(twiml, "deps", replace(twiml.deps, counters=counters, limits=limits))
        self._patch = monkeypatch
        self.set()

    def set(self, **more: Any) -> None:
        self._patch.setitem(agents.AGENTS, DEFAULT, replace(DESK, minutes=AGENT_S / 60, **more))

    def begin(self) -> list[str]:
        return self._ring(call=self.call)

    def session_ends(self, **told: str) -> None:
        form = {"CallSid": self.call, "From": CALLER, "To": CALLED, "CallStatus": "in-progress", "SessionId": "VX1"}
        self._twiml.handler(webhook("/relay-ended", {**form, "Direction": "inbound", **told}), None)

    def holds_until(self, seconds: int) -> bool:
        """Return whether another call gets in from that second on, and no earlier."""
        told = []
        for self.now in (seconds - 1, seconds):
            told.append(self._ring("+15550177")[0] in ("Connect", "Dial"))
        return told == [False, True]


@pytest.fixture
def going(twiml: ModuleType, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> Going:
    return Going(twiml, ring, monkeypatch)


def test_a_call_is_at_once_for_its_agents_minutes(going: Going) -> None:
    going.begin()
    assert going.holds_until(AGENT_S + END_MARGIN_S)


def test_a_call_with_a_person_is_still_at_once(going: Going) -> None:
    going.set(arrive=lambda _: PERSON)
    assert going.begin() == ["Dial"]
    assert going.holds_until(TALK_S)


@pytest.mark.parametrize(("to", "seconds"), [(PERSON.to, TALK_S), (f"workflow:WW{'0' * 32}", DAY_S)])
def test_a_call_that_a_tool_hands_over_is_still_at_once(
    twiml: ModuleType, going: Going, to: str, seconds: int
) -> None:
    going.begin()
    handed = replace(PERSON, to=to).as_event("t1", DESK.language, DESK.phrases)
    twiml.log.append(call_log(going.call), Entry(Key(AT, "asked", 101), handed))
    going.now = 50
    going.session_ends(SessionStatus="ended", HandoffData='{"hand_off": "t1"}')
    assert going.holds_until(50 + seconds)


def test_a_call_in_a_new_session_is_still_at_once(going: Going) -> None:
    going.begin()
    going.now = 50
    going.session_ends(SessionStatus="failed", ErrorCode="64105")
    assert going.holds_until(50 + AGENT_S + END_MARGIN_S)


def test_a_call_passed_to_another_agent_is_still_at_once(
    twiml: ModuleType, going: Going, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "other", replace(DESK, minutes=5))
    going.begin()
    twiml.log.append(call_log(going.call), Entry(Key(AT, "asked", 101), PassedToAgent("t1", "other", "asked")))
    going.now = 50
    going.session_ends(SessionStatus="ended", HandoffData='{"hand_off": "t1"}')
    assert going.holds_until(50 + 5 * 60 + END_MARGIN_S)


def test_a_call_whose_agent_has_a_menu_is_at_once_for_its_talks(going: Going) -> None:
    going.set(menu=Menu([Option("bookings", to="+15550190")]))
    going.begin()
    assert going.holds_until(AGENT_S + END_MARGIN_S + LONGEST_TALK_S)


def test_a_call_with_a_person_makes_room_when_it_is_over(twiml: ModuleType, going: Going, ring: Ring) -> None:
    going.set(arrive=lambda _: PERSON)
    going.begin()
    assert ring("+15550177") == ["Say", "Hangup"]
    over(twiml, going.call)
    assert ring("+15550177") == ["Dial"]


def test_a_call_is_put_through_though_its_counter_is_lost(
    twiml: ModuleType, going: Going, monkeypatch: pytest.MonkeyPatch, written: Callable[[ModuleType], LogLines]
) -> None:
    class Lost(MemoryCounters):
        def hold(self, counter: str, call: str, seconds: int) -> None:
            raise CountersError("DynamoDB: InternalServerError")

    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, counters=Lost()))
    going.set(arrive=lambda _: PERSON)
    lines = written(twiml)
    assert going.begin() == ["Dial"]
    assert "may drop a call that still goes on" in lines.text


def test_no_counter_holds_a_number(twiml: ModuleType, ring: Ring) -> None:
    ring()
    assert CALLER not in str(twiml.deps.counters._counts)


def test_a_limit_that_cannot_be_read_accepts_no_call(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, written: Callable[[ModuleType], LogLines]
) -> None:
    module = aws.handler("twiml")
    at(monkeypatch, "DYNAMODB", refusing_url())
    counters = DynamoCounters(boto3.client("dynamodb"), TABLE)
    monkeypatch.setattr(module, "deps", replace(module.deps, counters=counters))
    lines = written(module)
    form = {"CallSid": "CA1", "From": CALLER, "To": CALLED}
    answer = ElementTree.fromstring(module.handler(webhook("/voice", form), None)["body"])
    assert [verb.tag for verb in answer] == ["Say", "Hangup"]
    assert "a webhook failed" in lines.messages[-1]


# The money of a day


def paid(twiml: ModuleType, call: str, *slices: int) -> None:
    """Have a call pay for later slices of its time, as `default` does beside its requests to the model."""
    day, micros = day_at(AT / 1000), twiml.deps.limits.micros_of_slice
    for number in slices:
        twiml.deps.counters.adjust(money_of(day), micros)
        twiml.log.append(call_log(call), Entry(slice_paid(number), TimePaid(micros, day)))


def test_a_ring_pays_for_the_first_slice_and_gets_the_rest_back(twiml: ModuleType, ring: Ring) -> None:
    assert ring(call="CA1") == ["Connect"]
    assert cents(twiml) == 2 * 9
    over(twiml, "CA1", after_s=59)
    assert cents(twiml) == 9


@pytest.mark.parametrize(("slices", "seconds", "minutes"), [((1, 2), 245, 5), ((1,), 3600, 60), ((1, 2, 3), 5, 1)])
def test_a_call_that_is_over_counts_what_it_used(
    twiml: ModuleType, ring: Ring, slices: tuple[int, ...], seconds: int, minutes: int
) -> None:
    call = f"CA{uuid4().hex}"
    ring(call=call)
    paid(twiml, call, *slices)
    over(twiml, call, after_s=seconds)
    assert cents(twiml) == minutes * 9


def test_a_ring_or_an_end_told_twice_costs_once(twiml: ModuleType, ring: Ring) -> None:
    for _ in range(3):
        ring(call="CA1")
    assert cents(twiml) == 2 * 9
    for _ in range(3):
        over(twiml, "CA1", after_s=1)
    assert cents(twiml) == 9


def test_a_call_that_the_day_has_no_money_for_is_kept_out(
    twiml: ModuleType, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(twiml.deps.limits, cents_per_day=3 * 9)
    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, limits=limits))
    assert [ring(call="CA1"), ring("+15550177", "CA2")] == [["Connect"], ["Say", "Hangup"]]
    over(twiml, "CA1")
    assert ring("+15550177", "CA3") == ["Connect"]


def test_a_hundred_rings_at_once_spend_what_is_there(
    twiml: ModuleType, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(calls_at_once=1000, cents_per_day=2 * 9 * 7 + 5)
    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, limits=limits))
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: ring(f"+1415555{number:04}"), range(100)))
    assert answers.count(["Connect"]) == 7


def test_by_default_the_day_has_money_for_all_calls_at_once() -> None:
    limits = Limits()
    assert (
        limits.micros_of_slice * (limits.calls_at_once + limits.outbound_calls_at_once) < limits.micros_per_day // 8
    )
