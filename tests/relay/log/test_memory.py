import pytest

from functions.relay.log.memory import MOST_MEMORY_CHARACTERS, Memory, Value, changed, changes


def test_what_was_set_and_deleted_is_known() -> None:
    before: dict[str, Value] = {"a": 1, "b": "x", "c": True}
    assert changes(before, {"a": 2, "b": "x", "d": 0.5}) == (("a", 2), ("c", None), ("d", 0.5))
    assert changes(before, before) == ()


def test_changes_make_the_memory_that_they_were_made_of() -> None:
    before: dict[str, Value] = {"a": 1, "b": "x"}
    after: dict[str, Value] = {"b": "y", "c": False}
    assert dict(changed(tuple(before.items()), changes(before, after))) == after


def test_what_is_set_to_none_is_forgotten() -> None:
    memory = Memory({"a": 1})
    memory["a"] = None
    assert changed((("a", 1),), changes({"a": 1}, memory)) == ()


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"x", object(), float("nan"), float("inf")])
def test_what_is_no_plain_value_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(ValueError, match=r"memory\['booking'\] cannot be kept"):
        Memory()["booking"] = value  # type: ignore[assignment]


def test_a_memory_has_a_bound() -> None:
    memory = Memory({"a": "x" * (MOST_MEMORY_CHARACTERS - 100)})
    with pytest.raises(ValueError, match="full with 'b'"):
        memory["b"] = "y" * 100
    assert "b" not in memory
