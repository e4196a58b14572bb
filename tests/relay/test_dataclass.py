"""Classes that are made fast behave like dataclasses of the standard library."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from functions.relay.dataclass import dataclass


def _declare(decorator: Any) -> Any:
    @decorator(frozen=True, slots=True)
    class Order:
        """An order."""

        dish: str
        count: int = 1
        notes: Mapping[str, str] = field(default_factory=dict)
        secret: str = field(default="", repr=False, compare=False)
        mark: str = field(init=False, default="new")
        total: int = field(init=False, repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.count * 10)

    return Order


OURS, THEIRS = _declare(dataclass), _declare(dataclasses.dataclass)
GIVEN: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    (("soup",), {}),
    (("soup", 2), {"secret": "x"}),
    ((), {"dish": "fish", "notes": {"a": "b"}}),
)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Has no field."""


@dataclass(frozen=True, slots=True)
class Point:
    """Has two fields that can be hashed."""

    x: int
    y: int = 0


@pytest.mark.parametrize(("arguments", "named"), GIVEN)
def test_an_object_is_shown_and_taken_apart_as_usual(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = OURS(*arguments, **named), THEIRS(*arguments, **named)
    assert repr(ours) == repr(theirs)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert dataclasses.astuple(ours) == dataclasses.astuple(theirs)
    assert (OURS.__match_args__, OURS.__slots__, OURS.__doc__) == (
        THEIRS.__match_args__,
        THEIRS.__slots__,
        THEIRS.__doc__,
    )


def test_a_signature_is_the_usual_one_at_any_time() -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        dish: str
        total: int = 1

    @dataclasses.dataclass(frozen=True)
    class Extended(Fresh):
        more: str = ""

    for _ in range(2):
        assert list(inspect.signature(Fresh).parameters) == ["dish", "total"]
        assert list(inspect.signature(Extended).parameters) == ["dish", "total", "more"]
        assert Fresh("soup") == Fresh(total=1, dish="soup")
    OURS("soup")
    ours, theirs = (list(inspect.signature(one).parameters) for one in (OURS, THEIRS))
    assert ours == theirs
    assert OURS.__init__.__annotations__ == THEIRS.__init__.__annotations__


def test_a_class_that_extends_another_uses_its_init() -> None:
    @dataclass(frozen=True, slots=True)
    class Base:
        dish: str

    class Extended(Base):
        __slots__ = ()

    assert Extended("soup").dish == "soup"
    assert Base("salad").dish == "salad"


@pytest.mark.parametrize("given", [{}, {"dish": "soup", "total": 1}, {"dish": "soup", "other": 1}])
def test_wrong_arguments_raise_the_usual_error(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as usual:
        THEIRS(**given)
    with pytest.raises(TypeError) as ours:
        OURS(**given)
    assert str(ours.value) == str(usual.value)


def test_objects_are_equal_if_their_compared_fields_are() -> None:
    assert OURS("soup", secret="a") == OURS("soup", secret="b")
    assert OURS("soup") != OURS("soup", 2)
    assert OURS("soup") != THEIRS("soup")
    assert Point(1).__eq__((1, 0)) is NotImplemented
    assert Nothing() == Nothing()


def test_equal_objects_have_one_hash() -> None:
    assert len({Point(1, 2), Point(1, 2), Point(2, 1)}) == 2
    assert hash(Nothing()) == hash(Nothing())
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS("soup"))


@pytest.mark.parametrize("name", ["x", "z"])
def test_nothing_can_be_assigned_or_deleted(name: str) -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match=f"assign to field '{name}'"):
        setattr(point, name, 2)
    with pytest.raises(FrozenInstanceError, match=f"delete field '{name}'"):
        delattr(point, name)
    assert point == Point(1)


def test_each_object_gets_its_own_default() -> None:
    assert OURS("soup").notes is not OURS("soup").notes


def test_replace_copy_and_pickle_work() -> None:
    order = OURS("soup", 2)
    assert dataclasses.replace(order, count=3).total == 30
    assert copy.deepcopy(order) == order
    assert copy.copy(order).total == 20
    assert pickle.loads(pickle.dumps(Point(3, 4))) == Point(3, 4)


def test_a_method_of_the_class_itself_is_kept() -> None:
    @dataclass(frozen=True, slots=True)
    class Quiet:
        word: str

        def __repr__(self) -> str:
            return "Quiet"

    assert repr(Quiet("secret")) == "Quiet"


def test_a_class_can_be_extended() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Deep(Point):
        z: int = 0

    assert repr(Deep(1, 2, 3)).endswith("Deep(x=1, y=2, z=3)")
    assert Deep(1) != Point(1)


@pytest.mark.parametrize("flags", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}])
def test_another_kind_of_class_is_refused(flags: dict[str, bool]) -> None:
    with pytest.raises(TypeError, match="standard library"):
        dataclass(**flags)


def test_a_field_that_no_argument_sets_gets_its_own_default() -> None:
    @dataclass(frozen=True, slots=True)
    class Basket:
        dishes: list[str] = field(init=False, default_factory=list)

    assert Basket().dishes == []
    assert Basket().dishes is not Basket().dishes
