"""Listens to a model until its answer ends, or until another task cancels it."""

from collections.abc import Callable
from contextlib import closing

from functions.relay.cancel_scope import CancelScope
from functions.relay.ports import Model
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent


def listen(model: Model, request: Request, scope: CancelScope, heard: Callable[[StreamEvent], None]) -> None:
    """Ask a model and give each event of its answer to `heard`. Once the scope is cancelled, return at once.

    Raises ModelError, and what else the model raises, unless the scope is cancelled.
    """
    try:
        with scope, closing(model.ask(request)) as events:
            for event in events:
                if scope.cancelled:
                    return
                if isinstance(event, Finished):
                    scope.forget()
                heard(event)
                if isinstance(event, Finished):
                    return
        raise ModelError("broken", "the stream stopped without its last event")
    except Exception:
        if not scope.cancelled:
            raise
