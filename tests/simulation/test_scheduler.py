"""The scheduler: one part at a time, time that passes only when nobody is ready, and death at any point."""

from functools import partial

import pytest

from tests.simulation.chance import Chance
from tests.simulation.scheduler import BatonCrew, Killed, OverrunError, Process, Scheduler


def scheduler(seed: int = 0) -> Scheduler:
    return Scheduler(Chance(seed), limit=100.0)


def test_time_passes_only_when_nobody_is_ready() -> None:
    baton, order = scheduler(), list[tuple[float, str]]()

    def part(name: str, seconds: float) -> None:
        baton.pause(seconds)
        order.append((baton.now, name))

    for name, seconds in (("slow", 5.0), ("quick", 1.0)):
        baton.start(Process(name), name, partial(part, name, seconds))
    baton.run()
    assert order == [(1.0, "quick"), (5.0, "slow")]


def test_the_seed_chooses_who_goes_first() -> None:
    firsts = set()
    for seed in range(10):
        baton, order = scheduler(seed), list[str]()
        for name in ("one", "other"):
            baton.start(Process(name), name, partial(order.append, name))
        baton.run()
        firsts.add(order[0])
    assert firsts == {"one", "other"}


def test_a_wait_ends_when_its_condition_holds_and_it_is_told() -> None:
    baton, waited = scheduler(), list[tuple[bool, float]]()
    process, done = Process("p"), list[bool]()
    crew = BatonCrew(baton, process)

    def tell() -> None:
        baton.pause(2.0)
        done.append(True)
        baton.pause(1.0)
        crew.tell()

    def wait() -> None:
        crew.start("teller", tell)
        waited.append((crew.wait(lambda: bool(done), 10.0), round(baton.now, 3)))
        waited.append((crew.wait(lambda: False, 4.0), round(baton.now, 3)))
        waited.append((crew.left(1.0) == [], round(baton.now, 3)))

    baton.start(process, "waiter", wait)
    baton.run()
    # The one who waits is among those whom `left` waits for only if it was started by the crew itself.
    assert waited == [(True, 3.0), (False, 7.0), (True, 7.0)]


def test_a_killed_process_does_nothing_more_wherever_it_stands() -> None:
    baton, done = scheduler(), list[str]()
    process = Process("p")

    def part() -> None:
        try:
            baton.pause(5.0)
            done.append("went on")
        finally:
            try:
                baton.pause(1.0)
                done.append("waited in the end")
            except Killed:
                done.append("was stopped again")
                raise

    baton.start(process, "part", part)
    baton.at(2.0, lambda: baton.kill(process))
    baton.run()
    assert done == ["was stopped again"]
    assert baton.now == 2.0


def test_a_part_that_raises_is_known_and_stops_nobody_else() -> None:
    baton, done = scheduler(), list[str]()
    baton.start(Process("p"), "part", lambda: dict[str, str]()["gone"])
    baton.start(Process("q"), "other", lambda: done.append("done"))
    baton.run()
    assert done == ["done"]
    assert baton.crashes == ["p: part raised KeyError: 'gone'"]


def test_a_run_that_never_ends_is_ended() -> None:
    baton = scheduler()

    def part() -> None:
        while True:
            baton.pause(1.0)

    baton.start(Process("p"), "part", part)
    with pytest.raises(OverrunError, match="p: part"):
        baton.run()
