"""Holds back a model's stream until it is paid for. The payment runs at the same time as the request."""

from collections.abc import Generator
from contextlib import closing
from itertools import islice

from functions.live.tasks import Future
from functions.relay.wire.model import ModelError, StreamEvent


def once_paid(
    events: Generator[StreamEvent, None, None], paid: Future[int | None]
) -> Generator[StreamEvent, None, None]:
    """Yield the events once their cost is counted. Raises ModelError.

    `paid` gives millionths of a dollar, or None if the day has no money left; then this raises ModelError("limited").
    """
    with closing(events):
        begun = list(islice(events, 1))
        if paid.result() is None:
            raise ModelError("limited", "the cents of the day are used up: see LIMITS in functions/agents/numbers.py")
        yield from begun
        yield from events
