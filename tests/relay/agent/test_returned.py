from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import count
from math import nan
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

import pytest

from functions.relay.agent.returned import (
    DONE,
    EMPTY_TEXT,
    MOST_ITEMS,
    MOST_RESULT_CHARACTERS,
    NO_RESULT,
    UNREADABLE,
    in_text,
    return_type,
)


class Size(Enum):
    SMALL = "small"


class Place(NamedTuple):
    row: int
    seat: int


@dataclass(frozen=True, slots=True)
class Table:
    day: date
    size: Size
    places: tuple[Place, ...] = ()


def numbers() -> Iterator[int]:
    yield from (1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Friday", "Friday"),
        (" ", EMPTY_TEXT),
        (None, NO_RESULT),
        (0, "0"),
        (False, "false"),
        (nan, "NaN"),
        ([], "[] (empty: nothing was found)"),
        ({}, "{} (empty: nothing was found)"),
        (set(), "[] (empty: nothing was found)"),
        ([None], "[null]"),
        ((1, "é"), '[1, "é"]'),
        (Size.SMALL, '"small"'),
        (b"caf\xc3\xa9", '"café"'),
        (Decimal("1.10"), '"1.10"'),
        (Path("here"), '"here"'),
        (
            {("a", 1): {2}, Size.SMALL: None, 3: Place(4, 5)},
            '{"[\\"a\\", 1]": [2], "small": null, "3": {"row": 4, "seat": 5}}',
        ),
        (
            Table(date(2026, 11, 28), Size.SMALL, (Place(1, 2),)),
            '{"day": "2026-11-28", "size": "small", "places": [{"row": 1, "seat": 2}]}',
        ),
    ],
    ids=repr,
)
def test_a_value_is_given_exactly(value: Any, text: str) -> None:
    assert in_text(value) == text


def test_a_generator_is_told_by_its_items() -> None:
    assert in_text(numbers()) == "[1, 2]"


def test_a_generator_without_end_is_cut() -> None:
    assert in_text(count()).count(",") <= MOST_ITEMS


def test_a_list_that_holds_itself_is_written_as_python_does() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert in_text(ring) == "[[...]]"


class Broken:
    """An object that cannot be written."""

    def __repr__(self) -> str:
        raise ValueError


class Mute:
    """An object of which Python knows only the address."""


@pytest.mark.parametrize(
    "value",
    [Broken(), {"day": Broken()}, [Broken()], Mute(), [Mute()], object()],
    ids=["alone", "in a dict", "in a list", "mute", "mute in a list", "object"],
)
def test_an_object_that_cannot_be_written_is_no_failure(value: Any) -> None:
    assert in_text(value) == UNREADABLE


@pytest.mark.parametrize("value", ["", " ", "\u200b\ufeff", b"", bytearray()])
def test_an_empty_text_is_called_empty(value: Any) -> None:
    assert in_text(value) == EMPTY_TEXT


def test_a_long_text_is_cut_and_says_so() -> None:
    assert in_text("a" * 9_000) == "a" * MOST_RESULT_CHARACTERS + " … (cut, it has 9000 characters)"


def test_none_is_done_only_if_nothing_else_is_promised() -> None:
    def act() -> None: ...
    def search() -> str | None: ...
    def either(): ...  # type: ignore[no-untyped-def]  # noqa: ANN202

    assert [in_text(None, return_type(one)) for one in (act, search, either)] == [DONE, NO_RESULT, NO_RESULT]
    assert return_type(act) is NoneType
