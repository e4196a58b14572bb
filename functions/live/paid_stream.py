"""Holds back a model's stream until it is paid for. The payment runs at the same time as the request."""

from collections.abc import Generator
from contextlib import closing
from itertools import islice

from functions.live.tasks import Future
from functions.relay.wire.model import ModelError, StreamEvent


def once_paid(
    events: Generator[StreamEvent, None, None], paid: Future[int | None]
) -> Generator[StreamEvent, None, None]:
    """Yield the events of a stream once it is paid for. Raises ModelError, of the kind "limited" if it is not.

    The result of `paid` is what was counted, in millionths of a dollar; None if the day has no money left.
    """
    with closing(events):
        begun = list(islice(events, 1))
        if paid.result() is None:
            raise ModelError("limited", "the cents of the day are used up: see LIMITS in functions/agents/numbers.py")
        yield from begun
        yield from events
