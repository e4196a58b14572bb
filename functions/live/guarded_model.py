"""Lets a guard judge a caller's words while the model is asked. No word is spoken before the verdict."""

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from time import monotonic

from functions.live.tasks import Future, TaskGroup, ThreadTasks
from functions.relay.dataclass import dataclass
from functions.relay.ports import Guard, GuardError, Model
from functions.relay.wire.model import CallerMessage, Finished, Request, StreamEvent, TextDelta

JUDGED_WITHIN_S = 1.0
"""Seconds after the request in which the verdict must come: less than the time in which a model must begin."""

LEAVE_VERDICT_S = 3.0
"""Seconds to wait for a verdict that came too late: the guard's own timeouts are shorter."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class GuardedModel:
    """Implements the port `Model` with another model.

    Words pass if the guard fails or is late: the caller would hear nothing otherwise, and a guardrail of Bedrock
    judges them again in the model's stream, after the first words.
    """

    model: Model
    guard: Guard
    tasks: Callable[[], TaskGroup] = ThreadTasks
    """Makes the task group of one request."""

    clock: Callable[[], float] = monotonic
    """Returns seconds."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream the answer, or what the guard says instead. Raises ModelError."""
        match request.messages[-1]:
            case CallerMessage(words):
                yield from self._judged(request, words)
            case _:  # the results of tools: the caller's words were judged in the round before
                yield from self.model.ask(request)

    def _judged(self, request: Request, words: str) -> Generator[StreamEvent, None, None]:
        tasks, until = self.tasks(), self.clock() + JUDGED_WITHIN_S
        verdict = Future(tasks, "guard", lambda: self.guard.refusal(words))
        try:
            with closing(self.model.ask(request)) as events:
                begun = list(islice(events, 1))
                refusal = _known(verdict, until - self.clock())
                if refusal is None:
                    yield from begun
                    yield from events
                    return
            yield from _refused(refusal, request)
        finally:
            if tasks.join(LEAVE_VERDICT_S):
                logger.error("a guard still judged after an answer")


def _known(verdict: Future[str | None], seconds: float) -> str | None:
    """Return the guard's sentence if it blocks the words and says so in time."""
    try:
        if verdict.done_within(seconds):
            return verdict.result()
        raise GuardError(f"no verdict after {JUDGED_WITHIN_S} s")
    except GuardError as error:
        logger.error("the caller's words were not judged: %s", error)
    return None


def _refused(sentence: str, request: Request) -> Iterator[StreamEvent]:
    """Yield the guard's sentence, or a refusal if it has none.

    The cost of the dropped stream is not known, so the highest possible cost is counted.
    """
    if sentence:
        yield TextDelta(sentence)
    yield Finished("end" if sentence else "refused", request.most_usage)
