"""Parts that run beside each other, and waiting for them."""

from threading import Event
from time import monotonic

import pytest

from functions.live.tasks import Part, Threads
from tests.endpoint import SOON


def test_a_wait_ends_when_its_condition_holds() -> None:
    crew, done = Threads(), list[int]()

    def work() -> None:
        done.append(1)
        crew.tell()

    crew.start("work", work)
    assert crew.wait(lambda: bool(done), SOON)
    assert crew.left(SOON) == []


def test_a_wait_whose_condition_never_holds_takes_its_seconds() -> None:
    began = monotonic()
    assert not Threads().wait(lambda: False, 0.05)
    assert monotonic() - began >= 0.05


def test_a_wait_without_time_looks_once() -> None:
    assert Threads().wait(lambda: True, -1)
    assert not Threads().wait(lambda: False, -1)


def test_parts_that_have_not_ended_are_named() -> None:
    crew, release = Threads(), Event()

    def work() -> None:
        release.wait(SOON)

    crew.start("stuck", work)
    assert crew.left(0.01) == ["stuck"]
    release.set()
    assert crew.left(SOON) == []


def test_a_part_gives_its_result() -> None:
    crew = Threads()
    assert Part(crew, "sum", lambda: 1 + 1).result() == 2


def test_a_part_raises_what_its_work_raised_where_the_result_is_wanted() -> None:
    def fails() -> int:
        raise LookupError("nothing there")

    part = Part(Threads(), "fails", fails)
    with pytest.raises(LookupError, match="nothing there"):
        part.result()
