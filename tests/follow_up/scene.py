"""A table with a call in it, and doubles of what follows a call."""

from dataclasses import dataclass, field, replace

from functions.follow_up.calls import check
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder
from functions.providers import price_of
from functions.relay.log.keys import call_log, session_log
from functions.relay.record.call_record import CallRecord
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import FIRST_LOOK_S
from tests.doubles import MemoryLog, MemoryRecords
from tests.relay.record.calls import CALL, PLAIN, announced, joined

OWN, SESSION = call_log(CALL), session_log("c0")


@dataclass
class Notes:
    """The port `Timer` that records its reminders."""

    sent: list[tuple[int, str]] = field(default_factory=list)

    def remind(self, seconds: int, reminder: str) -> None:
        self.sent.append((seconds, reminder))


@dataclass
class Scene:
    """A table with a call in it, and what follows the call."""

    log: MemoryLog = field(default_factory=MemoryLog)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    notes: Notes = field(default_factory=Notes)
    private: MemoryLog = field(default_factory=MemoryLog)

    @property
    def deps(self) -> FollowUpDeps:
        ports = (self.log, self.records, self.notes)
        return FollowUpDeps(*ports, lambda: lambda number: f"mark {number}", price_of, private=self.private)

    def put(self, logs: CallLogs) -> "Scene":
        for entry in logs.own:
            self.log.append(call_log(logs.call), entry)
        for one in logs.sessions:
            for entry in one.entries:
                self.log.append(session_log(one.connection), entry)
        return self

    def check(self, log: str = OWN, waited: int = FIRST_LOOK_S) -> str:
        return check(self.deps, FollowUpReminder(log, waited))

    @property
    def record(self) -> CallRecord:
        found = self.records.get(CALL)
        assert found
        return found


OPEN = replace(PLAIN, own=(announced(), joined(ms=500)))
