from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.agent.schema import (
    MismatchError,
    UnsupportedError,
    as_text,
    canonical,
    checked,
    named,
    schema,
    unknown,
)


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Floor(IntEnum):
    GROUND = 0
    FIRST = 1


class Mixed(Enum):
    ONE = 1
    TWO = "two"


@dataclass
class Guest:
    """Somebody at the table."""

    name: str
    age: int | None = None


@dataclass
class Party:
    """A table's guests."""

    guests: list[Guest]
    size: Size = Size.SMALL
    wishes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.guests) > 8:
            raise ValueError("at most eight guests sit at a table")


GUEST = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}
ANNA = Guest("Anna")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (str | None, {"type": "string"}),
        (Optional[int], {"type": "integer"}),  # noqa: UP045 - users write it so
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (list[list[int]], {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        (list[int | None], {"type": "array", "items": {"type": "integer"}}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Literal[True], {"type": "boolean", "enum": [True]}),
        (Size, {"type": "string", "enum": ["small", "large"]}),
        (Floor, {"type": "integer", "enum": [0, 1]}),
        (Annotated[str, "four letters"], {"type": "string", "description": "four letters"}),
        (Annotated[str, "four", 5, "letters"], {"type": "string", "description": "four letters"}),
        (Annotated[int, 5], {"type": "integer"}),
        (Annotated[str | None, "or none"], {"type": "string", "description": "or none"}),
        (Annotated[str, "inner"] | None, {"type": "string", "description": "inner"}),
        (Guest, GUEST),
        (
            Party,
            {
                "type": "object",
                "properties": {
                    "guests": {"type": "array", "items": GUEST},
                    "size": {"type": "string", "enum": ["small", "large"]},
                    "wishes": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["guests"],
                "additionalProperties": False,
            },
        ),
    ],
    ids=str,
)
def test_a_type_has_a_schema(kind: Any, expected: dict[str, Any]) -> None:
    assert schema(kind) == expected


@pytest.mark.parametrize(
    "kind",
    [dict, dict[str, int], list, tuple[int, int], set[str], bytes, object, Any, None, int | str, int | str | None,
     Literal[1, "a"], Literal[None], Mixed, list[dict[str, int]], complex, Enum],
    ids=str,
)  # fmt: skip
def test_another_type_has_none_and_the_error_says_so(kind: Any) -> None:
    with pytest.raises(UnsupportedError, match=r"schema|Literal or an Enum"):
        schema(kind)


@pytest.mark.parametrize(
    ("kind", "value", "meaning"),
    [
        (str, "a", "a"),
        (str, "", ""),
        (int, 3, 3),
        (int, 3.0, 3),
        (int, 10**400, 10**400),
        (float, 3, 3.0),
        (float, 0.5, 0.5),
        (bool, False, False),
        (str | None, None, None),
        (str | None, "a", "a"),
        (list[int], [], []),
        (list[int], [1, 2.0], [1, 2]),
        (list[int | None], [1, None], [1, None]),
        (Literal["a", "b"], "b", "b"),
        (Literal[0, 1], 1, 1),
        (Size, "large", Size.LARGE),
        (Floor, 0, Floor.GROUND),
        (Annotated[int, "how many"], 3, 3),
        (Guest, {"name": "Anna"}, ANNA),
        (Guest, {"name": "Anna", "age": None}, ANNA),
        (Party, {"guests": [{"name": "Anna"}], "size": "large"}, Party([ANNA], Size.LARGE)),
    ],
    ids=str,
)
def test_a_value_of_the_type_is_taken(kind: Any, value: Any, meaning: Any) -> None:
    taken = checked(kind, value, "it")
    assert taken == meaning
    assert type(taken) is type(meaning)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (str, 3, "it: a string is wanted"),
        (str, None, "it: a string is wanted"),
        (int, "3", "it: an integer is wanted"),
        (int, 3.5, "it: an integer is wanted"),
        (int, True, "it: an integer is wanted"),
        (int, float("nan"), "it: an integer is wanted"),
        (int, float("inf"), "it: an integer is wanted"),
        (float, "0.5", "it: a number is wanted"),
        (float, False, "it: a number is wanted"),
        (float, 10**400, "it: a number is wanted"),
        (bool, 1, "it: a boolean is wanted"),
        (bool, "true", "it: a boolean is wanted"),
        (list[int], 3, "it: a list is wanted"),
        (list[int], [1, "2"], "it[1]: an integer is wanted"),
        (Literal["a", "b"], "c", "it: one of a, b is wanted"),
        (Literal[0, 1], True, "it: one of 0, 1 is wanted"),
        (Literal[0, 1], [], "it: one of 0, 1 is wanted"),
        (Size, "SMALL", "it: one of small, large is wanted"),
        (Guest, "Anna", "it: an object is wanted"),
        (Guest, {}, "it: missing name"),
        (Guest, {"name": "Anna", "shoe": 3, "hat": 4}, "it: there is no hat, shoe"),
        (Guest, {"name": 3}, "it.name: a string is wanted"),
        (Party, {"guests": [{"name": "Anna", "age": "3"}]}, "it.guests[0].age: an integer is wanted"),
        (Party, {"guests": [{"name": "A"}] * 9}, "it: at most eight guests sit at a table"),
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused_with_words_for_the_model(kind: Any, value: Any, words: str) -> None:
    with pytest.raises(MismatchError) as caught:
        checked(kind, value, "it")
    assert str(caught.value) == words


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from(["small", "name"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "age", "guests"]), inner),
    max_leaves=6,
)


@given(st.sampled_from([str, int, float, bool, int | None, list[int], Literal[1], Size, Guest, Party]), ANY_JSON)
@settings(max_examples=100, deadline=None)
def test_whatever_a_model_writes_is_taken_or_refused(kind: Any, value: Any) -> None:
    try:
        checked(kind, value, "it")
    except MismatchError as error:
        assert str(error).startswith("it")


@pytest.mark.parametrize("name", ["find table", "", "reservación", "a" * 65])
def test_a_name_that_models_do_not_take_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match="models do not take the name"):
        named(name)


def test_a_dataclass_of_which_nothing_is_known_has_no_values() -> None:
    assert unknown(Party) == dict.fromkeys(unknown(Party))
    assert {"name"} <= unknown(Guest).keys()


@dataclass(eq=False)
class Guests:
    names: list[str]


def test_values_that_are_written_differently_have_one_form() -> None:
    one, other = Guests(["caf\u00e9 a"]), Guests([" cafe\u0301\u00a0 \uff41"])
    assert canonical(one) == canonical(other) != canonical(Guests(["cafe a"]))
    assert canonical({"a": (one, Size.SMALL)}) == canonical({"a": [other, Size.SMALL]}) != canonical({"a": []})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O\u2019Brien"),
        ("Anna-Lena", "Anna\u2011Lena"),
        ("9-11", "9\u201311"),
        ("Anna", "Anna\u200b"),
        ("Lot\u00adte", "Lotte"),
        ("Anna", "Anna."),
        ("A table, please!", "a table, please \u2026"),
        ('the "Star"', "the \u201eStar\u201c"),
    ],
)
def test_texts_that_sound_alike_have_one_form(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna", "Anne"), ("-5", "5"), ("A-", "A"), ("A+", "A"), ("C#", "C"), ("?", ""), ("1.5", "15"), ("4", 4)],
)
def test_texts_that_mean_different_things_stay_different(one: str, other: object) -> None:
    assert canonical(one) != canonical(other)


def test_numbers_can_be_compared_as_texts() -> None:
    assert as_text({"a": [2, 2.0, "2 "], "b": 0.5}) == as_text({"a": ["2", "2", 2], "b": "0.5"})
    assert as_text([True, None, "on"]) == as_text(["True", None, "On"])
    assert as_text("02") != as_text(2)
