"""Tells others of a call that is over, each once, even if a reminder comes twice or a delivery fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.follow_up.claim import once
from functions.follow_up.deliver import FollowUpError, deliver
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder
from functions.providers import price_of
from functions.relay import Agent, AgentError, Caller, CallRecord
from functions.relay.log.events import Entry, FollowUpClaimed
from functions.relay.log.keys import Key, call_log
from functions.relay.record.call_record import AgentVersion
from functions.relay.record.fold import record_of
from tests.doubles import MemoryLog, MemoryRecords
from tests.fixtures.agents import DESK
from tests.follow_up.scene import Notes
from tests.relay.record.calls import CALL, CALLER, PLAIN

RECORD = record_of(PLAIN, str, price_of)


@dataclass
class Told:
    """The port `Outlet`, and a function of an agent: keeps what it is told; fails so often first."""

    name: str = "event"
    fails: int = 0
    records: list[CallRecord] = field(default_factory=list)

    def tell(self, record: CallRecord) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("secret words")
        self.records.append(record)


def deps(*outlets: Told, after: tuple[Callable[..., Any], ...] = (), log: MemoryLog | None = None) -> FollowUpDeps:
    agents = {"rosa": replace(DESK, after=after)}
    ports = (log or MemoryLog(), MemoryRecords(), Notes())
    return FollowUpDeps(*ports, lambda: str, price_of, agents, outlets, lambda name: f"the {name}")


def follow(given: FollowUpDeps, record: CallRecord, by: str) -> None:
    """Tell others as a note does, if it is the one that follows the call up."""

    def work() -> str:
        deliver(given, record)
        return "told"

    once(given, record.call, FollowUpReminder(call_log(record.call), 60, by), work)


def test_each_outlet_and_function_gets_the_record() -> None:
    event, team = Told(), Told()

    def tell_team(record: CallRecord) -> None:
        team.tell(record)

    follow(deps(event, after=(tell_team,)), RECORD, "1")
    assert event.records == team.records == [RECORD]


def test_a_function_gets_the_caller_if_it_asks_for_one() -> None:
    seen: list[tuple[str, str, str]] = []

    def note(record: CallRecord, caller: Caller) -> None:
        seen.append((caller.number, caller.call, caller.secret("crm-token")))

    follow(deps(after=(note,)), RECORD, "1")
    assert seen == [(CALLER, CALL, "the crm-token")]


def test_many_notes_at_once_tell_once() -> None:
    event = Told()
    given = deps(event)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: follow(given, RECORD, str(number)), range(20)))
    follow(given, RECORD, "0")
    assert len(event.records) == 1


def test_what_failed_is_tried_again_and_nothing_else() -> None:
    event, webhook, told = Told(), Told("webhook", fails=1), list[str]()

    def tell_team(record: CallRecord) -> None:
        told.append(record.call)

    given = deps(event, webhook, after=(tell_team,))
    with pytest.raises(FollowUpError, match=r"^What follows a call failed: webhook\.$"):
        follow(given, RECORD, "1")
    follow(given, RECORD, "2")
    assert (len(event.records), len(webhook.records), told) == (1, 0, [CALL])
    follow(given, RECORD, "1")
    follow(given, RECORD, "1")
    assert (len(event.records), len(webhook.records), told) == (1, 1, [CALL])


def test_a_failure_tells_no_words(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(FollowUpError):
        follow(deps(Told(fails=9)), RECORD, "1")
    assert "event failed after a call" in caplog.text
    assert "secret words" not in caplog.text


def test_a_function_that_exits_does_not_end_the_others() -> None:
    def leave(record: CallRecord) -> None:
        raise SystemExit

    told = list[str]()

    def stay(record: CallRecord) -> None:
        told.append(record.call)

    with pytest.raises(FollowUpError, match=r"rosa\.leave"):
        follow(deps(after=(leave, stay)), RECORD, "1")
    assert told == [CALL]


def test_functions_of_all_agents_of_the_call_run_once() -> None:
    told = list[str]()

    def note(record: CallRecord) -> None:
        told.append(record.agent)

    passed = replace(RECORD, agents=(AgentVersion("rosa", "1"), AgentVersion("gone"), AgentVersion("rosa", "2")))
    follow(deps(after=(note,)), passed, "1")
    assert told == ["rosa"]


# What is refused at import


async def waits(record: CallRecord) -> None: ...


def takes_two(record: CallRecord, more: str) -> None: ...


def takes_none() -> None: ...


def same(record: CallRecord) -> None: ...


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (same, "write a list of functions"),
        ("same", "write a list of functions"),
        (["same"], "write a function of a CallRecord"),
        ([waits], "waits in Agent.after is async"),
        ([takes_two], "takes_two in Agent.after does not take a CallRecord alone"),
        ([takes_none], "takes_none in Agent.after does not take a CallRecord alone"),
        ([same, same], "two functions named same"),
    ],
)
def test_what_cannot_follow_a_call_is_refused(after: Any, fault: str) -> None:
    with pytest.raises(AgentError, match=fault):
        Agent("Be brief.", "Hello!", DESK.voices, after=after)


def test_a_fault_of_a_function_names_its_line() -> None:
    line = takes_two.__code__.co_firstlineno
    with pytest.raises(AgentError, match=rf"tests/follow_up/test_deliver.py:{line}: takes_two"):
        Agent("Be brief.", "Hello!", DESK.voices, after=[takes_two])


class KilledError(BaseException):
    """Lambda has killed the invocation: its time was up."""


def test_a_function_that_never_returns_keeps_no_other_from_running() -> None:
    told, log = list[str](), MemoryLog()

    def hang(record: CallRecord) -> None:
        raise KilledError

    def hang_too(record: CallRecord) -> None:
        raise KilledError

    def tell(record: CallRecord) -> None:
        told.append("tell")

    def write(record: CallRecord) -> None:
        told.append("write")

    given = deps(after=(hang, tell, hang_too, write), log=log)
    for number in range(4):
        claim = Entry(Key(0, f"claim{number}"), FollowUpClaimed("1"))
        log.append(call_log(CALL), claim)
        with pytest.raises(KilledError):
            deliver(given, RECORD)
    assert sorted(told) == ["tell", "write"]
