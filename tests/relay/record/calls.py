"""Logs of calls for tests of their records, built as the handlers write them."""

from dataclasses import replace

from functions.providers import price_of
from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Closed,
    EndClaimed,
    Ending,
    Entry,
    Event,
    HandedOff,
    Ordered,
    Progressed,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    ToolCalled,
    ToolReturned,
    Unreached,
)
from functions.relay.log.keys import END_CLAIM, OPENING, Key, Slot, announcement
from functions.relay.record.call_record import CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.logs import CallLogs, SessionLog
from functions.relay.wire.messages import Info, Prompt, Setup
from functions.relay.wire.model import Usage

CALL, CALLER, CALLED = "CA1", "+15550101", "+15550100"
BEGAN = 1_763_610_000_000
MODEL = "bedrock:eu.anthropic.claude-haiku-5-5"


def frame(ms: int, event: Event, message: str = "") -> Entry:
    """Return an entry at so many milliseconds of the call."""
    return Entry(Key(BEGAN + ms, message or f"m{ms}"), event)


def under(ms: int, slot: int, event: Event) -> Entry:
    """Return what the agent did in the turn of that moment."""
    return Entry(Key(BEGAN + ms, f"m{ms}", slot), event)


def answer(ms: int, text: str, how: Ending = "complete", usage: Usage = Usage(100, 10)) -> tuple[Entry, ...]:
    """Return an answer whose first words left after 400 milliseconds."""
    return (under(ms, 100, AgentSaid(text)), under(ms, 999, AnswerEnded(how, 400, 300, usage, MODEL)))


def tool(ms: int, name: str, text: str, took_ms: int = 70, failed: bool = False) -> tuple[Entry, ...]:
    """Return a tool call and its result."""
    returned = ToolReturned(name, text, failed, took_ms=took_ms)
    return (under(ms, 101, ToolCalled(name, name, '{"a":1}')), under(ms, 102, returned))


def announced(number: int = 0, agent: str = "rosa", ms: int = 0, **more: object) -> Entry:
    """Return the announcement of a session."""
    told = Announced(agent, CALLER, CALLED, ticket=f"t{number}", at=BEGAN + ms, version="abc")
    return Entry(announcement(number), replace(told, **more))  # type: ignore[arg-type]


def joined(number: int = 0, ms: int = 0) -> Entry:
    """Return the use of a ticket by the session of that number."""
    return Entry(Key(BEGAN + ms, f"t{number}"), SessionJoined(f"c{number}"))


def session(*entries: Entry, number: int = 0, agent: str = "rosa", ms: int = 500) -> SessionLog:
    """Return the log of a session, which begins with a greeting."""
    opened = SessionOpened(agent, CALL, CALLER, CALLED, "Hello!")
    setup = frame(ms, Setup(f"VX{number}", CALL, CALLER, CALLED), f"s{number}")
    return SessionLog(f"c{number}", (Entry(OPENING, opened), setup, *entries))


def ended(ms: int, number: int = 0, status: str = "completed", over: bool = True) -> Entry:
    """Return Twilio's word that a session has ended."""
    return frame(ms, SessionEnded(f"VX{number}", status, call_over=over), f"VX{number}")


def claimed(ms: int, how: Ending = "goodbye") -> Entry:
    """Return the claim of the turn at that moment to end the session."""
    return Entry(END_CLAIM, EndClaimed(str(Key(BEGAN + ms, f"m{ms}")), how))


def handed_off(ms: int, ends: bool = False) -> Entry:
    """Return a hand-off to a person in the turn of that moment."""
    return under(ms, 188, HandedOff("h1", "asked", "+15550111", "A brief.", ends=ends))


TALK = (
    frame(4_000, Info("clientSpeaking", "off")),
    frame(4_600, Prompt("Is there a table?")),
    *tool(4_600, "find", "One."),
    under(4_600, 200, AgentSaid("Yes, one.")),
    under(4_600, 299, AnswerEnded("complete", 400, 300, Usage(100, 10), MODEL)),
    frame(5_200, Info("agentSpeaking", "on")),
    frame(9_000, Prompt("Thank you.")),
    *answer(9_000, "You are welcome."),
    frame(12_000, Closed(1000)),
)

PLAIN = CallLogs(CALL, (announced(), joined(ms=500), ended(12_100)), (session(*TALK),))
"""A call of two turns, which the caller ended after twelve seconds."""


def record(logs: CallLogs = PLAIN) -> CallRecord:
    """Return the record of a call."""
    return record_of(logs, lambda number: f"mark of {number}", price_of)


def with_claim(cause: Event, how: Ending = "goodbye", *own: Entry) -> CallLogs:
    """Return the logs of a call that the agent ended in the turn of that cause."""
    talk = (frame(9_000, cause), *answer(9_000, "Goodbye."), claimed(9_000, how))
    return CallLogs(CALL, (announced(), joined(ms=500), *own, ended(12_000)), (session(*talk),))


UNREACHED = Entry(handed_off(9_000).key.under(Slot.UNREACHED.at(number=188)), Unreached("busy"))
PLACED = frame(0, Ordered("mark of the order", "r1", "rosa", "abc", BEGAN), "ordered")
RINGING = frame(0, Progressed(1, "ringing", 0, CALLER, CALLED, outbound=True, at=BEGAN), "p1")
BUSY = frame(0, Progressed(2, "busy", 0, CALLER, CALLED, outbound=True, at=BEGAN + 9), "p2")
COMPLETED = frame(0, Progressed(2, "completed", 3, CALLER, CALLED, outbound=True, at=BEGAN + 9), "p2")
BYE = Prompt("Bye.")
