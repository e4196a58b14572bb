"""Watches the log for a barge-in during an answer, and says whether words may still be posted.

relay/call/heard.py finds what was heard, which is all that the history keeps. relay/call/noise.py finds what a mere
noise cut off.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial

from functions.live.tasks import TaskGroup
from functions.relay.answer.actions import Interrupted, Superseded
from functions.relay.log.events import Entry
from functions.relay.log.keys import Key
from functions.relay.ports import LogError
from functions.relay.wire.messages import Info

WATCHERS = 2
"""How many watchers look, in turn: one read that hangs must not blind the answer."""

LOOK_EVERY_S = 0.15
"""Seconds between two looks of one watcher."""

FRESH_S = 0.15
"""The greatest age of the newest look, in seconds, when words are posted."""

WAIT_FOR_LOOK_S = 1.0
"""Seconds that words wait for a fresh look. If none comes, they are sent: a slow table must not silence the agent."""

HOLD_AT_MOST_S = 2.5
"""Seconds after the caller began to speak. Words that break a silence wait no longer.

The report that the caller has stopped may be lost, and the caller must not be left in silence.
"""

PROMPT_AFTER_S = 0.3
"""Seconds that words which break a silence then wait for the prompt, once the caller has stopped speaking."""

Newer = Superseded | Interrupted
Look = Callable[[], Newer | None]

logger = logging.getLogger("hotline")


class BargeInWatch:
    """Looks repeatedly for newer events of the caller, and says whether words may be posted."""

    def __init__(
        self,
        tasks: TaskGroup,
        look: Look,
        found: Callable[[Newer], None],
        clock: Callable[[], float],
        *,
        known: Interrupted | None = None,
        looked_at: float | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`look` returns what is newer, and may raise LogError; `found` is called with what is newer than `known`.

        `looked_at` is when the log was read before; None means now. `prepare` is called before each look, and its
        time is no part of the look.
        """
        self._prepare = prepare
        self._tasks, self._look, self._found, self._clock = tasks, look, found, clock
        self._looked_at = clock() if looked_at is None else looked_at
        self._newest: Newer | None = known
        self._known_when_begun: Newer | None = None
        self._begun = False
        self._stopped = False
        self._voice_since: float | None = None
        self._voice_looked_at = self._looked_at

    @property
    def harmless_interrupt(self) -> Key | None:
        """The newest interrupt that came before our first words; None if none did. It does not cut them."""
        known = self._known_when_begun if self._begun else self._newest
        return known.key if isinstance(known, Interrupted) else None

    def start(self) -> None:
        """Begin to look."""
        for number in range(WATCHERS):
            self._tasks.start("watch", partial(self.keep, LOOK_EVERY_S * (number + 1) / WATCHERS))

    def keep(self, first: float = LOOK_EVERY_S) -> None:
        """Look, first after `first` seconds, until the answer is superseded or `stop` is called."""
        wait = first
        while not (self._over or self._tasks.wait(lambda: self._stopped, wait)):
            wait = LOOK_EVERY_S
            self._prepare()
            began = self._clock()
            try:
                self._saw(self._look(), began)
            except LogError as error:
                logger.warning("a look at the log failed: %s", error)

    def stop(self) -> None:
        """End the watch; it returns within one look."""
        self._stopped = True
        self._tasks.notify()

    def note_voice(self, caller_speaks: bool, began: float) -> None:
        """Note whether the caller speaks, as a look that began at `began` found it.

        Looks may return out of order. An older one changes nothing.
        """
        if began < self._voice_looked_at:
            return
        self._voice_looked_at = began
        if not caller_speaks:
            self._voice_since = None
        elif self._voice_since is None:
            self._voice_since = self._clock()

    def may_send(self, breaks_silence: bool = False) -> bool:
        """Wait for a fresh look, for a bounded time; return whether the waiting words are still wanted.

        Words that break a silence, such as the first ones, also wait while the caller speaks: a prompt may follow,
        and one answer then answers both. An interrupt that was found before the first words cut older words; a later
        one cuts these.
        """
        self._wait_for_a_fresh_look()
        if breaks_silence or not self._begun:
            self._hold()
        if not self._begun:
            self._begun, self._known_when_begun = True, self._newest
        return not self._cut

    def _wait_for_a_fresh_look(self) -> None:
        oldest = self._clock() - FRESH_S
        self._tasks.wait(lambda: self._ready or self._looked_at >= oldest, WAIT_FOR_LOOK_S)

    def _hold(self) -> None:
        """Wait while the caller speaks, and then for the prompt that may follow or for another voice."""
        if self._voice_since is None:
            return
        until = self._voice_since + HOLD_AT_MOST_S
        while self._voice_since is not None and not self._ready and (left := until - self._clock()) > 0:
            if self._tasks.wait(lambda: self._ready or self._voice_since is None, left):
                self._tasks.wait(lambda: self._ready or self._voice_since is not None, PROMPT_AFTER_S)
            self._wait_for_a_fresh_look()

    @property
    def _ready(self) -> bool:
        """Whether nothing is left to wait for: the words are not wanted any more, or the watch has stopped."""
        return self._cut or self._stopped

    @property
    def begun(self) -> bool:
        """Whether words have been posted, or are being posted."""
        return self._begun

    def not_sent_after_all(self) -> None:
        """Take back that the first words were posted: the line was busy."""
        self._begun = False

    def _saw(self, newest: Newer | None, began: float) -> None:
        newest = _newer(self._newest, newest)
        news = newest != self._newest
        self._looked_at, self._newest = max(began, self._looked_at), newest
        self._tasks.notify()
        if news and newest and self._cut:
            self._found(newest)

    @property
    def _cut(self) -> bool:
        return self._over or (self._begun and self._newest not in (None, self._known_when_begun))

    @property
    def _over(self) -> bool:
        return isinstance(self._newest, Superseded)


def _newer(known: Newer | None, found: Newer | None) -> Newer | None:
    """Return the one that cuts more. Looks may return out of order, and an older result stays true."""
    match known, found:
        case (Superseded(), _) | (_, None):
            return known
        case Interrupted(one), Interrupted(other) if one > other:
            return known
        case _:
            return found


def speaks(entries: Iterable[Entry]) -> bool:
    """Return whether the caller has begun to speak in these entries, and has not stopped."""
    voices = [
        entry.event for entry in entries if isinstance(entry.event, Info) and entry.event.name == "clientSpeaking"
    ]
    return bool(voices) and voices[-1].value == "on"
