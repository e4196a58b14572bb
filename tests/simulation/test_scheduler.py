"""The scheduler: one task at a time, time that passes only when no task is ready, and death at any point."""

from functools import partial

import pytest

from tests.simulation.chance import Chance
from tests.simulation.scheduler import Killed, OverrunError, Process, ScheduledTasks, Scheduler

pytestmark = pytest.mark.slow


def new_scheduler(seed: int = 0) -> Scheduler:
    return Scheduler(Chance(seed), limit=100.0)


def test_time_passes_only_when_no_task_is_ready() -> None:
    scheduler, order = new_scheduler(), list[tuple[float, str]]()

    def part(name: str, seconds: float) -> None:
        scheduler.pause(seconds)
        order.append((scheduler.now, name))

    for name, seconds in (("slow", 5.0), ("quick", 1.0)):
        scheduler.start(Process(name), name, partial(part, name, seconds))
    scheduler.run()
    assert order == [(1.0, "quick"), (5.0, "slow")]


def test_the_seed_chooses_who_goes_first() -> None:
    firsts = set()
    for seed in range(10):
        scheduler, order = new_scheduler(seed), list[str]()
        for name in ("one", "other"):
            scheduler.start(Process(name), name, partial(order.append, name))
        scheduler.run()
        firsts.add(order[0])
    assert firsts == {"one", "other"}


def test_a_wait_ends_when_its_condition_holds_and_it_is_told() -> None:
    scheduler, waited = new_scheduler(), list[tuple[bool, float]]()
    process, done = Process("p"), list[bool]()
    tasks = ScheduledTasks(scheduler, process)

    def tell() -> None:
        scheduler.pause(2.0)
        done.append(True)
        scheduler.pause(1.0)
        tasks.notify()

    def wait() -> None:
        tasks.start("teller", tell)
        waited.append((tasks.wait(lambda: bool(done), 10.0), round(scheduler.now, 3)))
        waited.append((tasks.wait(lambda: False, 4.0), round(scheduler.now, 3)))
        waited.append((tasks.join(1.0) == [], round(scheduler.now, 3)))

    scheduler.start(process, "waiter", wait)
    scheduler.run()
    # `join` does not wait for the task that calls it: this group did not start that task.
    assert waited == [(True, 3.0), (False, 7.0), (True, 7.0)]


def test_another_task_ends_a_pause() -> None:
    scheduler, process, woken = new_scheduler(), Process("p"), list[float]()

    def sleep() -> None:
        scheduler.at(2.0, scheduler.waker())
        scheduler.pause(60.0)
        woken.append(scheduler.now)

    scheduler.start(process, "sleeper", sleep)
    scheduler.run()
    assert woken == [2.0]


def test_a_killed_process_does_nothing_more() -> None:
    scheduler, done = new_scheduler(), list[str]()
    process = Process("p")

    def part() -> None:
        try:
            scheduler.pause(5.0)
            done.append("went on")
        finally:
            try:
                scheduler.pause(1.0)
                done.append("waited in the end")
            except Killed:
                done.append("was stopped again")
                raise

    scheduler.start(process, "part", part)
    scheduler.at(2.0, lambda: scheduler.kill(process))
    scheduler.run()
    assert done == ["was stopped again"]
    assert scheduler.now == 2.0


def test_a_part_that_raises_is_known_and_stops_nobody_else() -> None:
    scheduler, done = new_scheduler(), list[str]()
    scheduler.start(Process("p"), "part", lambda: dict[str, str]()["gone"])
    scheduler.start(Process("q"), "other", lambda: done.append("done"))
    scheduler.run()
    assert done == ["done"]
    assert scheduler.crashes == ["p: part raised KeyError: 'gone'"]


def test_a_run_that_never_ends_is_ended() -> None:
    scheduler = new_scheduler()

    def part() -> None:
        while True:
            scheduler.pause(1.0)

    scheduler.start(Process("p"), "part", part)
    with pytest.raises(OverrunError, match="p: part"):
        scheduler.run()
