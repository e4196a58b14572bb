"""One session of a call: the socket, the gateway that makes each frame an invocation, and the queue."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from functions.adapters.redaction import NumberRecognizer
from functions.live.deps import Frame, Ports
from functions.live.reminders import AnswerReminder, Reminder, TimeLimitReminder, read
from functions.live.session import Sessions
from functions.relay import Agent
from functions.relay.log.codec import load_note
from functions.relay.log.events import Closed, Entry, Screened
from functions.relay.log.keys import OPENING, Key, session_log
from functions.relay.log.table_item import NOTES
from tests.simulation.agents import QUESTION
from tests.simulation.caller import Caller, Step
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates
from tests.simulation.invocation import Invocation, Operations
from tests.simulation.outside import SeenLine, SeenModel, SeenTimer
from tests.simulation.records import Emitted, Invoked, Put, Ran, Record
from tests.simulation.scheduler import ScheduledTasks, Scheduler
from tests.simulation.store import SeenLog, Store
from tests.simulation.twilio import Twilio

CALL = "CA1"
EPOCH = 1_790_000_000_000
TRANSIT_S = 0.01
"""Seconds from Twilio to the gateway, which stamps the frame."""

SKEW_MS = 15.0
"""Milliseconds by which a stamp may be off: nothing says that one clock stamps all frames of a socket."""

TIMEOUT_S = 28.0
"""Seconds after which Lambda ends an invocation."""

MOST_POINTS, LATER = 60, 5
"""Points of an invocation at which it may be killed, and how many times later a draft may be."""

LONGEST_CALL_S = 600
"""Seconds after which no call goes on: a later reminder is left out."""

LOST, ENDED = 1006, 1000

Trigger = Reminder | Screened
"""What starts an invocation if no frame does: a reminder, or a report that a machine has answered."""


@dataclass(frozen=True, slots=True)
class SharedCall:
    """What all sessions of a call share. `kinds` counts what happens, so that each thing has its own name."""

    scheduler: Scheduler
    store: Store
    chance: Chance
    rates: FaultRates
    agents: Mapping[str, Agent]
    kinds: Counter[str]
    ran: list[Ran]
    reports: bool
    """Whether the line reports what it plays: it is the same line for all sessions."""

    direction: str = ""
    """The direction of a call that the agent places; empty for a caller's."""


class SimulatedSession:
    """One session of a call. `record` holds what happened in it. `lost` is called when its socket is lost.

    `left` is called with the data of the `end` that ended it.
    """

    def __init__(self, shared: SharedCall, connection: str, lines: list[str], plan: list[Step]) -> None:
        """`plan` is what the caller does; `lines` get the trace of all sessions. Nothing begins yet."""
        self.connection = connection
        self.record = Record(lines=lines, ran=shared.ran)
        self.lost: Callable[[], None] = lambda: None
        self.left: Callable[[str], None] = lambda _: None
        self._scheduler, self._store, self._agents = shared.scheduler, shared.store, shared.agents
        self._chance, self._rates, self._kinds = shared.chance, shared.rates, shared.kinds
        self._direction = shared.direction
        self._operations = Operations(self._scheduler, self._chance, self._rates, self.record, self._kill)
        self.record.reports = reports = shared.reports
        self._twilio = Twilio(self._scheduler, self.record, self._frame, self._changed, reports=reports)
        self._closed = False
        self._owing: dict[Key, bool] = {}
        self._caller = Caller(self._operations, self.record, self._twilio, plan, self.owed)

    @property
    def ticket(self) -> str:
        """The ticket that the session's webhook gave it for the call."""
        return f"ticket-of-{self.connection}"

    def begin(self, greeting: str) -> None:
        """Let Twilio open the socket, and start the caller."""
        setup: dict[str, Any] = {"type": "setup", "sessionId": f"VX-{self.connection}", "callSid": CALL}
        setup |= {"customParameters": {"ticket": self.ticket}}
        setup |= {"direction": self._direction} if self._direction else {}
        self._twilio.begin(setup | {"from": "+15550101", "to": "+15550100"}, greeting)
        self._caller.begin()

    def end_for_machine(self, machine: Screened) -> None:
        """Invoke the session's function with a report that a machine has answered."""
        name = self._named("machine")
        for copy in range(1 + self._chance.happens(f"{name} comes twice", self._rates.repeated)):
            self._invoke(
                f"{name} again" if copy else name,
                Key(0, name),
                self._rates.crashed,
                lambda sessions: sessions.end_for_machine(self.connection, machine.answered_by),
                machine,
            )

    def owed(self) -> bool:
        """Whether the caller waits for an answer, as far as the line can know."""
        return any(self._owing.values())

    def _changed(self) -> None:
        self._caller.changed()
        if not self._twilio.open and not self._closed:
            self._closed = True
            self._disconnect()
            if self._twilio.dropped:
                self.lost()
            elif self._twilio.handoff:
                self.left(self._twilio.handoff)

    def _take(self, text: str, turn: Key) -> bool:
        taken = self._twilio.take(text, turn)
        frame = json.loads(text)
        if taken and (frame.get("last") or frame["type"] == "end"):
            self._owing[turn] = False
            self._caller.changed()
        if taken and QUESTION in str(frame.get("token")):
            self._caller.asked_for_digits()
        return taken

    # The gateway

    def _frame(self, kind: str, frame: dict[str, Any], cut: frozenset[Key]) -> None:
        name, key = self._named(kind), self._key()
        body = json.dumps(frame)
        self.record.emitted.append(Emitted(self._scheduler.now, key, body, kind, cut))
        self.record.note(self._scheduler.now, "Twilio", f"sends {name} {body if kind != 'setup' else ''}")
        if kind == "prompt":
            self._owing = {key: True}
        for turn in cut:
            self._owing[turn] = False
        if frame["type"] == NOTES:
            self._note(name, key, body)
            return
        odds = self._rates.killed if kind in ("prompt", "partial", "dtmf") else self._rates.crashed
        for copy in range(1 + self._chance.happens(f"{name} comes twice", self._rates.repeated)):
            turn = OPENING if kind == "setup" else key
            self._invoke(name if not copy else f"{name} again", turn, odds, self._receiving(key, body))

    def _note(self, name: str, key: Key, body: str) -> None:
        """Put a note of the line into the table, as the gateway does by itself. One that comes twice is one."""
        chance, rates, record = self._chance, self._rates, self.record
        delay = TRANSIT_S + chance.between(f"{name} is put after", 0.0, 0.02)
        if chance.happens(f"{name} is put late", rates.late):
            delay += chance.between(f"{name} is put late by", 0.0, 1.0)
        if chance.happens(f"{name} is not put", rates.unnoted):
            record.fault(self._scheduler.now, name, "the note is not put")
            return
        log, entry = session_log(self.connection), Entry(key, load_note(body.encode()))

        def put() -> None:
            self._store.put(log, entry)
            record.puts.append(Put(self._scheduler.now, name, log, entry))
            record.note(self._scheduler.now, name, f"is noted: {entry.event}")

        self._scheduler.at(self._scheduler.now + delay, put)

    def _receiving(self, key: Key, body: str) -> Callable[[Sessions], str]:
        def receive(sessions: Sessions) -> str:
            late_s = self._scheduler.now - (key.at - EPOCH) / 1000
            return sessions.receive(Frame(self.connection, key, body, late_s=max(late_s, 0.0)))

        return receive

    def _disconnect(self) -> None:
        name, key = self._named("disconnect"), self._key()
        if self._chance.happens("$disconnect never comes", self._rates.undisconnected):
            return
        entry = Entry(key, Closed(LOST if self._twilio.dropped else ENDED))

        def close(sessions: Sessions) -> str:
            sessions.ports.log.append(session_log(self.connection), entry)
            return "closed"

        late = self._chance.between("$disconnect late", 0.0, 9.0) * self._chance.happens("$disconnect is late", 0.5)
        self._scheduler.at(self._scheduler.now + late, lambda: self._invoke(name, key, 0.0, close))

    def _key(self) -> Key:
        number, off = sum(self._kinds.values()), 0.0
        if self._chance.happens(f"message {number} has another clock's stamp", self._rates.skewed):
            off = self._chance.between(f"message {number} off by", -SKEW_MS, SKEW_MS)
        stamp = EPOCH + int((self._scheduler.now + TRANSIT_S) * 1000 + off)
        return Key(stamp, format(int(self._chance.share(f"message {number}") * 16**8), "08x"))

    def _named(self, kind: str) -> str:
        self._kinds[kind] += 1
        return f"{kind}#{self._kinds[kind]}"

    # Invocations

    def _invoke(
        self, name: str, key: Key, killed: float, work: Callable[[Sessions], str], trigger: Trigger | None = None
    ) -> None:
        chance = self._chance
        invocation = Invocation(name, turn=key)
        if chance.happens(f"{name} starts late", self._rates.late):
            invocation.late_s = chance.between(f"{name} late by", 0.0, 1.0)
        invocation.drafts = name.startswith("partial")
        invocation.clock_off = 500.0
        if chance.happens(f"{name} has a clock that is off", 0.3):
            invocation.clock_off += chance.between(f"{name} off by", -1.0, 1.0)
        if killed and chance.happens(f"{name} is killed", killed):
            invocation.dies_at = chance.count(f"{name} dies at", 1, MOST_POINTS)
            if invocation.drafts:
                # A draft looks often before its prompt comes.
                invocation.dies_at *= chance.count(f"{name} dies later", 1, LATER)
        invocation.on_time = not chance.happens(f"{name} is faster or slower at times", 1.0)
        starts = self._scheduler.now + TRANSIT_S + invocation.late_s
        self._scheduler.at(starts, lambda: self._begin(invocation, work, trigger))

    def _begin(self, invocation: Invocation, work: Callable[[Sessions], str], trigger: Trigger | None) -> None:
        invoked = Invoked(invocation.name, self._scheduler.now, invocation.turn, trigger is not None)
        match trigger:
            case TimeLimitReminder(waited=waited):
                invoked.waited = waited
            case _:
                pass
        invoked.late_s = invocation.late_s
        self.record.invoked.append(invoked)
        invocation.invoked = invoked
        self.record.note(self._scheduler.now, invocation.name, "begins")
        self._scheduler.start(invocation, "handler", lambda: self._handle(invocation, work))
        self._scheduler.at(self._scheduler.now + TIMEOUT_S, lambda: self._time_out(invocation))

    def _handle(self, invocation: Invocation, work: Callable[[Sessions], str]) -> None:
        operations = self._operations
        log = SeenLog(self._store, operations, invocation)
        ports = Ports(
            log,
            SeenLine(self._take, operations, invocation),
            SeenModel(operations, invocation),
            SeenTimer(lambda seconds, note: self._bring(invocation.turn, seconds, note), operations, invocation),
            log,
            log,
        )
        sessions = Sessions(
            ports,
            self._agents,
            lambda: self._scheduler.now + invocation.clock_off,
            lambda: ScheduledTasks(self._scheduler, invocation),
            recognizer=NumberRecognizer(),
        )
        invoked = invocation.invoked
        try:
            invoked.done = work(sessions)
        except Exception as error:  # noqa: BLE001 - as the handlers do
            invoked.done = f"failed: {type(error).__name__}: {error}"
        invoked.ended = self._scheduler.now
        invoked.left = tuple(task.name for task in invocation.tasks if not task.ended and task.name != "handler")
        self.record.note(self._scheduler.now, invocation.name, f"returns: {invoked.done}")
        # What still runs is frozen with the process, and never goes on.
        self._scheduler.kill(invocation)

    def _kill(self, invocation: Invocation) -> None:
        invocation.invoked.killed = self._scheduler.now
        self._scheduler.kill(invocation)
        if not invocation.invoked.reminder:
            # The text that API Gateway itself writes into the socket when a function breaks.
            self._scheduler.at(self._scheduler.now, self._gateway_error)

    def _gateway_error(self) -> None:
        error = {"message": "Internal server error", "connectionId": self.connection, "requestId": "r1"}
        self._twilio.take(json.dumps(error), None)

    def _time_out(self, invocation: Invocation) -> None:
        if invocation.invoked.ended is None and invocation.invoked.killed is None:
            self.record.crashes.append(f"{invocation.name} ran for {TIMEOUT_S:.0f} s")
            self._kill(invocation)

    # The queue

    def _bring(self, turn: Key, seconds: int, note: str) -> None:
        reminder = read(note)
        if isinstance(reminder, TimeLimitReminder) and seconds + reminder.left > LONGEST_CALL_S:
            return  # No call here lasts that long.
        turn = reminder.key if isinstance(reminder, AnswerReminder) else turn
        name = self._named("reminder")
        if isinstance(reminder, AnswerReminder):
            self.record.reminded.setdefault(turn, self._scheduler.now)
        moment = self._scheduler.now + seconds
        self.record.note(self._scheduler.now, name, f"comes back in {seconds} s: {note}")
        if self._chance.happens(f"{name} comes late", self._rates.belated):
            moment += self._chance.between(f"{name} comes late by", 0.0, 1.0)
        moments = [moment]
        if self._chance.happens(f"{name} comes twice", self._rates.repeated):
            moments.append(moment + self._chance.between(f"{name} again after", 0.0, 3.0))
        for copy, due in enumerate(moments):
            self._scheduler.at(due, partial(self._remind, name + " again" * copy, turn, reminder))

    def _remind(self, name: str, turn: Key, reminder: Reminder) -> None:
        self._invoke(name, turn, self._rates.killed / 2, lambda sessions: sessions.check(reminder), reminder)
