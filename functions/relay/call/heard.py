"""Which turn's words the caller heard: the line says what it played, never whose answer that was.

Twilio plays what it is sent in order, reports each clause when it has been played, and on an interruption drops
all that waits. It reports the clause that was cut both as played and in the interrupt, in either order here.
Source: Twilio, "ConversationRelay WebSocket messages", and recorded calls.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import compress, dropwhile

from functions.relay.call.turn import Turn, bare, split
from functions.relay.log.keys import Key

Turns = tuple[Turn, ...]


def after_played(turns: Turns, at: int, text: str) -> Turns:
    """Return the turns after the line has reported, in a frame of this time, that it has played these words.

    What is reported in the moment of an interrupt was played before it.
    """
    owner = (
        _first(turns, lambda turn: turn.just_cut(at) and turn.expects(text))
        or _first(turns, lambda turn: turn.just_skipped(text, at))
        or _first(turns, lambda turn: not turn.cut and turn.goes_on_with(text))
    )
    if owner is None and (two := _of_two(turns, text) or _joined(turns, text)):
        return after_played(after_played(turns, at, two[0]), at, two[1])
    owner = owner or _out_of_order(turns, text) or _not_yet_noted(turns, at)
    return _replaced(_finished_before(turns, owner), owner, owner.hear(text, at)) if owner else turns


def _out_of_order(turns: Turns, text: str) -> Turn | None:
    """Return whose words are reported if others stood before: dropped or, else, with a report that is missing.

    They are none of those before the one whose words were played last: the line keeps order.
    """
    playing = max((turn.heard_at for turn in turns), default=0)
    still = tuple(dropwhile(lambda turn: turn.heard_at < playing, turns))
    return _first(still[::-1], lambda turn: turn.cut and turn.expects(text)) or _first(
        still, lambda turn: not turn.cut and turn.expects(text)
    )


def _not_yet_noted(turns: Turns, at: int) -> Turn | None:
    """Return whose words are reported if nobody has noted them: of one that is being answered, cut or not.

    Else they are those of one that was taken over, whose first speaker was killed before noting what they had said.
    """
    spoken = tuple(turn for turn in turns if turn.ended is None)
    return (
        _first(spoken, lambda turn: turn.just_cut(at))
        or _first(spoken, lambda turn: not turn.cut)
        or _first(spoken[::-1], lambda _: True)
        or _first(turns, lambda turn: not turn.noted and not turn.cut)
    )


def after_interrupt(turns: Turns, key: Key, heard: str, reports: bool) -> Turns:
    """Return the turns after the caller cut in, under this key, while the line was in the middle of `heard`.

    `reports` says whether this line tells what it has played; one that does not has played all up to `heard`.
    A turn whose words left later is not touched.
    """
    reached = [not turn.spared(key) for turn in turns]
    cut = iter(_interrupted(tuple(compress(turns, reached)), key.at, heard, reports))
    return tuple(next(cut) if one else turn for turn, one in zip(turns, reached, strict=True))


def after_close(turns: Turns, at: int) -> Turns:
    """Return the turns after the socket of a line that reports has ended at this time: it plays no more of them."""
    return _interrupted(turns, at, "", reports=True)


def _interrupted(turns: Turns, at: int, heard: str, reports: bool) -> Turns:
    if reports and (two := _of_two(turns, heard)):
        turns, heard = after_played(turns, at, two[0]), two[1]
    speaking = _speaking(turns if reports else turns[::-1], at, heard)
    if not reports and speaking and not speaking.may_say(heard):
        # Late words of an answer that was cut before were cut, or nobody's.
        speaking = _first(turns[::-1], lambda turn: turn.cut and turn.expects(heard))
    if speaking is None:
        return turns
    until = speaking.interrupted(heard, at) if reports else speaking.stopped(heard, at)
    cut = _replaced(_finished_before(turns, speaking), speaking, until)
    return tuple(replace(turn, cut=True, cut_at=at) if turn.pending else turn for turn in cut)


def _of_two(turns: Turns, text: str) -> tuple[str, str] | None:
    """Return a clause in two, if it begins with all that is left of a turn: left open, the next one joined it."""
    turn = _first(turns, lambda turn: turn.ends_in(text))
    return split(text, turn.left) if turn else None


def _joined(turns: Turns, text: str) -> tuple[str, str] | None:
    """Return a clause in two, if it ends in the first words of a turn, and begins with another's or such as nobody
    has noted: what stood between them was lost, or whoever spoke was killed."""
    letters = max((turn.begins_at_the_end_of(text) for turn in turns), default=0)
    before, after = split(text, len(bare(text)) - letters)
    known = any(not turn.noted or turn.expects(before) for turn in turns)
    return (before, after) if letters and known else None


def _finished_before(turns: Turns, owner: Turn) -> Turns:
    """Return the turns with all of the older ones' words played: a report may be missing, the order never is."""
    older = turns[: turns.index(owner)]
    done = tuple(turn.played_out() if turn.pending and turn.ended else turn for turn in older)
    return (*done, *turns[len(older) :])


def _speaking(turns: Turns, at: int, heard: str) -> Turn | None:
    """Return the turn whose words were being played: the first that fits, then the first that may."""
    waiting = tuple(turn for turn in turns if turn.pending)
    return (
        _first(waiting, lambda turn: turn.expects(heard) or turn.just_heard(heard, at))
        or _first(turns[::-1], lambda turn: not turn.cut and turn.just_heard(heard, at))
        or _first(waiting, lambda turn: turn.ended is None)
        or _first(turns[::-1], lambda turn: turn.begins(heard))
        or _first(waiting, lambda _: True)
    )


def _first(turns: Turns, fits: Callable[[Turn], bool]) -> Turn | None:
    return next((turn for turn in turns if fits(turn)), None)


def _replaced(turns: Turns, old: Turn, new: Turn) -> Turns:
    return tuple(new if turn is old else turn for turn in turns)
