"""Calls whose history a model service might refuse: the caller gets answers until the call ends."""

import json
from itertools import pairwise
from typing import Any

import pytest

from functions.relay import Agent, PassTo, Voice
from local.models.bedrock import lines_of
from local.models.steps import Finish, Step, Text, Use
from local.testing.lines import Lines
from local.testing.phone import AgentPhone
from local.testing.script import Script

pytestmark = pytest.mark.slow

VOICES = {"en-US": Voice("Google", "en-US-Journey-O")}


def to_information() -> PassTo:
    """Pass the caller to the information desk."""
    return PassTo("information", saying="One moment.")


def book_table(day: str, people: int = 2) -> str:
    """Book a table for a day."""
    booked.append(day)
    return f"Booked for {day}."


booked: list[str] = []

LOBBY = Agent("You answer.", "The lobby, hello!", VOICES, tools=[to_information])
INFORMATION = Agent("You tell the opening hours.", "Information, hello!", VOICES)
DESK = Agent("You answer.", "The desk, hello!", VOICES, tools=[book_table])


class Model(Script):
    """Answers with these steps, one tuple for each request, and records its requests."""

    def __init__(self, *answers: tuple[Step, ...]) -> None:
        super().__init__()
        self._answers = list(answers)
        self.bodies: list[Any] = []

    def answer(self, body: Any) -> tuple[Step, ...]:
        self.bodies.append(body)
        return self._answers.pop(0)


@pytest.fixture(autouse=True)
def _nothing_is_booked() -> None:
    booked.clear()


def says(words: str) -> tuple[Step, ...]:
    return Text(words), Finish()


def calls(*uses: Use) -> tuple[Step, ...]:
    return *uses, Finish("tool_use")


def use(id: str, day: str, name: str = "book_table") -> Use:
    return Use(id, name, (json.dumps({"day": day}),))


def test_an_agent_without_tools_answers_who_is_passed_to_it(
    phone: AgentPhone, model: Script, agent_lines: Lines
) -> None:
    agent_lines.server.follows = Model(calls(Use("t1", "to_information", ("{}",))), says("We open at nine."))
    call = phone.dial(LOBBY, beside={"information": INFORMATION})
    call.say("Who can tell me the opening hours?")
    assert str(call.say("When do you open?")) == "We open at nine."


@pytest.mark.parametrize(
    "tools",
    [
        [calls(use("book_table", "Friday"), use("book_table", "Sunday"))],
        [calls(use("book_table", "Friday")), calls(use("book_table", "Sunday"))],
        [calls(use("a b", "Friday"), use("", "Sunday"))],
        [calls(use("x" * 99, "Friday")), calls(use("x" * 99, "Sunday"))],
    ],
    ids=["one answer", "two rounds", "ill-formed", "too long"],
)
def test_an_id_that_comes_twice_ends_no_call(
    phone: AgentPhone, model: Script, agent_lines: Lines, tools: list[tuple[Step, ...]]
) -> None:
    agent_lines.server.follows = Model(*tools, says("Both are booked."), says("Yes."))
    call = phone.dial(DESK)
    assert str(call.say("A table for Friday and one for Sunday.")) == "Both are booked."
    assert str(call.say("Is it booked?")) == "Yes."
    assert [tool.answer for tool in call.tools] == ["Booked for Friday.", "Booked for Sunday."]


@pytest.mark.parametrize(
    "name", ["book.table", "$FUNCTIONS.book_table", "book_table<|channel|>commentary", "", "x" * 200]
)
def test_an_invented_tool_is_reported_as_unknown(
    phone: AgentPhone, model: Script, agent_lines: Lines, name: str
) -> None:
    service = agent_lines.server.follows = Model(
        calls(use("t1", "Friday", name)), says("For which day?"), says("Fine.")
    )
    call = phone.dial(DESK)
    assert [str(call.say("A table, please.")), str(call.say("Friday."))] == ["For which day?", "Fine."]
    assert f"There is no tool {name}." in lines_of(service.bodies[1])[-1]
    assert booked == []


def test_a_repeated_tool_call_runs_once(phone: AgentPhone, model: Script, agent_lines: Lines) -> None:
    twice = [Use("t1", "book_table", ('{"day":"Friday","people":2}',)), use("t2", "Friday")]
    service = agent_lines.server.follows = Model(calls(*twice), says("It is booked."))
    assert str(phone.dial(DESK).say("A table for Friday.")) == "It is booked."
    assert booked == ["Friday"]
    assert lines_of(service.bodies[1])[-1] == "user: [= Booked for Friday.] [= Booked for Friday.]"


def test_each_request_begins_with_the_one_before(phone: AgentPhone, model: Script, agent_lines: Lines) -> None:
    service = agent_lines.server.follows = Model(
        (Text("One moment."), *calls(use("t1", "Friday"))),
        calls(use("t1", "Sunday"), use("t2", "Monday", "book.table")),
        says("Both are booked."),
        calls(use("t1", "Tuesday")),
        says("That too."),
        says("Bye."),
    )
    call = phone.dial(DESK)
    for words in ("A table for Friday and one for Sunday.", "And one for Tuesday.", "Thanks."):
        call.say(words)
    sent = [uncached(body["messages"]) for body in service.bodies]
    assert len(sent) == 6
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(sent))


def uncached(messages: list[Any]) -> list[Any]:
    """Return the messages without the cache point, which is at the end of each request."""
    return [
        {**message, "content": [block for block in message["content"] if "cachePoint" not in block]}
        for message in messages
    ]
