"""Asks several models in order: if one fails, or does not begin in time, the next is asked for the same answer.

This happens only before the first word, so no word is said twice. If a model breaks off later, the answer asks
for the rest as it does with one model, and the next model gives it. The table knows which models failed lately,
and every environment skips them for a while. It is read while the first model is asked, so no caller waits for it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from math import inf
from time import monotonic

from functions.live.listening import listen
from functions.live.tasks import TaskGroup, ThreadTasks
from functions.relay.cancel_scope import CancelScope, on_cancel
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import LEAVE_REQUEST_S
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, ModelOutage
from functions.relay.log.keys import MODELS_LOG, Key
from functions.relay.ports import Log, LogError, Model
from functions.relay.wire.model import FailureKind, Finished, ModelError, Request, StreamEvent, TextDelta, ToolCall

BEGIN_S = 1.45
"""Seconds in which a model must begin while another is left. With the time that the change itself takes, a stalled
model costs the caller 1.5 s at most: `make bench` measures it."""

PASSED_OVER_S = 60
"""Seconds for which a model that failed is asked after all others."""

WAIT_S = 30.0
"""Seconds of one wait for the last model, which may take as long as its own timeouts allow."""

REMEMBERED_TURNS = 100
"""Turns whose duplicated request is remembered; an environment answers one turn at a time."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model, and its name such as `openai:gpt-6-luna`."""

    name: str
    model: Model


class Outages:
    """Knows from the table which models failed lately."""

    def __init__(self, log: Log, now: Callable[[], float] = time.time) -> None:
        """Begin with no outages. `now` returns seconds since 1970."""
        self._log, self._now = log, now
        self._failed: frozenset[str] = frozenset()
        self._noted: dict[str, float] = {}

    def passed_over(self, name: str) -> bool:
        """Return whether a model failed lately, as far as is known here."""
        # A read that began before an outage was noted here does not know it.
        noted_lately = self._now() - self._noted.get(name, -inf) < PASSED_OVER_S
        return noted_lately or name in self._failed

    def refresh(self) -> None:
        """Read which models failed lately. If the read fails, keep what is known."""
        since = Key(self._at() - PASSED_OVER_S * 1000, "")
        try:
            entries = self._log.later(MODELS_LOG, since, (ModelOutage,))
        except LogError as error:
            logger.warning("the outages of models could not be read: %s", error)
            return
        self._failed = frozenset(one.event.model for one in entries if isinstance(one.event, ModelOutage))

    def note(self, name: str, kind: FailureKind) -> None:
        """Record an outage, so that every environment skips the model for a while."""
        self._noted[name] = self._now()
        try:
            self._log.append(MODELS_LOG, Entry(Key(self._at(), name), ModelOutage(name, kind)))
        except LogError as error:
            logger.warning("the outage of %s was not logged: %s", name, error)

    def _at(self) -> int:
        return round(self._now() * 1000)


class FallbackModel:
    """Implements the port `Model` with several models, in the order in which they are asked."""

    def __init__(
        self,
        models: Sequence[NamedModel],
        outages: Outages,
        tasks: Callable[[], TaskGroup] = ThreadTasks,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`tasks` makes the task group of one answer; `clock` gives seconds."""
        self._models, self._outages, self._tasks, self._clock = tuple(models), outages, tasks, clock
        self._duplicated: deque[str] = deque(maxlen=REMEMBERED_TURNS)

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer of the first model that gives one; `Finished.model` names it. Raises ModelError."""
        if len(self._models) == 1:
            yield from _named(self._models[0].model.ask(request), self._models[0].name)
            return
        tasks = self._tasks()
        race = _Race(request, self._in_order(), self._outages, tasks, self._clock)
        race.may_duplicate = request.turn not in self._duplicated
        try:
            yield from race.run()
        finally:
            if not race.may_duplicate:
                self._duplicated.append(request.turn)
            race.stop()
            if left := tasks.join(LEAVE_REQUEST_S):
                logger.error("requests to models still ran after an answer: %s", ", ".join(left))

    def _in_order(self) -> list[NamedModel]:
        """Return the models, with those that failed lately at the end."""
        return sorted(self._models, key=lambda one: self._outages.passed_over(one.name))


@dataclass(frozen=True, slots=True)
class _Heard:
    """An event of one of the models, or its failure."""

    name: str
    news: StreamEvent | ModelError


@dataclass(frozen=True, slots=True)
class _Refreshed:
    """The outages have been read again."""


class _Race:
    """One answer: asks models until one of them begins."""

    def __init__(
        self,
        request: Request,
        models: list[NamedModel],
        outages: Outages,
        tasks: TaskGroup,
        clock: Callable[[], float],
    ) -> None:
        self.may_duplicate = True
        self._request, self._waiting, self._outages = request, deque(models), outages
        self._tasks, self._clock = tasks, clock
        self._happened: deque[_Heard | _Refreshed] = deque()
        self._asked: list[str] = []
        self._winner: str | None = None
        self._stopped = False
        self._asking: dict[str, CancelScope] = {}
        self._begin_by = 0.0

    def run(self) -> Iterator[StreamEvent]:
        """Yield the events of the first model that begins. Raises ModelError when all have failed."""
        on_cancel(self.stop)
        self._ask_next()
        self._tasks.start("outages", self._refresh)
        while True:
            match self._next():
                case None:
                    self._stalled()
                case _Refreshed():
                    self._reconsider()
                case _Heard(name, ModelError() as error):
                    self._failed(name, error)
                case _Heard(name, Finished() as finished) if self._wins(name):
                    yield replace(finished, model=name)
                    return
                case _Heard(name, (TextDelta() | ToolCall()) as event) if self._wins(name):
                    yield event
                case _Heard():
                    continue

    def stop(self) -> None:
        """Close all requests that still run, at once."""
        self._stopped = True
        self._cancel_all_but(None)
        self._tasks.notify()

    def _next(self) -> _Heard | _Refreshed | None:
        """Return what happened next; None if the model that was asked last has not begun in time.

        Raises ModelError once the answer is cancelled.
        """
        seconds = self._begin_by - self._clock() if self._may_ask_another else WAIT_S
        while not self._tasks.wait(lambda: bool(self._happened) or self._stopped, seconds):
            if self._may_ask_another:
                return None
        if self._stopped:
            raise ModelError("broken", "the request was cancelled")
        return self._happened.popleft()

    @property
    def _may_ask_another(self) -> bool:
        return self._winner is None and self.may_duplicate and bool(self._waiting)

    def _wins(self, name: str) -> bool:
        """Return whether this model gives the answer: the first one that begins does."""
        if self._winner is None:
            self._winner = name
            self._cancel_all_but(name)
        return self._winner == name

    def _cancel_all_but(self, winner: str | None) -> None:
        for name, scope in list(self._asking.items()):
            if name != winner:
                scope.cancel()

    def _reconsider(self) -> None:
        """Hand over at once if the model that was asked turns out to have failed lately and another has not."""
        passed_over = self._outages.passed_over
        self._waiting = deque(sorted(self._waiting, key=lambda one: passed_over(one.name)))
        if self._asked and passed_over(self._asked[-1]) and self._waiting and not passed_over(self._waiting[0].name):
            self._ask_another()

    def _stalled(self) -> None:
        name = self._asked[-1]
        logger.warning("model stalled: %s has not begun after %s s", name, BEGIN_S, extra={"fault": "model"})
        self._tasks.start("note outage", lambda: self._outages.note(name, "stalled"))
        self._ask_another()

    def _ask_another(self) -> None:
        """Ask the next model too, once a turn; the one before may still begin."""
        if self._may_ask_another:
            self.may_duplicate = False
            self._ask_next()

    def _failed(self, name: str, error: ModelError) -> None:
        self._asked.remove(name)
        if self._winner not in (None, name):
            return
        if error.kind != "limited":
            self._tasks.start("note outage", lambda: self._outages.note(name, error.kind))
        if self._winner:
            raise error
        logger.warning("model %s: %s", error.kind, error)
        if self._waiting:
            self._ask_next()
        elif not self._asked:
            raise error

    def _ask_next(self) -> None:
        one = self._waiting.popleft()
        self._asked.append(one.name)
        self._begin_by = self._clock() + BEGIN_S
        scope = self._asking[one.name] = CancelScope()
        self._tasks.start(f"model {one.name}", lambda: self._ask(one, scope))

    def _ask(self, one: NamedModel, scope: CancelScope) -> None:
        try:
            listen(one.model, self._request, scope, lambda event: self._tell(_Heard(one.name, event)))
        except ModelError as error:
            self._tell(_Heard(one.name, error))
        except Exception as error:  # noqa: BLE001 - an SDK may raise anything, and the next model is asked
            self._tell(_Heard(one.name, ModelError("broken", f"{one.name}: {location_of(error)}")))

    def _refresh(self) -> None:
        self._outages.refresh()
        self._tell(_Refreshed())

    def _tell(self, news: _Heard | _Refreshed) -> None:
        self._happened.append(news)
        self._tasks.notify()


def _named(events: Generator[StreamEvent, None, None], name: str) -> Generator[StreamEvent, None, None]:
    with closing(events):
        for event in events:
            yield replace(event, model=name) if isinstance(event, Finished) else event
