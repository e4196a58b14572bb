"""Conducts an answer: does what the state machine says, and tells it what came of it.

The model, the line, the tools and the watch over the caller each wait in a thread of their own; all have ended when
`conduct` returns, since Lambda freezes what is left and wakes it in somebody else's call.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

from functions.origin import origin
from functions.relay.answer import (
    Action,
    Answer,
    Ask,
    Happening,
    Interrupted,
    ModelFailed,
    Note,
    Post,
    Run,
    Stop,
    Superseded,
    Tick,
)
from functions.relay.answer import ToolEnded as Ended
from functions.relay.call import SUPERSEDING, TURN_ENDING
from functions.relay.events import Answered, Asked, Entry, Key
from functions.relay.events import Event as LogEvent
from functions.relay.history import UNANSWERED
from functions.relay.messages import Outgoing
from functions.relay.model import Finished, ModelError, Request
from functions.relay.ports import Line, Log, LogError, Model, Sent
from functions.relay.tools import Caller, Outcome, ToolError
from functions.watch import Watch

ENDS_WITHIN = 0.05
"""Seconds that a tool's thread has to end after its answer; one past its deadline cannot be stopped and is left."""

GRACE = 2.0
"""Seconds after its deadline until `conduct` leaves what still runs: the gateway waits no longer."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class Ports:
    """What an invocation talks to."""

    log: Log
    line: Line
    model: Model


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is given: the session's log, the prompt's key in it, the socket, and who is on the phone.

    `known` are the entries that stood in the log when it was read.
    """

    log: str
    key: Key
    connection: str
    caller: Caller
    known: frozenset[Key] = frozenset()


def conduct(answer: Answer, ports: Ports, place: Place, clock: Callable[[], float] = monotonic) -> None:
    """Give the answer, to its end. Raises nothing that a port can raise."""
    inbox: SimpleQueue[Happening] = SimpleQueue()
    with _Crew(ports, place, inbox, clock, answer.deadline + GRACE) as crew:
        actions = answer.begin()
        while True:
            for action in actions:
                crew.do(action)
            if answer.done:
                return
            actions = answer.advance(_next(inbox, answer.wake - clock()), clock())


def _next(inbox: SimpleQueue[Happening], seconds: float) -> Happening:
    try:
        return inbox.get(timeout=max(seconds, 0))
    except Empty:
        return Tick()


class _Crew:
    """The threads of one answer."""

    def __init__(
        self, ports: Ports, place: Place, inbox: SimpleQueue[Happening], clock: Callable[[], float], until: float
    ) -> None:
        self._ports, self._place, self._inbox, self._clock, self._until = ports, place, inbox, clock, until
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="answer")
        self._work: list[Future[None]] = []
        self._tools: list[Thread] = []
        self._halt = Event()
        self._watch = Watch(self._look, inbox.put, clock)

    def __enter__(self) -> "_Crew":
        self._submit(self._watch.keep)
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._watch.stop()
        late = wait(self._work, timeout=max(self._until - self._clock(), 0)).not_done
        self._pool.shutdown(wait=not late)
        for tool in self._tools:
            tool.join(timeout=ENDS_WITHIN)
        left = ["model or line"] * len(late) + [tool.name for tool in self._tools if tool.is_alive()]
        if left:
            logger.error("left behind, since the time is up: %s", ", ".join(left))

    def _submit(self, work: Callable[..., None], *given: object) -> None:
        self._work.append(self._pool.submit(work, *given))

    def do(self, action: Action) -> None:
        match action:
            case Ask(request):
                self._submit(self._ask, request)
            case Stop():
                self._halt.set()
            case Post(message):
                self._submit(self._post, message)
            case Note(place, event):
                self._note(place, event)
            case Run():
                thread = Thread(target=self._run, args=(action,), name=f"tool {action.ask.name}", daemon=True)
                self._tools.append(thread)
                thread.start()

    def _ask(self, request: Request) -> None:
        ended = False
        try:
            with closing(self._ports.model.ask(request)) as pieces:
                for piece in pieces:
                    if self._halt.is_set():
                        return
                    self._inbox.put(piece)
                    ended = isinstance(piece, Finished)
            if not ended:
                raise ModelError("broken", "the stream ended without an end")
        except ModelError as error:
            logger.warning("model %s: %s", error.trouble, error)
            self._inbox.put(ModelFailed(error.trouble))
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises, the caller must hear something
            logger.error("model failed: %s", origin(error))
            self._inbox.put(ModelFailed("broken"))

    def _post(self, message: Outgoing) -> None:
        self._inbox.put(self._send(message) if self._watch.allows() else Sent.BUSY)

    def _send(self, message: Outgoing) -> Sent:
        try:
            return self._ports.line.send(self._place.connection, message)
        except Exception as error:  # noqa: BLE001 - a message whose fate is unknown must not stop the answer
            logger.error("post failed: %s", origin(error))
            return Sent.LOST

    def _run(self, run: Run) -> None:
        begun = self._note(run.place, Asked(run.ask.id, run.ask.name, run.ask.arguments))
        outcome, failed = self._outcome(run) if begun else (UNANSWERED, True)
        self._note(run.answer_place, Answered(run.ask.id, _in_words(outcome), failed))
        self._inbox.put(Ended(run.ask.id, outcome, failed))

    def _outcome(self, run: Run) -> tuple[Outcome, bool]:
        try:
            return run.tool.run(run.ask.arguments, self._place.caller), False
        except ToolError as error:
            return str(error), True
        except BaseException as error:  # noqa: BLE001 - a tool's own failure, even a sys.exit, is words for the model
            logger.error("tool %s failed: %s", run.ask.name, origin(error))
            return f"{run.ask.name} failed.", True

    def _note(self, place: int, event: LogEvent) -> bool:
        try:
            return self._ports.log.append(self._place.log, Entry(self._place.key.under(place), event))
        except LogError as error:
            logger.error("%s was not noted: %s", type(event).__name__, error)
            return True

    def _look(self) -> Superseded | Interrupted | None:
        newer = self._ports.log.later(self._place.log, self._place.key, TURN_ENDING)
        if any(isinstance(entry.event, SUPERSEDING) for entry in newer):
            return Superseded()
        interrupts = [entry.key for entry in newer if entry.key not in self._place.known]
        return Interrupted(max(interrupts)) if interrupts else None


def _in_words(outcome: Outcome) -> str:
    return outcome if isinstance(outcome, str) else outcome.reason
