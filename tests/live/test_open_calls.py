"""A tool call that an older answer still makes is not made again: the newer answer waits for its result."""

import time
from dataclasses import replace
from threading import Event, Thread

import pytest

from functions.relay import Say, tool
from functions.relay.answer.tool_round import TOO_SLOW
from functions.relay.deadlines import LONGEST_INVOCATION_MS
from functions.relay.log.events import AnswerEnded, Entry, ToolCalled, ToolReturned
from functions.relay.log.keys import Slot, session_log
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import Finished, StreamEvent, ToolCall
from tests.doubles import saying
from tests.endpoint import WAIT_S
from tests.live.harness import DESK, SessionHarness

pytestmark = pytest.mark.slow

BOOKS: list[StreamEvent | Exception] = [ToolCall("t1", "book", '{"day": "Friday"}'), Finished("tools")]
AGAIN: list[StreamEvent | Exception] = [ToolCall("t2", "book", '{ "day":"Friday" }'), Finished("tools")]


class Bookings:
    """A tool that returns only when the test lets it."""

    def __init__(self, returned: object) -> None:
        self.returned, self.made, self.begun, self.may_return = returned, 0, Event(), Event()

    def book(self, day: str) -> object:
        """Book a table."""
        self.made += 1
        self.begun.set()
        assert self.may_return.wait(WAIT_S)
        return self.returned


def interrupted(bookings: Bookings) -> SessionHarness:
    """Let the caller speak while a tool runs, and the model call it again; return the harness after both answers."""
    desk = replace(DESK, tools=[tool(bookings.book, deadline=60)])
    harness = SessionHarness(BOOKS, AGAIN, saying("It is booked."), desk=desk).opened()
    first = Thread(target=harness.sessions.receive, args=(harness.prompt("Book Friday.", at=5000),))
    first.start()
    assert bookings.begun.wait(WAIT_S)
    second = Thread(target=harness.sessions.receive, args=(harness.prompt("Hello?", at=6000),))
    second.start()
    until = time.monotonic() + WAIT_S
    while sum(isinstance(event, ToolCalled) for event in harness.events()) < 2:
        assert time.monotonic() < until, "the model did not call the tool again"
        time.sleep(0.01)
    bookings.may_return.set()
    first.join(WAIT_S)
    second.join(WAIT_S)
    return harness


def results(harness: SessionHarness) -> list[str]:
    return [event.text for event in harness.events() if isinstance(event, ToolReturned)]


def test_a_tool_that_still_runs_is_not_run_again() -> None:
    bookings = Bookings("Booked.")
    harness = interrupted(bookings)
    assert bookings.made == 1
    assert results(harness) == ["Booked.", "Booked."]


def test_a_tool_whose_words_nobody_heard_runs_again() -> None:
    bookings = Bookings(Say("We have a table.", answer="Said."))
    harness = interrupted(bookings)
    assert bookings.made == 2
    assert any("We have a table." in getattr(message, "token", "") for message in harness.says())


@pytest.mark.parametrize(
    ("later_ms", "result", "made"), [(900, TOO_SLOW, 0), (LONGEST_INVOCATION_MS + 1, "Booked.", 1)]
)
def test_a_result_that_never_comes_is_awaited_for_a_while(later_ms: int, result: str, made: int) -> None:
    bookings = Bookings("Booked.")
    bookings.may_return.set()
    desk = replace(DESK, tools=[tool(bookings.book, deadline=0.4 if made == 0 else 60)])
    harness = SessionHarness(AGAIN, saying("I see."), desk=desk).opened()
    killed = harness.prompt("Book Friday.", at=5000)
    left = (
        Entry(killed.key, Prompt("Book Friday.")),
        Entry(killed.key.under(Slot.TOOL_CALLED.at(100)), ToolCalled("t1", "book", '{"day": "Friday"}')),
        Entry(killed.key.under(Slot.ENDED.at(100)), AnswerEnded("superseded")),
    )
    for entry in left:
        harness.log.append(session_log("c1"), entry)
    harness.sessions.receive(harness.prompt("Hello?", at=5000 + later_ms))
    assert (results(harness)[-1], bookings.made) == (result, made)
