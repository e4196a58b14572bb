"""The phone rings more often than the limits allow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import ModuleType
from uuid import uuid4
from xml.etree import ElementTree

import boto3
import pytest

from functions import agents
from functions.adapters.counters import DynamoCounters
from functions.relay import HandOff, Limits
from functions.relay.counts import Admission
from functions.relay.limits import MICROS_PER_CENT, day_at, money_of
from functions.relay.log.events import Entry, Limited, TimePaid
from functions.relay.log.keys import call_log, counter, slice_paid
from tests.conftest import TABLE, Aws, LogLines
from tests.doubles import MemoryCounters
from tests.endpoint import at, refusing_url
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import AT, CALLED, CALLER, webhook

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
    again = twiml.deps.counters.admit(counter("calls"), twiml.deps.limits.of("calls"), "CA9", 60)
    assert again is Admission.FULL


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
