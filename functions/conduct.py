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
from threading import Condition, Event, Thread
from time import monotonic

from functions.origin import origin
from functions.relay.answer import (
    Action,
    Answer,
    Ask,
    Happening,
    ModelFailed,
    Note,
    Post,
    Run,
    Stop,
    Superseded,
    Tick,
)
from functions.relay.answer import ToolEnded as Ended
from functions.relay.call import TURN_ENDING
from functions.relay.events import Answered, Asked, Entry, Key
from functions.relay.events import Event as LogEvent
from functions.relay.history import UNANSWERED
from functions.relay.messages import Outgoing
from functions.relay.model import ModelError, Request
from functions.relay.ports import Line, Log, LogError, Model, Sent
from functions.relay.tools import Caller, Outcome, ToolError

LOOK_EVERY = 0.075
"""Seconds between two looks for a newer event of the caller."""

FRESH = 0.15
"""Seconds that a look may be old when words leave."""

STALE_AT_MOST = 1.0
"""Seconds that words wait for a fresh look; a table that is busy for longer must not silence the agent."""

ENDS_WITHIN = 0.05
"""Seconds that a tool's thread has to end after its answer; one past its deadline cannot be stopped and is left."""

LONGEST = 27.0
"""Seconds after which `conduct` returns whatever still runs: the function's own time is up at 28."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class Ports:
    """What an invocation talks to."""

    log: Log
    line: Line
    model: Model


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is given: the session's log, the prompt's key in it, the socket, and who is on the phone."""

    log: str
    key: Key
    connection: str
    caller: Caller


def conduct(answer: Answer, ports: Ports, place: Place, clock: Callable[[], float] = monotonic) -> None:
    """Give the answer, to its end. Raises nothing that a port can raise."""
    inbox: SimpleQueue[Happening] = SimpleQueue()
    with _Crew(ports, place, inbox, clock) as crew:
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

    def __init__(self, ports: Ports, place: Place, inbox: SimpleQueue[Happening], clock: Callable[[], float]) -> None:
        self._ports, self._place, self._inbox, self._clock = ports, place, inbox, clock
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="answer")
        self._work: list[Future[None]] = []
        self._tools: list[Thread] = []
        self._until = clock() + LONGEST
        self._halt = Event()
        self._watch = Watch(self._look, self._superseded, clock)

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
        try:
            with closing(self._ports.model.ask(request)) as pieces:
                for piece in pieces:
                    if self._halt.is_set():
                        return
                    self._inbox.put(piece)
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
        except Exception as error:  # noqa: BLE001 - a tool's own failure is words for the model
            logger.error("tool %s failed: %s", run.ask.name, origin(error))
            return f"{run.ask.name} failed.", True

    def _note(self, place: int, event: LogEvent) -> bool:
        try:
            return self._ports.log.append(self._place.log, Entry(self._place.key.under(place), event))
        except LogError as error:
            logger.error("%s was not noted: %s", type(event).__name__, error)
            return True

    def _look(self) -> bool:
        return bool(self._ports.log.later(self._place.log, self._place.key, TURN_ENDING))

    def _superseded(self) -> None:
        self._inbox.put(Superseded())


class Watch:
    """Looks again and again whether the caller has gone on, and says whether words may leave."""

    def __init__(self, look: Callable[[], bool], found: Callable[[], None], clock: Callable[[], float]) -> None:
        """`look` returns whether there is something newer, and may raise LogError; `found` is called once."""
        self._look, self._found, self._clock = look, found, clock
        self._changed = Condition()
        self._looked_at = clock()
        self._over = False
        self._stopped = False

    def keep(self) -> None:
        """Look until something is found or `stop` is called."""
        while not self._pause():
            began = self._clock()
            try:
                over = self._look()
            except LogError as error:
                logger.warning("a look at the log failed: %s", error)
                continue
            with self._changed:
                self._looked_at, self._over = began, over
                self._changed.notify_all()
            if over:
                self._found()
                return

    def stop(self) -> None:
        """End the watch; it returns within one look."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def allows(self) -> bool:
        """Wait until a look is fresh, within reason; return whether nothing newer was seen."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._stopped or self._fresh(), timeout=STALE_AT_MOST)
            return not self._over

    def _fresh(self) -> bool:
        return self._clock() - self._looked_at <= FRESH

    def _pause(self) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopped, timeout=LOOK_EVERY)


def _in_words(outcome: Outcome) -> str:
    return outcome if isinstance(outcome, str) else outcome.reason
