"""Conducts an answer: does what the state machine says, and tells it what came of it.

The model, the line, the tools and the watch over the caller each run beside the others; all have ended when
`conduct` returns, since Lambda freezes what is left and wakes it in somebody else's call.
"""

import logging
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from functions.live.barge_in import Watch
from functions.live.deps import Ports
from functions.live.end_claim import Commitment
from functions.live.reminders import Awaited
from functions.live.tasks import Crew
from functions.relay.agent.outcomes import UnreachableError
from functions.relay.agent.tools import Caller, Outcome, Record, ToolError, in_words
from functions.relay.answer.answer import Answer
from functions.relay.answer.steps import (
    Action,
    Ask,
    Committed,
    Happening,
    Interrupted,
    ModelFailed,
    Note,
    Part,
    Post,
    Remind,
    Run,
    Stop,
    Superseded,
    Tick,
)
from functions.relay.answer.steps import ToolEnded as Ended
from functions.relay.call.call import SUPERSEDING, TURN_ENDING
from functions.relay.call.history import UNANSWERED
from functions.relay.error_location import origin
from functions.relay.log.events import Alive, Answered, Asked, Entry, HandedOff, Parted, Passed, Said
from functions.relay.log.events import Event as LogEvent
from functions.relay.log.keys import Key, call_log
from functions.relay.log.memory import changes
from functions.relay.ports import LogError, Sent, TimerError
from functions.relay.wire.messages import Interrupt, Outgoing
from functions.relay.wire.model import Finished, ModelError, Request

GRACE = 2.0
"""Seconds after its deadline until `conduct` leaves what still runs: the gateway waits no longer."""

NOTE_FOR = 12.0
"""Seconds for which an answer's end is tried to be noted: else a reminder would find it owed, and it came twice."""

HAND_OFF_FOR = 3.0
"""Seconds for which a hand-off is tried to be noted: the caller waits meanwhile."""

NOTE_AGAIN = 0.5
"""Seconds between two tries."""

SIGN_EVERY = 2.0
"""Seconds between two signs of life in the log; who finds no new one takes the answer over."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is given: the session's log, a key in it, the socket, and who is on the phone.

    The key is the prompt's, or stands under it for one who took the answer over. `interrupted` is the newest
    interrupt after it that stood in the log when that was read, at `read_at`; `digits` is what was keyed in. `parted`
    says that the log has it already that this answer, and no other, ends the session.
    """

    log: str
    key: Key
    connection: str
    caller: Caller
    interrupted: Key | None = None
    read_at: float | None = None
    digits: str = ""
    parted: bool = False


def conduct(answer: Answer, ports: Ports, place: Place, crew: Crew, clock: Callable[[], float]) -> None:
    """Give the answer, to its end. Raises nothing that a port can raise."""
    stage = _Stage(ports, place, crew, clock, answer.deadline)
    actions = answer.begin()
    while True:
        for action in actions:
            stage.do(action)
        if answer.done:
            break
        actions = answer.advance(stage.next(answer.wake), clock())
    stage.clear()
    if left := crew.left(answer.deadline + GRACE - clock()):
        logger.error("left behind, since the time is up: %s", ", ".join(left))


class _Stage:
    """Where the actions of one answer are done, each in a part of its own, and what happens is collected."""

    def __init__(self, ports: Ports, place: Place, crew: Crew, clock: Callable[[], float], deadline: float) -> None:
        self._ports, self._place, self._crew, self._clock = ports, place, crew, clock
        self._deadline = deadline
        self._happened: deque[Happening] = deque()
        self._halted, self._left = False, False
        self._commitment = Commitment(ports.log, place.log, crew, lambda: clock() < deadline, stands=place.parted)
        self._signs, self._sign_at = 0, clock() + SIGN_EVERY
        known = Interrupted(place.interrupted) if place.interrupted else None
        self._watch = Watch(crew, self._look, self._report, clock, known=known, looked_at=place.read_at)
        self._watch.start()

    def next(self, wake: float) -> Happening:
        """Return what happened next; a Tick if that was nothing until `wake`."""
        happened = self._crew.wait(lambda: bool(self._happened), wake - self._clock())
        return self._happened.popleft() if happened else Tick()

    def clear(self) -> None:
        """Tell the parts that still run that they are not needed any more."""
        self._halted = True
        self._watch.stop()

    def do(self, action: Action) -> None:
        """Do, or begin to do, what the answer wants done."""
        match action:
            case Ask(request):
                self._crew.start("model", lambda: self._ask(request))
            case Stop():
                self._halted = True
            case Post(message):
                self._crew.start("post", lambda: self._post(message))
            case Part():
                self._crew.start("part", lambda: self._part(action))
            case Note(place, Answered() as event):
                self._crew.start("note", lambda: self._note(place, event))
            case Note(place, Said(text)):
                self._note(place, Said(text, str(self._watch.spared or "")), NOTE_FOR)
            case Note(place, HandedOff() | Passed() as event):
                self._note(place, event, HAND_OFF_FOR, call_log(self._place.caller.call))
            case Note(place, event):
                self._note(place, event, NOTE_FOR)
            case Remind(seconds):
                self._crew.start("remind", lambda: self._remind(seconds))
            case Run():
                self._crew.start(f"tool {action.ask.name}", lambda: self._run(action))

    def _report(self, happening: Happening) -> None:
        self._happened.append(happening)
        self._crew.tell()

    def _ask(self, request: Request) -> None:
        try:
            self._stream(request)
        except ModelError as error:
            logger.warning("model %s: %s", error.trouble, error)
            self._report(ModelFailed(error.trouble))
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises, the caller must hear something
            logger.error("model failed: %s", origin(error))
            self._report(ModelFailed("broken"))

    def _stream(self, request: Request) -> None:
        ended = False
        with closing(self._ports.model.ask(request)) as pieces:
            for piece in pieces:
                if self._halted:
                    return
                self._report(piece)
                ended = isinstance(piece, Finished)
        if not ended:
            raise ModelError("broken", "the stream ended without an end")

    def _post(self, message: Outgoing) -> None:
        self._sent(self._send(message) if self._watch.allows() else Sent.BUSY)

    def _sent(self, fate: Sent) -> None:
        self._left = self._left or fate is not Sent.BUSY
        if not self._left:
            self._watch.take_back()
        self._report(fate)

    def _part(self, part: Part) -> None:
        self._sent(self._send(part.message) if self._may_end(part) else Sent.BUSY)

    def _may_end(self, part: Part) -> bool:
        """Return whether this answer ends the session, and nobody else; report it, once that is certain."""
        if not self._commitment.stands and self._watch.allows():
            parted = Parted(str(self._place.key), part.how, part.message.handoff, part.playing)
            made = self._commitment.make(parted, self._watch.allows)
            self._report(Committed() if made else Superseded())
        return self._commitment.stands

    def _send(self, message: Outgoing) -> Sent:
        try:
            return self._ports.line.send(self._place.connection, message)
        except Exception as error:  # noqa: BLE001 - a message whose fate is unknown must not stop the answer
            logger.error("post failed: %s", origin(error))
            return Sent.LOST

    def _run(self, run: Run) -> None:
        memory = self._place.caller.memory
        before = dict(memory)
        begun = self._note(run.place, Asked(run.ask.id, run.ask.name, run.ask.arguments))
        outcome, failed = self._outcome(run) if begun else (UNANSWERED, True)
        self._note(run.answer_place, Answered(run.ask.id, in_words(outcome), failed, changes(before, memory)))
        self._report(Ended(run.ask.id, outcome, failed))

    def _outcome(self, run: Run) -> tuple[Outcome, bool]:
        try:
            place, record = self._place, self._recording(run.place)
            return run.tool.run(run.ask.arguments, place.caller, record, place.digits), False
        except ToolError as error:
            return str(error), True
        except UnreachableError as error:
            logger.error("tool %s failed: %s", run.ask.name, error)
            return str(error), True
        except BaseException as error:  # noqa: BLE001 - a tool's own failure, even a sys.exit, is words for the model
            logger.error("tool %s failed: %s", run.ask.name, origin(error))
            return f"{run.ask.name} failed.", True

    def _remind(self, seconds: int) -> None:
        try:
            self._ports.timer.remind(seconds, Awaited(self._place.connection, self._place.key).write())
        except TimerError as error:
            logger.error("nobody will see whether digits were keyed in: %s", error)

    def _recording(self, place: int) -> Record:
        """Return what records for a tool; what cannot be recorded is the tool's failure, of which the model hears."""
        key = self._place.key.under(place)
        return lambda log, event: self._ports.log.append(log, Entry(key, event))

    def _note(self, place: int, event: LogEvent, lasting: float = 0.0, log: str = "") -> bool:
        """Return False if it stood there; what could not be noted is tried again for so many seconds."""
        until = min(self._clock() + lasting, self._deadline)
        while True:
            try:
                return self._ports.log.append(log or self._place.log, Entry(self._place.key.under(place), event))
            except LogError as error:
                logger.error("%s was not noted: %s", type(event).__name__, error)
            if self._clock() >= until:
                return True
            self._crew.wait(lambda: False, NOTE_AGAIN)

    def _look(self) -> Superseded | Interrupted | None:
        self._give_sign()
        newer = self._ports.log.later(self._place.log, self._place.key, (*TURN_ENDING, Parted))
        if any(self._supersedes(entry) for entry in newer):
            return Superseded()
        interrupts = [entry.key for entry in newer if isinstance(entry.event, Interrupt)]
        return Interrupted(interrupts[-1]) if interrupts else None

    def _supersedes(self, entry: Entry) -> bool:
        match entry.event:
            case Parted(by):
                return by != str(self._place.key) and not self._commitment.stands
            case event:
                return isinstance(event, SUPERSEDING)

    def _give_sign(self) -> None:
        if self._clock() >= self._sign_at:
            self._sign_at = self._clock() + SIGN_EVERY
            sign = Entry(self._place.key.under(self._place.key.place + self._signs + 1), Alive())
            try:
                self._ports.log.append(self._place.log, sign)
                self._signs += 1
            except LogError as error:
                # Who seems to be dead is taken over from: the next look gives a sign again.
                self._sign_at = self._clock()
                logger.error("a sign of life was not noted: %s", error)
