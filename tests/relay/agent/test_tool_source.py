"""A hand-off that is written into a tool is checked at import, before a caller needs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from functions import relay
from functions.relay import AgentError, HandOff, tool


def by_name() -> HandOff:
    """Give the caller to a person."""
    return HandOff("asked", to="5550100")  # by name


def by_position(urgent: bool) -> HandOff | str:
    """Give the caller to a person."""
    if urgent:
        return relay.HandOff("asked", "+1 555 0100")  # by position
    return "Not urgent."


def premium_rate() -> HandOff:
    """Give the caller to a person."""
    return HandOff("asked", to="+19005550100")  # costs


def with_headers() -> HandOff:
    """Give the caller to a person."""
    return HandOff("asked", to="sip:a@example.com?X-A=1")  # headers


def no_text() -> HandOff:
    """Give the caller to a person."""
    return HandOff("asked", to=5550100)  # type: ignore[arg-type]  # no text


@pytest.mark.parametrize(
    ("function", "mark", "given"),
    [
        (by_name, "# by name", "'5550100'"),
        (by_position, "# by position", "'+1 555 0100'"),
        (premium_rate, "# costs", "'+19005550100'"),
        (with_headers, "# headers", "'sip:a@example.com?X-A=1'"),
        (no_text, "# no text", "5550100"),
    ],
)
def test_a_number_that_leads_nowhere_is_found(function: Callable[..., object], mark: str, given: str) -> None:
    line = next(number for number, text in enumerate(Path(__file__).read_text().splitlines(), 1) if mark in text)
    with pytest.raises(AgentError) as caught:
        tool(function)
    assert str(caught.value).startswith(
        f"tests/relay/agent/test_tool_source.py:{line}: HandOff.to is {given}; write a"
    )


def test_one_in_a_method_is_found_at_its_line() -> None:
    class Desk:
        def person(self) -> HandOff:
            """Give the caller to a person."""
            return HandOff("asked", to="nobody")

    with pytest.raises(AgentError, match=r"HandOff\.to is 'nobody'"):
        tool(Desk().person)


def test_a_good_or_a_computed_number_is_taken() -> None:
    def person(number: str, urgent: bool) -> HandOff:
        """Give the caller to a person."""
        return HandOff("urgent", to="+15550100") if urgent else HandOff("asked", to=number)

    assert tool(person).spec.name == "person"


def test_a_function_without_source_is_taken() -> None:
    made: dict[str, Callable[..., object]] = {}
    exec("def person():\n    'Give away.'\n    return HandOff('asked', to='5550100')", made)
    assert tool(made["person"]).spec.name == "person"


def test_a_function_whose_file_is_no_python_is_taken(tmp_path: Path) -> None:
    page, made = tmp_path / "page.jinja", dict[str, Callable[..., object]]()
    page.write_text("{% macro person() %}\n{{ HandOff }}")
    exec(compile("def person():\n    'Give away.'\n    return HandOff('asked', to='5550100')", page, "exec"), made)
    assert tool(made["person"]).spec.name == "person"


def test_people_and_their_order_are_checked_in_the_source() -> None:
    def nobody() -> HandOff:
        """Give the caller to a person."""
        return HandOff("asked", to=[])

    def one_wrong() -> HandOff:
        """Give the caller to a person."""
        return HandOff("asked", to=["+15550100", "Anna"])

    def held() -> HandOff:
        """Do something."""
        return HandOff("asked", to="+15550100", hold="Please wait.")

    def shuffled() -> HandOff:
        """Give the caller to a person."""
        return HandOff("asked", to="+15550100", order="shuffled")  # type: ignore[arg-type]

    faults = {
        nobody: r"HandOff\.to is \[\]; write a number",
        one_wrong: r"HandOff\.to is \['\+15550100', 'Anna'\]; write a number",
        held: r"HandOff\.hold needs a queue, and only a workflow has one",
        shuffled: r"HandOff\.order is 'shuffled'; write \"in turn\" or \"at once\"",
    }
    for function, fault in faults.items():
        with pytest.raises(AgentError, match=rf"test_tool_source\.py:\d+: {fault}"):
            tool(function)
