"""Asks the model early and holds what comes, until an answer uses it or it is dropped."""

import logging
from collections.abc import Generator
from contextlib import closing

from functions.live.listening import listen
from functions.live.tasks import TaskGroup
from functions.relay.call.drafting import same_request
from functions.relay.cancel_scope import CancelScope, on_cancel
from functions.relay.error_location import location_of
from functions.relay.ports import Model
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent, TextDelta, ToolCall, Usage

WAIT_SLICE_S = 30.0
"""Seconds of one wait for the next event: the model's own timeouts are shorter."""

BYTES_PER_TOKEN = 4
"""About how many bytes of a text are one token, where a service does not say."""

logger = logging.getLogger("hotline")


class HeldModel:
    """Implements the port `Model`: the first request, if it asks the same, gets what is held."""

    def __init__(self, model: Model, request: Request, tasks: TaskGroup) -> None:
        """Send the request at once, in a new task."""
        self.request = request
        self._model, self._tasks = model, tasks
        self._events: list[StreamEvent] = []
        self._error: ModelError | None = None
        self._ended = self._given = False
        self._asking = CancelScope()
        tasks.start("draft", self._listen)

    @property
    def begun(self) -> bool:
        """Whether the model has begun to answer."""
        return bool(self._events)

    @property
    def failed(self) -> bool:
        """Whether the model could not answer."""
        return self._error is not None

    @property
    def spent(self) -> tuple[Usage, str]:
        """The tokens of the draft and the name of its model. If the stream was cut off, the tokens are estimated."""
        match self._events[-1:]:
            case [Finished(_, usage, model)]:
                return usage, model
            case []:
                return (Usage() if self.failed else Usage(self._asked)), ""
            case _:
                return Usage(self._asked, sum(map(_tokens, self._events))), ""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        """Stream what is held from its beginning. Ask the model if it was given already, or if the request differs.

        Raises ModelError.
        """
        given, self._given = self._given or not same_request(request, self.request), True
        if given:
            self.drop()
        with closing(self._model.ask(request) if given else self._held()) as events:
            yield from events

    def drop(self) -> None:
        """Close the stream at once, even if the model is silent."""
        self._asking.cancel()

    @property
    def _asked(self) -> int:
        return len(repr(self.request).encode()) // BYTES_PER_TOKEN

    def _held(self) -> Generator[StreamEvent, None, None]:
        on_cancel(self.drop)
        number = 0
        try:
            while self._next(number):
                yield self._events[number]
                number += 1
        finally:
            self.drop()
        if self._error:
            raise self._error

    def _next(self, number: int) -> bool:
        """Wait for the event with this number; return whether it has come."""
        while not self._tasks.wait(lambda: len(self._events) > number or self._ended, WAIT_SLICE_S):
            continue
        return len(self._events) > number

    def _listen(self) -> None:
        try:
            listen(self._model, self.request, self._asking, self._hear)
        except ModelError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - an SDK may raise anything, and the prompt asks again
            logger.error("a draft's model failed: %s", location_of(error))
            self._error = ModelError("broken", "the model failed while its answer was drafted")
        self._ended = True
        self._tasks.notify()

    def _hear(self, event: StreamEvent) -> None:
        self._events.append(event)
        self._tasks.notify()


def _tokens(event: StreamEvent) -> int:
    match event:
        case TextDelta(text):
            return -(-len(text.encode()) // BYTES_PER_TOKEN)
        case ToolCall(arguments=arguments):
            return -(-len(arguments.encode()) // BYTES_PER_TOKEN)
        case Finished():
            return 0
