"""The talk cycles on the line: what opened and closed each, and whether one was left open."""

from collections.abc import Iterator

from functions.relay.log.keys import Key
from functions.relay.wire.messages import Text
from tests.simulation.records import Posted
from tests.simulation.seen import HAIR_S, IN_TIME_S, Seen


class TalkCycles:
    """The cycles of a run, at its end."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def walk(self) -> Iterator[tuple[float, Posted | None, bool]]:
        """Return each message of words and each purge (None) in order, with whether a cycle was open before."""
        opened = False
        moments: list[tuple[float, int, Posted | None]] = [
            (post.arrived or 0.0, 1, post) for post, _ in self.seen.texts
        ]
        moments += [(one.at, 0, None) for one in self.seen.purges]
        for at, _, post in sorted(moments, key=lambda one: one[:2]):
            yield at, post, opened
            opened = _after(post, opened)

    @property
    def open_since(self) -> float | None:
        """Since when the cycle that is open at the end has had no more words; None if none is open."""
        since, opened = 0.0, False
        for at, post, before in self.walk():
            since, opened = at, _after(post, before)
        return since if opened else None

    @property
    def opened_without_look(self) -> bool:
        """Whether words without a look opened the newest cycle, and all its words were such.

        A look shows no apology that was logged after it began.
        """
        without_look = False
        for _, post, opened in self.walk():
            without_look = post is not None and self._without_look(post) and (without_look or not opened)
        return without_look

    def _without_look(self, post: Posted) -> bool:
        apologies = (one for one in self.seen.arrived if one.turn > post.turn and self.seen.apologised(one.by))
        unseen = (self.seen.unseen(post, self.seen.put_at.get(one.turn, post.began)) for one in apologies)
        return self.seen.without_look(post) or any(unseen)

    def closers(self, key: Key) -> list[str]:
        """Return who closed the cycle of a turn."""
        return [post.by for post, text in self.seen.texts if post.turn == key and text.last]

    def closer_is_lost(self, since: float) -> bool:
        """Whether the line lost a message that was sent after `since` and would have closed the cycle."""
        late = (post for post in self.seen.record.posts if post.began >= since and self.seen.is_lost(post))
        return any(isinstance(post.message, Text) and post.message.last for post in late)

    def empty(self) -> Iterator[tuple[float, Posted]]:
        """Return each bare `last: true` that closed nothing, and when it arrived."""
        for at, post, opened in self.walk():
            if post and not opened and isinstance(post.message, Text) and not post.message.token.strip():
                yield at, post

    def just_purged(self, closing: Posted, at: float) -> bool:
        """Whether an interrupt closed the cycle that its speaker could not have seen."""
        purge = max((one for one in self.seen.purges if one.at <= at), key=lambda one: one.at, default=None)
        if purge is None:
            return False
        put_at = self.seen.put_at.get(purge.key, closing.began)
        return put_at >= closing.began - IN_TIME_S - HAIR_S or self.seen.unseen(closing, put_at)

    def closed_without_look(self, closing: Posted) -> bool:
        """Whether an invocation that could not see the turn of this one closed its cycle."""
        began = min(post.began for post in self.seen.record.posts if post.by == closing.by)
        others = (post for post in self.seen.arrived if post.by != closing.by and (post.arrived or 0.0) > began)
        return any(self.seen.apologised(post.by) or self._cannot_see(post, closing.turn) for post in others)

    def _cannot_see(self, post: Posted, turn: Key) -> bool:
        put_at = self.seen.put_at.get(turn, post.began)
        return self.seen.without_look(post) or (post.turn < turn and self.seen.unseen(post, put_at))


def _after(post: Posted | None, opened: bool) -> bool:
    """Return whether a cycle is open after a message, or after a purge (None)."""
    if post is None or not isinstance(post.message, Text):
        return False
    return (opened or bool(post.message.token)) and not post.message.last
