import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from functions.relay.agent import outcomes
from functions.relay.agent.call_back import CallBack
from functions.relay.agent.caller import Caller
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.outcomes import EndCall, PassTo, Play, Say, SendDigits, Speak, TooLongError
from functions.relay.agent.returned import EMPTY_TEXT, NO_RESULT
from functions.relay.agent.schema import MismatchError
from functions.relay.agent.sms import Sms
from functions.relay.agent.tool_factory import ask_digits, key_action, tool
from functions.relay.agent.toolbox import key_meaning
from functions.relay.agent.tools import (
    AgentError,
    Digits,
    DigitsPrompt,
    OptOut,
    Outcome,
    OwnWords,
    Tool,
    ToolError,
    in_words,
)
from functions.relay.log.events import OptedOut
from functions.relay.log.follow_up_events import SmsOrdered
from functions.relay.ports import SecretError
from tests.doubles import ListRecorder

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
    def test_a_tool_is_named_and_described_as_its_function(self) -> None:
        spec = tool(book).spec
        assert (spec.name, spec.description) == ("book", "Book a table.\n\nAsk for the day first.")

    def test_hides_the_caller_from_the_model(self) -> None:
        schema = tool(book).spec.schema
        assert list(schema["properties"]) == ["table", "meal", "names", "day", "note"]
        assert schema["required"] == ["table", "meal", "names"]
        assert schema["properties"]["note"] == {"type": "string", "description": "What the kitchen should know."}
        assert schema["additionalProperties"] is False

    def test_a_tool_gets_what_the_model_wrote_and_who_calls(self) -> None:
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

    def test_a_tool_is_still_the_function_in_a_unit_test(self) -> None:
        assert book(Table(2), Meal.LUNCH, [], CALLER).startswith("2 inside")

    def test_a_tool_has_options(self) -> None:
        made = tool(book, saying="Let me look.", deadline=3.0)
        assert (made.saying, made.deadline, made.function) == ("Let me look.", 3.0, book)

    def test_a_tool_without_arguments_takes_none_at_all(self) -> None:
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
        ("{", "not valid JSON"),
        ("hello", "not valid JSON"),
        (" ", "not valid JSON"),
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
        ("", EMPTY_TEXT),
        (None, NO_RESULT),
        ([], "[] (empty: nothing was found)"),
        (False, "false"),
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
        return f"tests/relay/agent/test_tools.py:{function.__code__.co_firstlineno}: the tool {function.__name__}"

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

        assert self.of(find) == (
            f"{self.place(find)} cannot be a tool: parameter reference needs a type, such as reference: str."
        )

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
            assert self.of(function).startswith(f"{self.place(function)} cannot be a tool: parameter reference")

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


class TestDigits:
    def pin(self, number: Digits, account: str, caller: Caller) -> str:
        """Check the PIN of an account."""
        return f"{account} {number} {caller.number} {type(number).__name__}"

    def test_digits_are_filled_in_and_hidden_from_the_model(self) -> None:
        made = ask_digits(self.pin, saying="Your PIN?", length=4)
        assert list(made.spec.schema["properties"]) == ["account"]
        assert made.run('{"account": "A1"}', CALLER, digits="0042") == "A1 0042 +15550101 Digits"

    def test_cannot_be_told_by_the_model(self) -> None:
        made = ask_digits(self.pin, saying="Your PIN?", length=4)
        with pytest.raises(ToolError, match="there is no number"):
            made.run('{"account": "A1", "number": "1234"}', CALLER)

    @pytest.mark.parametrize(
        ("length", "ends", "keys", "whole"),
        [
            (4, "#", "123", None),
            (4, "#", "1234", "1234"),
            (4, "#", "12345", "1234"),
            (4, "#", "12#", "12"),
            (None, "#", "123456", None),
            (None, "#", "123456#7", "123456"),
            (None, "*", "1#2*", "1#2"),
            (3, "", "1#2", "1#2"),
            (None, "#", "#", ""),
        ],
    )
    def test_digits_are_whole_after_their_length_or_the_key_that_ends(
        self, length: int | None, ends: str, keys: str, whole: str | None
    ) -> None:
        assert DigitsPrompt("Your PIN?", length, ends).whole(keys) == whole

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"saying": ""}, "needs saying"),
            ({"length": 0}, "has the length 0"),
            ({"ends": ""}, "would never end"),
            ({"ends": "##"}, "give one key"),
            ({"ends": "x"}, "give one key"),
            ({"timeout": 0}, "give 1 to 60"),
            ({"timeout": True}, "has True or False where a number belongs"),
            ({"length": True}, "has True or False where a number belongs"),
        ],
    )
    def test_digits_that_nobody_can_key_in_are_an_error_of_the_agent(
        self, options: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(AgentError, match=words):
            ask_digits(self.pin, **({"saying": "Your PIN?"} | options))

    def test_need_to_be_asked_for(self) -> None:
        with pytest.raises(AgentError, match=r"ask_digits\(pin, …\)"):
            tool(self.pin)

    def test_need_a_parameter(self) -> None:
        with pytest.raises(AgentError, match="no parameter of type Digits"):
            ask_digits(book, saying="Your PIN?")


class TestWhatComesOfATool:
    @pytest.mark.parametrize(
        ("returned", "outcome"),
        [
            (Say("Hi"), (Say("Hi"),)),
            ([Say("Hi"), Play("https://hotline.example/a.mp3")], (Say("Hi"), Play("https://hotline.example/a.mp3"))),
            (Speak("en-US"), (Speak("en-US"),)),
            (PassTo("billing"), PassTo("billing")),
            ([], "[] (empty: nothing was found)"),
            (["Hi"], '["Hi"]'),
        ],
        ids=str,
    )
    def test_the_outcome_of_a_tool_is_what_its_type_says(self, returned: object, outcome: object) -> None:
        def act() -> object:
            """Do it."""
            return returned

        assert tool(act).run("{}", CALLER) == outcome

    def test_the_outcome_of_a_tool_is_told_to_the_model_in_words(self) -> None:
        assert (
            in_words((Say("Hi"), Play("https://hotline.example/a.mp3", answer="It was played."))) == "It was played."
        )
        assert "heard of its words" in in_words((Say("Hi"),))
        assert "billing" in in_words(PassTo("billing"))

    @pytest.mark.parametrize("source", ["", "a.mp3", "ftp://x/a.mp3", "https://"])
    def test_cannot_be_a_sound_from_nowhere(self, source: str) -> None:
        with pytest.raises(ValueError, match=r"Play.source"):
            Play(source)

    @pytest.mark.parametrize("digits", ["", "12a", "W"])
    def test_cannot_be_tones_that_no_key_has(self, digits: str) -> None:
        with pytest.raises(ValueError, match=r"SendDigits.digits"):
            SendDigits(digits)


def test_where_a_tool_passes_callers_to_is_known_before_it_runs() -> None:
    def route(topic: str) -> PassTo | str:
        """Pass the caller on."""
        if topic == "money":
            return PassTo("billing", saying="One moment.")
        return PassTo(agent="sales") if topic else PassTo(topic)

    assert tool(route).destinations == {"billing", "sales"}
    assert tool(book).destinations == frozenset()


def test_an_agent_passed_to_by_keyword_is_known() -> None:
    def route() -> outcomes.PassTo:
        """Pass the caller on."""
        return outcomes.PassTo(saying="One moment.", agent="billing")

    assert tool(route).destinations == {"billing"}


def test_a_function_without_source_passes_to_nobody_known() -> None:
    made: dict[str, Any] = {}
    exec('def route():\n    """Pass the caller on."""\n    return PassTo("billing")', {"PassTo": PassTo}, made)
    assert tool(made["route"]).destinations == frozenset()


CALLERS: dict[str, tuple[str, tuple[str, str], str]] = {
    "a number": ("+15550101", ("+15550101", ""), "number"),
    "a short code": ("12345", ("12345", ""), "short code"),
    "withheld": ("anonymous", ("", ""), "withheld"),
    "nothing": ("", ("", ""), "withheld"),
    "SIP": ("sip:anna@example.com", ("", "sip:anna@example.com"), "sip"),
    "a client": ("client:anna", ("", "client:anna"), "client"),
}


@pytest.mark.parametrize(("given", "known", "kind"), CALLERS.values(), ids=CALLERS)
def test_a_caller_is_known_by_a_number_or_an_address(given: str, known: tuple[str, str], kind: str) -> None:
    caller = Caller(given)
    assert (caller.number, caller.address) == known
    assert caller.kind == kind


def test_a_parameter_of_the_call_may_be_missing() -> None:
    assert (CALLER.given("tenant"), CALLER.given("name", "guest")) == ("acme", "guest")


def test_a_secret_must_be_listed() -> None:
    with pytest.raises(SecretError, match=r'NEEDS = Needs\(secrets=\["sms-token"\]\)'):
        CALLER.secret("sms-token")
    assert Caller("", secrets={"sms-token": "s"}.__getitem__).secret("sms-token") == "s"


def stop() -> OptOut:
    """Call this number no more."""
    return OptOut("Done.")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("anonymous", "the caller's number is withheld"),
        ("sip:anna@example.com", "no number that could be called"),
        ("client:anna", "no number that could be called"),
        ("12345", "no number that could be called"),
    ],
)
def test_a_caller_without_a_number_cannot_opt_out(number: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        tool(stop).run("{}", Caller(number), lambda log, event: pytest.fail("recorded"))


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        (Caller("anonymous", "+15550100"), "the caller has no number"),
        (Caller("sip:anna@example.com", "+15550100"), "the caller has no number"),
        (Caller("client:anna", "+15550100"), "the caller has no number"),
        (Caller("12345", "+15550100"), "the caller has no number"),
        (Caller("+15550101", "sip:desk@example.com"), "no number of ours"),
    ],
)
def test_no_message_is_promised_that_cannot_be_sent(caller: Caller, words: str) -> None:
    def confirm() -> Sms:
        """Confirm the booking."""
        return Sms("Friday at 19:30.")

    with pytest.raises(ToolError, match=words):
        tool(confirm).run("{}", caller, lambda log, event: pytest.fail("ordered"))


def test_an_opt_out_is_recorded_before_the_model_is_told() -> None:
    recorder = ListRecorder()
    answer = tool(stop).run("{}", CALLER, recorder)
    assert answer == "Done."
    assert recorder.recorded == [("+15550101", OptedOut("CA1"))]
    with pytest.raises(ToolError, match="could not be stored"):
        tool(stop).run("{}", CALLER)


@pytest.mark.parametrize(
    ("returned", "outcome"),
    [("Done.", "Done."), *((mute, ()) for mute in (None, 5, ["a"], b"a", "", " ", "\u200b"))],
)
def test_what_a_key_began_speaks_only_text(returned: object, outcome: Outcome) -> None:
    def act() -> object:
        """Do it."""
        return returned

    assert replace(tool(act), by_key=True).run("{}", CALLER) == outcome


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\U0001f389", "..."])
def test_words_that_no_voice_says_are_told_to_the_model(text: str) -> None:
    def act() -> list[Say]:
        """Do it."""
        return [Say(text)]

    assert tool(act).run("{}", CALLER) == EMPTY_TEXT
    assert replace(tool(act), by_key=True).run("{}", CALLER) == ()


def read_pin(pin: Digits) -> str:
    """Check a PIN."""
    return pin


def seats(number: int, day: str = "today") -> str:
    """Book seats."""
    return f"{number} {day}"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"number": 2}', '{"day": "today", "number": 2}', True),
        ('{"number": 2}', '{"number": 3}', False),
        ('{"number": 2}', "no JSON", False),
        ('{"number": 2}', '{"number": "2"}', True),
        ('{"number": "2"}', '{"number": 2}', False),
        ('{"number": 2}', '{"number": "02"}', False),
        ('{"number": 2, "day": "5"}', '{"number": 2.0, "day": 5}', True),
        ('{"number": 2, "day": "5"}', '{"number": 2, "day": true}', False),
        ('{"number": 2}', '{ "number" : 2.0 }', True),
        ('{"number": 2, "day": "caf\u00e9 day"}', '{"day": " cafe\u0301\u00a0 day", "number": 2}', True),
        ('{"number": 2, "day": "5"}', '{"number": 2, "day": "\uff15"}', True),
        ('{"number": 2, "day": "5"}', '{"number": 2, "day": "6"}', False),
    ],
)
def test_arguments_are_compared_by_what_they_mean(one: str, other: str, same: bool) -> None:
    assert tool(seats).same(one, other) is same


def test_digits_without_a_terminator_end_by_their_number() -> None:
    prompt = DigitsPrompt("PIN?", length=4, ends="")
    assert (prompt.whole("12#"), prompt.whole("12#45")) == (None, "12#4")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("A table.", "A table."), ((), "Done."), (HandOff("asked for Anna", to="+15550100"), "asked for Anna")],
    ids=str,
)
def test_the_model_is_told_of_every_outcome(outcome: Outcome, words: str) -> None:
    assert in_words(outcome) == words


def test_a_message_that_cannot_be_sent_is_an_error_for_the_model() -> None:
    def confirm() -> Sms:
        """Confirm by text message."""
        return Sms("Friday at 19:30.")

    with pytest.raises(ToolError, match="the caller has no number"):
        tool(confirm).run("{}", Caller("anonymous", "+15550100", "CA1"), lambda party, event: "")


def test_a_caller_is_attested_by_the_carrier_alone() -> None:
    assert replace(CALLER, stir_verstat="TN-Validation-Passed-A").number_is_attested
    assert not CALLER.number_is_attested


@pytest.mark.parametrize(
    ("function", "fault"),
    [(lambda guests: guests, "it may take a Caller and nothing else"), (lambda: "Yes.", "")],
)
def test_the_action_of_a_key_takes_a_caller_at_most(function: Callable[..., Any], fault: str) -> None:
    function.__name__ = "press"
    function.__annotations__ = {"guests": int, "return": str} if fault else {"return": str}
    if fault:
        with pytest.raises(AgentError, match=fault):
            key_action(function)
    else:
        assert key_action(function).by_key


def test_a_tool_as_the_action_of_a_key_speaks_only_text() -> None:
    def count() -> int:
        """Count."""
        return 5

    act = key_meaning("1", tool(count), ["en-US"])
    assert isinstance(act, Tool)
    assert act.run("{}", CALLER) == ()


@pytest.mark.parametrize("action", [tool(seats), ask_digits(read_pin, saying="Your PIN?", length=4)])
def test_a_tool_that_needs_more_than_a_caller_is_no_action_of_a_key(action: Tool) -> None:
    with pytest.raises(AgentError, match="cannot be the action of a key"):
        key_action(action)


def test_a_person_who_opts_out_is_stored() -> None:
    recorder = ListRecorder()

    def stop() -> OptOut:
        """Stop all calls."""
        return OptOut()

    told = tool(stop).run("{}", CALLER, recorder)
    assert told == OptOut().answer
    assert recorder.recorded == [("+15550101", OptedOut("CA1"))]


def test_a_message_is_ordered_in_the_log_of_the_call() -> None:
    recorder = ListRecorder()

    def confirm() -> Sms:
        """Confirm by text message."""
        return Sms("Friday at 19:30.")

    told = tool(confirm).run("{}", CALLER, recorder)
    assert told == "A text message is on its way."
    assert recorder.recorded == [("CA1", SmsOrdered("+15550101", "Friday at 19:30.", "+15550100"))]


@pytest.mark.parametrize(("answer", "told"), [(None, "It is due at nine."), ("Until then!", "Until then!")])
def test_a_call_back_is_ordered_in_the_log_of_the_call(answer: str | None, told: str) -> None:
    ordered: list[tuple[str, object]] = []
    back = CallBack(timedelta(hours=2), answer=answer)

    def call_back() -> CallBack:
        """Call the person back."""
        return back

    def record(log: str, event: object) -> str:
        ordered.append((log, event))
        return "It is due at nine."

    assert tool(call_back).run("{}", CALLER, record) == told
    assert ordered == [("CA1", back)]


@pytest.mark.parametrize(
    ("returned", "own"),
    [
        (OptOut(), True),
        (OptOut("Understood."), False),
        (Sms("Friday at 19:30."), True),
        (Sms("Friday at 19:30.", answer="They get it."), False),
        (CallBack(timedelta(hours=2)), True),
        (CallBack(timedelta(hours=2), answer="Until then!"), False),
    ],
    ids=str,
)
def test_words_of_hotline_are_told_from_those_of_the_author(returned: object, own: bool) -> None:
    def act() -> object:
        """Do it."""
        return returned

    assert isinstance(tool(act).run("{}", CALLER, lambda party, event: "It is due."), OwnWords) is own


def test_what_happens_when_nobody_is_there_is_checked_too() -> None:
    def through(to: str) -> HandOff:
        """Put the caller through."""
        closed = Say("We are closed. " * (1000 if to == "long" else 1))
        return HandOff("asked", "+15550100", closed=closed)

    assert isinstance(tool(through).run('{"to": "short"}', CALLER), HandOff)
    with pytest.raises(TooLongError, match=r"Say\.text has 15000 characters"):
        tool(through).run('{"to": "long"}', CALLER)
