"""The watch over the caller while an answer is given: has a newer event come, and may words still leave?"""

import logging
from collections.abc import Callable
from threading import Condition

from functions.relay.answer import Interrupted, Superseded
from functions.relay.ports import LogError

LOOK_EVERY = 0.075
"""Seconds between two looks for a newer event of the caller."""

FRESH = 0.15
"""Seconds that a look may be old when words leave."""

STALE_AT_MOST = 1.0
"""Seconds that words wait for a fresh look; a table that is busy for longer must not silence the agent."""

Found = Superseded | Interrupted
Look = Callable[[], Found | None]

logger = logging.getLogger("hotline")


class Watch:
    """Looks again and again whether the caller has gone on, and says whether words may leave."""

    def __init__(self, look: Look, found: Callable[[Found], None], clock: Callable[[], float]) -> None:
        """`look` returns what is newer, and may raise LogError; `found` is told of each find once."""
        self._look, self._found, self._clock = look, found, clock
        self._changed = Condition()
        self._looked_at = clock()
        self._newest: Found | None = None
        self._stopped = False

    def keep(self) -> None:
        """Look until the answer is superseded or `stop` is called."""
        while not (self._over or self._pause()):
            began = self._clock()
            try:
                self._saw(self._look(), began)
            except LogError as error:
                logger.warning("a look at the log failed: %s", error)

    def _saw(self, newest: Found | None, began: float) -> None:
        news = newest if newest != self._newest else None
        with self._changed:
            self._looked_at, self._newest = began, newest
            self._changed.notify_all()
        if news:
            self._found(news)

    def stop(self) -> None:
        """End the watch; it returns within one look."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def allows(self) -> bool:
        """Wait until a look is fresh, within reason; return whether the answer is still wanted."""
        oldest = self._clock() - FRESH
        with self._changed:
            self._changed.wait_for(
                lambda: self._over or self._stopped or self._looked_at >= oldest, timeout=STALE_AT_MOST
            )
            return not self._over

    @property
    def _over(self) -> bool:
        return isinstance(self._newest, Superseded)

    def _pause(self) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopped, timeout=LOOK_EVERY)
