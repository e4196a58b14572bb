from typing import Any

import pytest

from benchmarks.cache import PAUSES_S, rows
from benchmarks.report import Row

POINT = {"cachePoint": {"type": "default"}}


def request(number: int, minute: int, prompt: str = "You answer.") -> dict[str, Any]:
    """The request of a turn; the one before had one message less."""
    messages = [{"role": "user", "content": [{"text": f"Question {one}"}]} for one in range(number + 1)]
    messages[-1]["content"] = [{"text": f"Question {number}"}, POINT]
    system = [{"text": prompt}, POINT, {"text": f"It is 12:{minute:02}."}]
    return {"toolConfig": {"tools": [{"name": "find"}, POINT]}, "system": system, "messages": messages}


def measured(*bodies: dict[str, Any]) -> list[Row]:
    return list(rows(bodies))


def test_a_prompt_that_stays_meets_its_goals() -> None:
    bodies = [request(number, int(sum(PAUSES_S[: number + 1]) // 60)) for number in range(len(PAUSES_S))]
    versions, kept, later = measured(*bodies)
    assert (versions.value, kept.value, versions.met, kept.met) == (1, 0, True, True)
    assert later.value > 0


@pytest.mark.parametrize(("prompt", "minute"), [("You answer. It is 12:01.", 0), ("You answer.", 1)])
def test_a_time_in_the_wrong_place_misses_a_goal(prompt: str, minute: int) -> None:
    changed = [request(number, minute * number, prompt if number else "You answer.") for number in range(4)]
    assert not all(row.met for row in measured(*changed))
