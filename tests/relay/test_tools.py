import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from functions.relay.schema import MismatchError
from functions.relay.tools import AgentError, Caller, EndCall, HandOff, Outcome, Tool, ToolError, tool

CALLER = Caller("+15550101", "+15550100", "CA1", (("tenant", "acme"),))


class Meal(Enum):
    LUNCH = "lunch"
    DINNER = "dinner"


@dataclass
class Table:
    """A table."""

    seats: int
    outside: bool = False


def book(  # noqa: PLR0917 - as users write them
    table: Table,
    meal: Meal,
    names: list[str],
    caller: Caller,
    day: Literal["today", "tomorrow"] = "today",
    note: Annotated[str | None, "What the kitchen should know."] = None,
) -> str:
    """Book a table.

    Ask for the day first.
    """
    seat = "outside" if table.outside else "inside"
    return f"{table.seats} {seat}, {meal.name}, {names}, {caller.number}, {day}, {note}"


def run(made: Tool, **arguments: Any) -> Outcome:
    return made.run(json.dumps(arguments), CALLER)


class TestATool:
    def test_is_named_and_described_as_its_function(self) -> None:
        spec = tool(book).spec
        assert (spec.name, spec.description) == ("book", "Book a table.\n\nAsk for the day first.")

    def test_hides_the_caller_from_the_model(self) -> None:
        schema = tool(book).spec.schema
        assert list(schema["properties"]) == ["table", "meal", "names", "day", "note"]
        assert schema["required"] == ["table", "meal", "names"]
        assert schema["properties"]["note"] == {"type": "string", "description": "What the kitchen should know."}
        assert schema["additionalProperties"] is False

    def test_is_called_with_what_the_model_wrote_and_who_calls(self) -> None:
        said = run(
            tool(book),
            table={"seats": 2, "outside": True},
            meal="dinner",
            names=["Anna"],
            day="tomorrow",
            note="nuts",
        )
        assert said == "2 outside, DINNER, ['Anna'], +15550101, tomorrow, nuts"

    def test_uses_its_defaults(self) -> None:
        said = run(tool(book), table={"seats": 2}, meal="lunch", names=[])
        assert said == "2 inside, LUNCH, [], +15550101, today, None"

    def test_cannot_be_told_who_calls_by_the_model(self) -> None:
        with pytest.raises(ToolError, match="there is no caller"):
            run(tool(book), table={"seats": 2}, meal="lunch", names=[], caller={"number": "+15550199"})

    def test_is_still_the_function_in_a_unit_test(self) -> None:
        assert book(Table(2), Meal.LUNCH, [], CALLER).startswith("2 inside")

    def test_has_options(self) -> None:
        made = tool(book, saying="Let me look.", deadline=3.0)
        assert (made.saying, made.deadline, made.function) == ("Let me look.", 3.0, book)

    def test_without_arguments_takes_none_at_all(self) -> None:
        def hours() -> str:
            """Tell the opening hours."""
            return "ten to six"

        for text in ("", "{}", " {} "):
            assert tool(hours).run(text, CALLER) == "ten to six"
        assert tool(hours).spec.schema["properties"] == {}

    def test_may_be_a_method(self) -> None:
        class Desk:
            def open(self, hour: int) -> str:
                """Tell whether it is open."""
                return f"open at {hour}"

        assert run(tool(Desk().open), hour=3) == "open at 3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{", "no JSON"),
        ("hello", "no JSON"),
        (" ", "no JSON"),
        ("[]", "an object is wanted"),
        ("null", "an object is wanted"),
        ("3", "an object is wanted"),
        ("{}", "missing meal, names, table"),
        ('{"table":{"seats":"2"},"meal":"lunch","names":[]}', "table.seats: an integer is wanted"),
        ('{"table":{},"meal":"lunch","names":[]}', "table: missing seats"),
        ('{"table":{"seats":2},"meal":"supper","names":[]}', "meal: one of lunch, dinner is wanted"),
        ('{"table":{"seats":2},"meal":"lunch","names":"Anna"}', "names: a list is wanted"),
        ('{"table":{"seats":2},"meal":"lunch","names":[null]}', "names[0]: a string is wanted"),
        ('{"table":{"seats":2},"meal":"lunch","names":[],"day":"never"}', "day: one of today, tomorrow is wanted"),
        ('{"table":{"seats":2},"meal":"lunch","names":[],"shoe":1}', "there is no shoe"),
        ('{"table":' * 100_000, "book"),
    ],
    ids=lambda text: text[:40],
)
def test_wrong_arguments_are_told_to_the_model(arguments: str, words: str) -> None:
    with pytest.raises(ToolError) as caught:
        tool(book).run(arguments, CALLER)
    assert words in str(caught.value)
    assert "book" in str(caught.value)


def test_an_error_of_the_function_itself_is_its_own() -> None:
    def find(reference: str) -> str:
        """Find a booking."""
        raise {"tool": ToolError("No such booking."), "value": ValueError("broken"), "type": MismatchError("x")}[
            reference
        ]

    with pytest.raises(ToolError, match=r"^No such booking\.$"):
        run(tool(find), reference="tool")
    with pytest.raises(ValueError, match=r"^broken$"):
        run(tool(find), reference="value")
    with pytest.raises(MismatchError):
        run(tool(find), reference="type")


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("Friday", "Friday"),
        ("", ""),
        (None, "Done."),
        (HandOff("angry", "+15550199"), HandOff("angry", "+15550199")),
        (EndCall("done"), EndCall("done")),
        ({"day": "Freitag, fünf"}, '{"day": "Freitag, fünf"}'),
        ([1, 2], "[1, 2]"),
        (3, "3"),
        (True, "true"),
        ({"where": Path("here")}, '{"where": "here"}'),
    ],
    ids=repr,
)
def test_what_a_function_returns_decides_what_happens(result: Any, outcome: Outcome) -> None:
    def answer() -> Any:
        """Answer."""
        return result

    assert tool(answer).run("{}", CALLER) == outcome


class TestAnErrorOfTheAgent:
    """Each of these is raised when the module is imported, and says where and what to do."""

    @staticmethod
    def of(function: Callable[..., Any]) -> str:
        with pytest.raises(AgentError) as caught:
            tool(function)
        return str(caught.value)

    def place(self, function: Callable[..., Any]) -> str:
        return f"{__file__}:{function.__code__.co_firstlineno}: the tool {function.__name__}"

    def test_names_a_missing_docstring(self) -> None:
        def find(reference: str) -> str:
            return reference

        assert (
            self.of(find) == f"{self.place(find)} has no docstring; the model reads it to know when to use the tool."
        )

    def test_names_an_async_function(self) -> None:
        async def find(reference: str) -> str:
            """Find a booking."""
            return reference

        assert self.of(find) == f"{self.place(find)} is async or yields; write it as a plain function that returns."

    def test_names_a_parameter_without_a_type(self) -> None:
        def find(reference) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
            """Find a booking."""
            return str(reference)

        assert self.of(find) == f"{self.place(find)}: parameter reference needs a type, such as reference: str."

    def test_names_a_type_without_a_schema(self) -> None:
        def find(reference: dict[str, int]) -> str:
            """Find a booking."""
            return str(reference)

        assert self.of(find).startswith(
            f"{self.place(find)} cannot be a tool: dict[str, int] has no schema; str, int"
        )

    def test_names_a_type_that_does_not_exist(self) -> None:
        def find(reference: "Nowhere") -> str:  # type: ignore[name-defined]  # noqa: F821
            """Find a booking."""
            return str(reference)

        assert self.place(find) in self.of(find)
        assert "Nowhere" in self.of(find)

    def test_names_parameters_that_cannot_be_given_by_name(self) -> None:
        def stars(*references: str) -> str:
            """Find bookings."""
            return str(references)

        def names(**references: str) -> str:
            """Find bookings."""
            return str(references)

        def positional(reference: str, /) -> str:
            """Find a booking."""
            return reference

        for function in (stars, names, positional):
            assert self.of(function).startswith(f"{self.place(function)}: parameter reference")

    def test_names_a_caller_who_could_be_made_up(self) -> None:
        def find(caller: Caller | None = None) -> str:
            """Find the bookings of whoever calls."""
            return str(caller)

        assert self.place(find) in self.of(find)

    def test_names_a_name_that_no_model_takes(self) -> None:
        def größe(seats: int) -> str:  # noqa: PLC2401
            """Find a table."""
            return str(seats)

        def table(größe: int) -> str:  # noqa: PLC2401
            """Find a table."""
            return str(größe)

        assert "größe" in self.of(größe)
        assert "größe" in self.of(table)

    @pytest.mark.parametrize(
        "strange", [len, partial(book, day="today"), Table, 3], ids=["built in", "partial", "class", "number"]
    )
    def test_names_what_is_no_function(self, strange: Any) -> None:
        assert "plain function" in self.of(strange)


def test_a_generator_is_no_tool() -> None:
    def counts() -> Iterator[str]:
        """Count."""
        yield "one"

    with pytest.raises(AgentError, match="yields"):
        tool(counts)


def test_two_callers_are_one_too_many() -> None:
    def both(one: Caller, other: Caller) -> str:
        """Compare."""
        return one.number + other.number

    with pytest.raises(AgentError, match="one and other are both a Caller"):
        tool(both)
