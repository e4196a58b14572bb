"""A thousand calls that end in the same second: each has one record, and is told once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from functions.follow_up.calls import check
from functions.follow_up.reminder import FollowUpReminder
from functions.relay.log.events import Announced, Entry, Progressed
from functions.relay.log.keys import Key, announcement, call_log
from functions.relay.ports import LogError
from functions.relay.record.call_record import CallRecord
from tests.follow_up.scene import Scene
from tests.relay.record.calls import BEGAN, CALLED, CALLER

pytestmark = pytest.mark.slow

CALLS = [f"CA{number:032x}" for number in range(1000)]


@dataclass
class Told:
    """The port `Outlet` that fails the first time that it hears of a call, as a service that is too busy."""

    told: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    name: str = "event"

    def tell(self, record: CallRecord) -> None:
        self.tried[record.call] += 1
        if self.tried[record.call] == 1 and int(record.call[-1], 16) % 4 == 0:
            raise LogError("throttled")
        self.told[record.call] += 1


def test_none_is_lost_and_none_is_told_twice() -> None:
    scene, outlet = Scene(), Told()
    for call in CALLS:
        scene.log.append(call_log(call), Entry(announcement(0), Announced("rosa", CALLER, CALLED, at=BEGAN)))
        over = Progressed(3, "completed", 9, CALLER, CALLED, at=BEGAN + 9_000)
        scene.log.append(call_log(call), Entry(Key(3, "completed"), over))
    deps = replace(scene.deps, outlets=[outlet])

    def handle(note: FollowUpReminder) -> None:
        """Check a call, and again after a failure, as the queue does."""
        for _ in range(3):
            try:
                check(deps, note)
            except Exception:  # noqa: BLE001 - the queue sends the note again
                continue
            return
        pytest.fail("a note failed again and again")

    notes = [FollowUpReminder(call_log(call), 60, f"n{number}") for number in range(3) for call in CALLS]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(handle, notes))
    assert outlet.told == Counter(CALLS)
    assert Counter(row.call for row in scene.records.rows("calls/2025-11-20")) == Counter(CALLS)
