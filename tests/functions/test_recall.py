"""An agent that remembers knows the last calls of a number, and no caller waits for the table because of that."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from functions import agents
from functions.providers import price_of
from functions.relay import After, Caller
from functions.relay.counts import LimitName
from functions.relay.log.events import Announced, Entry, PassedToAgent
from functions.relay.log.keys import Key, call_log
from functions.relay.ports import LogError
from functions.relay.record.call_record import AgentVersion
from functions.relay.record.fold import record_of
from functions.relay.record.row import CallRow
from functions.relay.wire.party import mark_of
from functions.webhooks import recall
from tests.conftest import NUMBER_KEY, Aws
from tests.doubles import MemoryCounters, MemoryRecords
from tests.fixtures.agents import DEFAULT, DESK
from tests.functions.events import CALLED, webhook
from tests.relay.record.calls import PLAIN

pytestmark = pytest.mark.slow

CALLER = "+15550142"
REMEMBERS = replace(DESK, remembers=True, after=After(summary=True))
OTHER = "bookings"


@dataclass
class Kept(MemoryRecords):
    """Records whose lists can be slow or out of reach."""

    before: Any = None
    reads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def newest(self, name: str, most: int) -> tuple[CallRow, ...]:
        self.reads.append(name)
        if self.before:
            self.before()
        return super().newest(name, most)

    def call(self, summary: str, agent: str = DEFAULT, caller: str = CALLER, at: int = 0, **fields: Any) -> None:
        """Keep the record of a call."""
        record = record_of(PLAIN, lambda _: mark_of(caller, NUMBER_KEY), price_of)
        who = (AgentVersion(agent),)
        call = f"CA{uuid4().hex}"
        self.put(replace(record, call=call, began=record.began + at, agents=who, summary=summary, fields=fields))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def twiml(aws: Aws, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    module = aws.handler("twiml")
    monkeypatch.setattr(module, "deps", replace(module.deps, records=kept))
    monkeypatch.setitem(agents.AGENTS, DEFAULT, REMEMBERS)
    monkeypatch.setitem(agents.AGENTS, OTHER, DESK)
    yield module


def ring(twiml: ModuleType, caller: str = CALLER) -> Announced:
    """Let the phone ring; return how the session was announced."""
    call = f"CA{uuid4().hex}"
    form = {"CallSid": call, "From": caller, "To": CALLED, "CallStatus": "ringing"}
    assert "ConversationRelay" in twiml.handler(webhook("/voice", form), None)["body"]
    return next(one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, Announced))


def remembered(announced: Announced) -> list[str]:
    return [one.summary for one in announced.earlier]


def test_the_next_call_knows_the_last_ones(twiml: ModuleType, kept: Kept) -> None:
    kept.call("First.", name="Alma", people=None)
    kept.call("Second.", at=1)
    announced = ring(twiml)
    assert remembered(announced) == ["Second.", "First."]
    assert announced.earlier[1].fields == {"name": "Alma"}


def test_five_calls_are_remembered(twiml: ModuleType, kept: Kept) -> None:
    for number in range(9):
        kept.call(f"{number}", at=number)
    assert remembered(ring(twiml)) == ["8", "7", "6", "5", "4"]


def test_another_number_knows_nothing(twiml: ModuleType, kept: Kept) -> None:
    kept.call("Mine.")
    assert remembered(ring(twiml, "+15550143")) == []


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "sip:anonymous@example.com"])
def test_a_withheld_number_is_never_looked_up(twiml: ModuleType, kept: Kept, caller: str) -> None:
    kept.call("Somebody's.", caller="anonymous")
    assert (remembered(ring(twiml, caller)), kept.reads) == ([], [])


def test_an_agent_knows_its_own_calls_alone(twiml: ModuleType, kept: Kept) -> None:
    kept.call("The other's.", agent=OTHER)
    kept.call("Mine.")
    assert remembered(ring(twiml)) == ["Mine."]


def test_an_agent_that_does_not_ask_is_told_nothing(
    twiml: ModuleType, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, DEFAULT, DESK)
    kept.call("Mine.")
    assert (remembered(ring(twiml)), kept.reads) == ([], [])


def test_arrive_and_the_greeting_know_the_calls(
    twiml: ModuleType, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greet(caller: Caller) -> str:
        return "Welcome back!" if caller.earlier else "Hello!"

    seen: list[str] = []
    arrive = lambda caller: seen.extend(one.summary for one in caller.earlier)  # noqa: E731
    monkeypatch.setitem(agents.AGENTS, DEFAULT, replace(REMEMBERS, greeting=greet, arrive=arrive))
    kept.call("Mine.")
    assert (ring(twiml).greeting, seen) == ("Welcome back!", ["Mine."])


def test_the_table_is_read_while_the_call_is_counted(
    twiml: ModuleType, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each begins to wait for the other: one after the other, they would wait in vain."""
    reading, counting = threading.Event(), threading.Event()
    met: list[bool] = []

    class Counters(MemoryCounters):
        def admit(self, *given: Any) -> LimitName | None:
            counting.set()
            met.append(reading.wait(60))
            return super().admit(*given)

    def read() -> None:
        reading.set()
        met.append(counting.wait(60))

    kept.before = read
    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, counters=Counters()))
    kept.call("Mine.")
    assert remembered(ring(twiml)) == ["Mine."]
    assert all(met)


def late() -> None:
    time.sleep(0.2)


def out_of_reach() -> None:
    raise LogError("DynamoDB: out of reach")


@pytest.mark.parametrize("fault", [late, out_of_reach])
def test_a_table_in_trouble_costs_the_caller_nothing(
    twiml: ModuleType, kept: Kept, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(recall, "WITHIN_S", 0.01)
    kept.call("Mine.")
    kept.before = fault
    assert remembered(ring(twiml)) == []


def test_the_agent_that_gets_the_call_next_has_its_own_memory(
    twiml: ModuleType, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        agents.AGENTS, OTHER, replace(agents.AGENTS[OTHER], remembers=True, after=After(summary=True))
    )
    kept.call("The desk's.")
    kept.call("Of bookings.", agent=OTHER, at=1)
    call, passed = f"CA{uuid4().hex}", PassedToAgent("p1", OTHER)
    ring_form = {"CallSid": call, "From": CALLER, "To": CALLED, "CallStatus": "ringing"}
    twiml.handler(webhook("/voice", ring_form), None)
    twiml.log.append(call_log(call), Entry(Key(9, "m", 188), passed))
    over = {**ring_form, "Direction": "inbound", "CallStatus": "in-progress", "SessionId": "VX1"}
    handed = {**over, "SessionStatus": "ended", "HandoffData": '{"hand_off":"p1"}'}
    twiml.handler(webhook("/relay-ended", handed), None)
    found = [one.event for one in twiml.log.read(call_log(call)) if isinstance(one.event, Announced)]
    assert [(one.agent, remembered(one)) for one in found] == [(DEFAULT, ["The desk's."]), (OTHER, ["Of bookings."])]
