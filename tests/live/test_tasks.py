"""Tasks that run at the same time, and waiting for them."""

from threading import Event
from time import monotonic

import pytest

from functions.live.tasks import Future, ThreadTasks
from tests.endpoint import WAIT_S


def test_a_wait_ends_when_its_condition_holds() -> None:
    tasks, done = ThreadTasks(), list[int]()

    def work() -> None:
        done.append(1)
        tasks.notify()

    tasks.start("work", work)
    assert tasks.wait(lambda: bool(done), WAIT_S)
    assert tasks.join(WAIT_S) == []


def test_a_wait_whose_condition_never_holds_takes_its_seconds() -> None:
    began = monotonic()
    assert not ThreadTasks().wait(lambda: False, 0.05)
    assert monotonic() - began >= 0.05


def test_a_wait_without_time_looks_once() -> None:
    assert ThreadTasks().wait(lambda: True, -1)
    assert not ThreadTasks().wait(lambda: False, -1)


def test_parts_that_have_not_ended_are_named() -> None:
    tasks, release = ThreadTasks(), Event()

    def work() -> None:
        release.wait(WAIT_S)

    tasks.start("stuck", work)
    assert tasks.join(0.01) == ["stuck"]
    release.set()
    assert tasks.join(WAIT_S) == []


def test_a_part_gives_its_result() -> None:
    tasks = ThreadTasks()
    assert Future(tasks, "sum", lambda: 1 + 1).result() == 2


def test_a_task_raises_its_error_where_the_result_is_read() -> None:
    def fails() -> int:
        raise LookupError("nothing there")

    part = Future(ThreadTasks(), "fails", fails)
    with pytest.raises(LookupError, match="nothing there"):
        part.result()
