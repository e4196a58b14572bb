"""The tool calls of one answer, and what the model and the log get of them."""

from dataclasses import dataclass

import pytest

from functions.relay import Digits, EndCall, Say, ask_digits, tool
from functions.relay.answer.actions import Happening, ModelFailed
from functions.relay.answer.tool_round import MOST_CALLS, ONE_AT_A_TIME, TO_BE_KEYED, TOO_MANY, TOO_SLOW
from functions.relay.call.call import fold
from functions.relay.call.history import BY_KEY, history
from functions.relay.deadlines import LONGEST_INVOCATION_MS
from functions.relay.log.events import DigitsEntered, DigitsRequested, Entry, Event, ToolCalled, ToolReturned
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
)
from tests.relay.drive import Drive, agent
from tests.relay.scenes import answer, at, opened, under


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes."""

    adults: int
    children: int = 0


def book(day: str, people: float = 2, table: int | None = None) -> str:
    """Book a table."""
    return f"{day} {people} {table}"


def invite(party: Party) -> str:
    """Invite people."""
    return str(party)


def check_pin(pin: Digits, account: int = 0) -> str:
    """Check a PIN."""
    return f"{pin} {account}"


def asked(*arguments: str, name: str = "book") -> Drive:
    drive = Drive(agent(book, invite))
    for number, given in enumerate(arguments, 1):
        drive.tool_calls(f"t{number}", name, given)
    return drive.happen(Finished("tools"))


def results(drive: Drive) -> list[ToolResult]:
    """Return what the model gets in the next request."""
    last = drive.requests[-1].messages[-1]
    assert isinstance(last, ToolResults)
    return list(last.results)


@pytest.mark.parametrize(
    "again",
    [
        '{"day": "Friday", "people": 2, "table": null}',
        '{ "people" : 2.0,\n"day":"Friday" }',
        '{"day": "\\u0046riday", "people": 2e0}',
        '{"day": "friday"}',
        '{"day": "Friday"}',
        '{"day": "Friday", "people": "2"}',
    ],
)
def test_the_same_asked_twice_is_done_once(again: str) -> None:
    drive = asked('{"day": "Friday", "people": 2}', again)
    assert list(drive.running) == ["t1"]
    drive.returns("t1", "Booked.")
    assert results(drive) == [ToolResult("t1", "Booked."), ToolResult("t2", "Booked.")]
    assert [event for event in drive.events.values() if isinstance(event, ToolReturned)] == [
        ToolReturned("t2", "Booked.")
    ]


def test_calls_without_a_slot_in_the_log_are_not_run() -> None:
    drive = asked(*(f'{{"day": "day {number}"}}' for number in range(MOST_CALLS + 2)), '{"day": "day 0"}')
    assert len(drive.running) == MOST_CALLS
    for running in list(drive.running):
        drive.returns(running, "Booked.")
    told = results(drive)
    assert [one.text for one in told] == ["Booked."] * MOST_CALLS + [TOO_MANY] * 3
    assert {one.failed for one in told[MOST_CALLS:]} == {True}


def test_an_object_may_leave_out_its_defaults() -> None:
    drive = asked('{"party": {"adults": 2}}', '{"party": {"children": 0, "adults": 2.0}}', name="invite")
    assert list(drive.running) == ["t1"]


@pytest.mark.parametrize("other", ['{"day": "Sunday"}', '{"day": "Friday", "people": 3}', '{"day": 1}', "{"])
def test_what_is_not_the_same_is_done_too(other: str) -> None:
    assert list(asked('{"day": "Friday"}', other).running) == ["t1", "t2"]


def test_the_same_by_another_tool_is_done_too() -> None:
    drive = Drive().tool_calls("t1", "find", "{}").tool_calls("t2", "weather", "{}")
    assert list(drive.running) == ["t1", "t2"]


def test_a_repeated_tool_call_gets_the_first_result() -> None:
    drive = Drive(agent(book)).tool_calls("t1", "book", '{"day": "Friday"}').returns("t1", "Full.", failed=True)
    drive.tool_calls("t2", "book", '{"day":"Friday"}').happen(Finished("tools"))
    assert results(drive) == [ToolResult("t1", "Full.", failed=True), ToolResult("t2", "Full.", failed=True)]


def test_the_same_asked_again_after_its_result_is_done_once() -> None:
    drive = asked('{"day": "Friday"}').returns("t1", "Booked.")
    for again in ("t2", "t3"):
        drive.tool_calls(again, "book", '{"people": 2, "day": "Friday"}').happen(Finished("tools"))
        assert not drive.running
        assert results(drive) == [ToolResult(again, "Booked.")]
    assert drive.words("It is booked.").happen(Finished("end")).flows().ended.how == "complete"


def test_what_may_have_been_done_too_late_is_not_done_again() -> None:
    drive = asked('{"day": "Friday"}').waits(8.5)
    assert results(drive) == [ToolResult("t1", TOO_SLOW, failed=True)]
    drive.tool_calls("t2", "book", '{"day": "Friday"}').happen(Finished("tools"))
    assert results(drive) == [ToolResult("t2", TOO_SLOW, failed=True)]


@pytest.mark.parametrize(
    ("given", "returned", "since_ms", "waits"),
    [
        ('{"people": 2, "day": "Friday"}', False, 900, True),
        ('{"day": "Saturday"}', False, 900, False),
        ('{"day": "Friday"}', True, 900, False),
        ('{"day": "Friday"}', False, LONGEST_INVOCATION_MS + 1, False),
    ],
    ids=["still running", "another day", "returned", "dead"],
)
def test_an_equal_call_of_an_older_answer_is_awaited(given: str, returned: bool, since_ms: int, waits: bool) -> None:
    called = under(1000, 101, ToolCalled("t1", "book", '{"day": "Friday"}'))
    ended = [under(1000, 102, ToolReturned("t1", "Booked."))] if returned else []
    older = [opened(greeting=""), at(1000, Prompt("Book Friday.")), called, *ended]
    drive = Drive(agent(book), fold([*older, at(1000 + since_ms, Prompt("Hello?"))]))
    awaited = drive.tool_calls("t2", "book", given).running["t2"].awaited
    assert awaited == (under(1000, 102, called.event).key if waits else None)


def test_what_failed_may_be_tried_again() -> None:
    drive = asked('{"day": "Friday"}').returns("t1", "The line was busy.", failed=True)
    assert list(drive.tool_calls("t2", "book", '{"day": "Friday"}').running) == ["t2"]


@pytest.mark.parametrize(
    "between",
    [
        [ToolCall("t2", "book", '{"day": "Saturday"}'), Finished("tools")],
        [ToolCall("t2", "unknown", "{}"), Finished("tools")],
        [ToolCall("t2", "book", '{"when": "now"}'), Finished("tools")],
        [Finished("end")],
        [Finished("length")],
        [TextDelta("It is"), Finished("length")],
        [ModelFailed("overloaded")],
    ],
    ids=["other work", "an unknown tool", "wrong arguments", "nothing", "cut off", "cut words", "a lost stream"],
)
def test_what_is_done_is_not_done_again(between: list[Happening]) -> None:
    drive = asked('{"day": "Friday"}').returns("t1", "Booked for Friday.")
    for happening in between:
        drive.happen(happening)
    for other in list(drive.running):
        drive.returns(other, "There is no such day.", failed="when" in drive.running[other].call.arguments)
    drive.tool_calls("t3", "book", '{"day": "Friday"}').happen(Finished("tools"))
    assert not drive.running
    assert results(drive) == [ToolResult("t3", "Booked for Friday.")]


def test_a_tool_that_only_reads_may_run_again() -> None:
    desk = agent(tool(book, read_only=True))
    drive = Drive(desk).tool_calls("t1", "book", '{"day": "Friday"}').happen(Finished("tools")).returns("t1", "Free.")
    assert list(drive.tool_calls("t2", "book", '{"day": "Friday"}').running) == ["t2"]


def test_digits_that_were_wrong_are_asked_for_again() -> None:
    desk = agent(ask_digits(check_pin, saying="Your PIN?", length=4))
    keyed = at(2000, DigitsEntered("check_pin", "{}", Key(0, "")))
    drive = Drive(desk, fold([opened(greeting=""), keyed]))
    (run,) = drive.running
    drive.returns(run, "Wrong.").tool_calls("t2", "check_pin").happen(Finished("tools")).flows()
    assert drive.spoken.strip() == "Your PIN?"


def test_a_sentence_asked_for_twice_is_said_once() -> None:
    drive = asked('{"day": "Friday"}', '{"day": "Friday"}').returns("t1", (Say("It is booked.", answer="Said."),))
    drive.happen(Finished("end")).flows()
    assert drive.spoken.strip() == "It is booked."


def test_an_end_asked_for_twice_is_one() -> None:
    drive = asked('{"day": "Friday"}', '{"day": "Friday"}').returns("t1", EndCall("Done.")).flows()
    assert drive.ended.how == "goodbye"


def test_two_calls_with_one_id_each_have_their_own_result() -> None:
    drive = Drive(agent(book)).tool_calls("book", "book", '{"day": "Friday"}')
    drive.tool_calls("book", "book", '{"day": "Sunday"}').happen(Finished("tools"))
    friday, sunday = drive.running
    drive.returns(sunday, "Sunday.").returns(friday, "Friday.")
    assert [result.text for result in results(drive)] == ["Friday.", "Sunday."]


def test_an_id_of_an_earlier_turn_is_not_used_again() -> None:
    before = [at(1000, Prompt("Hi")), under(1000, 101, ToolCalled("t1", "book", "{}")), *answer(1000, "Yes.")]
    call = fold([opened(), *before, at(2000, Prompt("Again"))])
    drive = Drive(agent(book), call).tool_calls("t1", "book").tool_calls(BY_KEY, "book", '{"day": "Friday"}')
    assert not {"t1", BY_KEY} & set(drive.running)


def test_an_invented_tool_is_logged_with_its_result() -> None:
    drive = Drive(agent(book)).tool_calls("t1", "book.table", "{}").happen(Finished("tools"))
    text = "There is no tool book.table."
    assert results(drive) == [ToolResult("t1", text, failed=True)]
    assert list(drive.events.values()) == [
        ToolCalled("t1", "book.table", "{}"),
        ToolReturned("t1", text, failed=True),
    ]


def later(drive: Drive) -> tuple[Message, ...]:
    """Return the history with the next prompt, from the entries of this answer."""
    prompt = at(5000, Prompt("What about K4T9?"))
    noted = [Entry(prompt.key.under(slot), event) for slot, event in drive.events.items()]
    return history(fold([opened(greeting="Hello!"), prompt, *noted, at(9000, Prompt("And?"))]))


def ran(drive: Drive, id: str, text: str) -> Drive:
    """Return the result of a tool, logged as the answer runner logs it."""
    run = drive.running[id]
    drive.events[run.slot] = ToolCalled(run.call.id, run.call.name, run.call.arguments)
    drive.events[run.result_slot] = ToolReturned(id, text)
    return drive.returns(id, text)


@pytest.mark.parametrize("words", ["", "One moment."])
def test_the_next_turn_begins_with_what_each_round_was_sent(words: str) -> None:
    drive = Drive(agent(book)).words(*([words] if words else [])).tool_calls("t1", "book", '{"day": "Fri"}')
    ran(drive.tool_calls("t2", "nothing").happen(Finished("tools")).flows(), "t1", "Which Friday?")
    drive.tool_calls("t1", "book", '{"day": "Friday"}').tool_calls("t4", "book", '{"day":"Friday"}')
    drive.happen(Finished("tools"))
    ran(drive, next(iter(drive.running)), "Booked.")
    drive.words("It is booked.").happen(Finished("end")).flows()
    sent, (*before, final, caller) = drive.requests, later(drive)
    assert [len(request.messages) for request in sent] == [3, 5, 7]
    assert all(tuple(before)[: len(request.messages)] == request.messages for request in sent)
    assert (final, caller) == (AgentMessage("It is booked."), CallerMessage("And?"))


def test_rounds_without_words_stay_apart() -> None:
    rounds = [under(1000, 101, ToolCalled("a", "f", "{}")), under(1000, 201, ToolCalled("b", "f", "{}"))]
    found = [under(1000, 102, ToolReturned("a", "no")), under(1000, 202, ToolReturned("b", "yes"))]
    lines = history(fold([opened(), at(1000, Prompt("Hi")), *rounds, *found]))
    assert lines[-4:] == (
        AgentMessage("", (ToolCall("a", "f", "{}"),)),
        ToolResults((ToolResult("a", "no"),)),
        AgentMessage("", (ToolCall("b", "f", "{}"),)),
        ToolResults((ToolResult("b", "yes"),)),
    )


def test_an_older_log_may_have_an_id_twice() -> None:
    acts: list[Event] = [
        ToolCalled("a", "f", "1"),
        ToolReturned("a", "one"),
        ToolCalled("a", "f", "2"),
        ToolReturned("a", "two"),
    ]
    noted = [under(1000, 101 + slot, act) for slot, act in enumerate(acts)]
    assert history(fold([opened(), at(1000, Prompt("Hi")), *noted]))[-1] == ToolResults(
        (ToolResult("a", "one"), ToolResult("a", "two"))
    )


def test_the_caller_is_asked_for_digits_once() -> None:
    pin = ask_digits(check_pin, saying="Your PIN?", length=4)
    drive = Drive(agent(pin)).tool_calls("a", "check_pin").tool_calls("b", "check_pin", '{"account": 1}')
    drive.tool_calls("c", "check_pin").happen(Finished("tools")).flows()
    returned = {event.id: event.text for event in drive.events.values() if isinstance(event, ToolReturned)}
    assert returned["a"] == returned["c"] == TO_BE_KEYED
    assert returned["b"] == ONE_AT_A_TIME
    assert [event for event in drive.events.values() if isinstance(event, DigitsRequested)] == [
        DigitsRequested("check_pin", "{}")
    ]


def test_digits_are_not_asked_for_with_wrong_arguments() -> None:
    pin = ask_digits(check_pin, saying="Your PIN?", length=4)
    drive = Drive(agent(pin)).tool_calls("a", "check_pin", '{"account": "five"}').happen(Finished("tools"))
    assert results(drive)[0].failed
    assert not [event for event in drive.events.values() if isinstance(event, DigitsRequested)]


def test_a_slow_tool_is_given_up_and_its_late_result_is_ignored() -> None:
    drive = asked('{"day": "Friday"}').waits(8.1)
    assert results(drive) == [ToolResult("t1", TOO_SLOW, failed=True)]
    drive.returns("t1", "Booked.").words("Sorry.").happen(Finished("end")).flows()
    assert len(drive.requests) == 2
    assert [event.text for event in drive.events.values() if isinstance(event, ToolReturned)] == [TOO_SLOW]


def test_equal_calls_share_a_result_that_comes_too_late() -> None:
    drive = asked('{"day": "Friday"}', '{"day":"Friday"}').waits(8.1)
    assert [one.text for one in results(drive)] == [TOO_SLOW, TOO_SLOW]


def test_the_words_of_a_slow_tool_cover_its_wait_once() -> None:
    slow = tool(invite, saying="One moment.")
    drive = Drive(agent(slow)).tool_calls("a", "invite", '{"party": {"adults": 2}}').happen(Finished("tools"))
    assert drive.waits(2.0).spoken == "One moment."


def test_no_tool_is_waited_for_after_the_deadline() -> None:
    drive = Drive(agent(book), allowed=5.0).tool_calls("a", "book", '{"day": "Friday"}').happen(Finished("tools"))
    assert drive.waits(6.0).ended.how == "late"
