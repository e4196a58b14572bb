"""A whole call: one session or, when its socket is lost, two; the table that they share, and the passing of time."""

import logging
from collections import Counter

from functions.relay.log.events import Announced, Entry, SessionEnded
from functions.relay.log.keys import Key, announcement, call_log
from tests.simulation.agents import GREETING, Manner, agent
from tests.simulation.caller import Step, script
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates
from tests.simulation.records import Ran, Record
from tests.simulation.scheduler import Scheduler
from tests.simulation.simulated_session import CALL, EPOCH, Place, SimulatedSession
from tests.simulation.store import Store

LIMIT = 900.0

AGAIN = 1.6
"""Seconds from a lost socket to the next one: the action callback, its answer, the handshake."""


class World:
    """One run. `legs` are the sessions with their records, once `run` has returned."""

    def __init__(self, chance: Chance, rates: FaultRates | None = None, steps: list[Step] | None = None) -> None:
        rates = rates or FaultRates.of(chance)
        self.store = Store()
        self.lines: list[str] = []
        self._chance, self._scheduler = chance, Scheduler(chance, LIMIT)
        agents = {"desk": agent(self._scheduler.pause, self._ran, Manner.of(chance))}
        self._place = Place(self._scheduler, self.store, chance, rates, agents, Counter(), [])
        plan = script(chance, rates.gone, rates.dropped) if steps is None else steps
        self.legs = [SimulatedSession(self._place, "c1", self.lines, plan)]
        self.legs[0].lost = self._resume

    def run(self) -> None:
        """Live through the call, until nothing is left that could happen. Raises OverrunError."""
        self._announce(self.legs[0], EPOCH - 500)
        with _Lines(self._scheduler, self.legs[0].record):
            self._scheduler.at(0.0, lambda: self.legs[0].begin(GREETING))
            self._scheduler.run()
        self.legs[0].record.crashes += self._scheduler.crashes
        for session in self.legs:
            session.record.over = self._scheduler.now

    def _ran(self, tool: str) -> None:
        self._place.ran.append(Ran(self._scheduler.now, self._scheduler.running, tool))

    def _resume(self) -> None:
        """Let Twilio connect again, as the answer to the action callback wants it, without a greeting of its own."""
        plan = script(self._chance, self._place.rates.gone, name="further step", first=100)
        session = SimulatedSession(self._place, "c2", self.lines, plan)
        self.legs.append(session)
        left = Entry(Key(EPOCH + int(self._scheduler.now * 1000), "left"), SessionEnded("VX-c1", "failed", "64105"))
        self.store.put(call_log(CALL), left)
        self._announce(session, left.key.at)
        self._scheduler.at(self._scheduler.now + AGAIN, lambda: session.begin(""))

    def _announce(self, session: SimulatedSession, at: int) -> None:
        """Note that a session may take up the call, as a webhook does."""
        announced = Announced("desk", "+15550101", "+15550100", ticket=session.ticket, at=at)
        self.store.put(call_log(CALL), Entry(announcement(len(self.legs) - 1), announced))


class _Lines(logging.Handler):
    """Keeps what the code logs among the lines of the record, and away from everybody else."""

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
