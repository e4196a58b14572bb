"""A whole call: one session, or more if its socket is lost or another agent takes it; and their table."""

import logging
from collections import Counter

from functions.relay.after_session import PassOn, Resume, next_step
from functions.relay.log.events import Announced, Entry, Screened, SessionEnded, SessionJoined
from functions.relay.log.keys import Key, announcement, call_log
from functions.relay.screening import SCREENED, machine_in
from tests.simulation.agents import BAR, DESK, GREETING, AgentTraits, agent
from tests.simulation.caller import Step, script
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates
from tests.simulation.placed import LOOKS_AFTER_S, Placed
from tests.simulation.records import Ran, Record
from tests.simulation.scheduler import Scheduler
from tests.simulation.simulated_session import CALL, EPOCH, SharedCall, SimulatedSession
from tests.simulation.store import Store

LONGEST_RUN_S = 900.0

MOST_SESSIONS = 3
"""Sessions of a call at most: a hand-over, and a second one."""

RECONNECT_S = 1.6
"""Seconds from a lost socket to the next one: the action callback, its answer, the handshake."""


class World:
    """One run. `sessions` are those of the call, with their records, once `run` has returned."""

    def __init__(self, chance: Chance, rates: FaultRates | None = None, steps: list[Step] | None = None) -> None:
        rates = rates or FaultRates.of(chance)
        self.store = Store()
        self.lines: list[str] = []
        self._chance, self._scheduler = chance, Scheduler(chance, LONGEST_RUN_S)
        traits = AgentTraits.of(chance)
        agents = {
            name: agent(self._scheduler.pause, self._ran, traits, other) for name, other in ((DESK, BAR), (BAR, DESK))
        }
        reports = not chance.happens("the line does not report", rates.unreporting)
        self._placed = Placed.of(chance)
        self._machine_at: float | None = None
        shared = SharedCall(
            self._scheduler, self.store, chance, rates, agents, Counter(), [], reports, self._placed.direction
        )
        self._shared = shared
        plan = script(chance, rates.gone, rates.dropped) if steps is None else steps
        self.sessions: list[SimulatedSession] = []
        self.sessions.append(self._session(DESK, plan))

    def run(self) -> None:
        """Run the call until nothing is left that could happen. Raises OverrunError."""
        self._announce(self.sessions[0], EPOCH - 500)
        with _Lines(self._scheduler, self.sessions[0].record):
            self._scheduler.at(0.0, lambda: self.sessions[0].begin(GREETING))
            for moment in self._placed.reports:
                self._scheduler.at(moment, self._hear)
            self._scheduler.run()
        self.sessions[0].record.crashes += self._scheduler.crashes
        for session in self.sessions:
            session.record.over, session.record.machine_at = self._scheduler.now, self._machine_at

    def _ran(self, tool: str) -> None:
        self._shared.ran.append(Ran(self._scheduler.now, self._scheduler.running, tool))

    def _session(self, agent: str, plan: list[Step]) -> SimulatedSession:
        """Return the next session of the call. It may be followed by another one."""
        connection = f"c{len(self.sessions) + 1}"
        session = SimulatedSession(self._shared, connection, self.lines, plan)
        session.lost = lambda: self._resume(connection, agent)
        session.left = lambda handoff: self._pass_on(connection, handoff)
        return session

    def _hear(self) -> None:
        """Log who has answered a placed call, and look then for its session, as the webhook does."""
        heard = Screened(self._placed.answered_by)
        if self.store.put(call_log(CALL), Entry(SCREENED, heard)) and machine_in([heard]):
            self._machine_at = self._scheduler.now
        self.lines.append(f"{self._scheduler.now:9.4f}  Twilio             hears {heard.answered_by}")
        self._scheduler.at(self._scheduler.now + LOOKS_AFTER_S, self._end_for_machine)

    def _end_for_machine(self) -> None:
        events = [one.event for one in self.store.query(call_log(CALL))]
        joined = [one.connection for one in events if isinstance(one, SessionJoined)]
        if joined and (machine := machine_in(events)):
            newest = next(session for session in self.sessions if session.connection == joined[-1])
            newest.end_for_machine(Screened(machine))

    def _resume(self, connection: str, agent: str) -> None:
        """Let Twilio connect again if the answer to the action callback says so, without a new greeting."""
        ended = SessionEnded(f"VX-{connection}", "failed", "64105")
        match next_step(ended, True, "", self.store.query(call_log(CALL))):
            case Resume():
                self._go_on(ended, agent, "")
            case _:
                pass

    def _pass_on(self, connection: str, handoff: str) -> None:
        """Let another agent take the call if this one wants that, as the answer to the action callback does."""
        ended = SessionEnded(f"VX-{connection}", "ended", "")
        match next_step(ended, True, handoff, self.store.query(call_log(CALL))):
            case PassOn(passed):
                self._go_on(ended, passed.agent, GREETING)
            case _:
                pass

    def _go_on(self, ended: SessionEnded, agent: str, greeting: str) -> None:
        number = len(self.sessions)
        if number == MOST_SESSIONS:
            return
        rates = self._shared.rates
        dropped = rates.dropped if number + 1 < MOST_SESSIONS else 0.0
        plan = script(self._chance, rates.gone, dropped, name=f"step of session {number + 1}", first=100 * number)
        session = self._session(agent, plan)
        self.sessions.append(session)
        left = Entry(Key(EPOCH + int(self._scheduler.now * 1000), f"left-{session.connection}"), ended)
        self.store.put(call_log(CALL), left)
        self._announce(session, left.key.at, agent)
        self._scheduler.at(self._scheduler.now + RECONNECT_S, lambda: session.begin(greeting))

    def _announce(self, session: SimulatedSession, at: int, agent: str = DESK) -> None:
        """Make the ticket of a session, as a webhook does."""
        announced = Announced(agent, "+15550101", "+15550100", ticket=session.ticket, at=at)
        self.store.put(call_log(CALL), Entry(announcement(len(self.sessions) - 1), announced))


class _Lines(logging.Handler):
    """Writes the code's log lines into the record, and nowhere else."""

    def __init__(self, scheduler: Scheduler, record: Record) -> None:
        super().__init__()
        self._scheduler, self._record = scheduler, record
        self._logger = logging.getLogger("hotline")

    def emit(self, record: logging.LogRecord) -> None:
        self._record.note(self._scheduler.now, "log", f"{record.levelname} {record.getMessage()}")

    def __enter__(self) -> "_Lines":
        self._logger.addHandler(self)
        self._logger.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = True
