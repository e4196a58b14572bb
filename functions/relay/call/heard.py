"""Finds the turn whose words the caller heard: the line reports what it played, but not which answer that was.

Twilio plays words in the order in which they were sent. It reports each clause after it has played it. On an
interruption it drops the words that wait, and reports the cut clause twice: as played, and in the interrupt. These
two frames come in either order. `Turn.audible` in turn.py holds what was heard.

Source: Twilio, "ConversationRelay WebSocket messages", and recorded calls.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import compress, dropwhile

from functions.relay.call.turn import Turn
from functions.relay.dataclass import dataclass
from functions.relay.log.events import NoiseEnded
from functions.relay.log.keys import Key
from functions.relay.text.letters import bare, split

Turns = tuple[Turn, ...]
Halves = tuple[str, str]
"""The two halves of one clause: the end of one turn, and the beginning of another."""


@dataclass(frozen=True, slots=True)
class TurnRule:
    """One way to find the turn that said some words: the first turn that fits."""

    name: str
    """What it finds, in a few words."""

    among: Callable[[Turns], Turns]
    """Returns the turns to try, in this order."""

    fits: Callable[[Turn, str, int], bool]
    """Says whether a turn fits these words, in a frame of this time (ms)."""

    def find(self, turns: Turns, text: str, at: int) -> Turn | None:
        """Return the first turn that fits; None if no turn does."""
        return next((turn for turn in self.among(turns) if self.fits(turn, text, at)), None)


@dataclass(frozen=True, slots=True)
class SplitRule:
    """One way to find out that a clause holds words of two turns."""

    name: str
    """What it finds, in a few words."""

    halves: Callable[[Turns, str], Halves | None]
    """Returns the two halves of a clause; None if it does not hold words of two turns."""

    def find(self, turns: Turns, text: str, _: int) -> Halves | None:
        """Return the two halves of the clause; None if it does not hold words of two turns."""
        return self.halves(turns, text)


def after_played(turns: Turns, at: int, text: str) -> Turns:
    """Return the turns after the line has reported, in a frame at `at` (ms), that it has played `text`.

    Words that are reported in the moment of an interrupt were played before it.
    """
    for rule in PLAYED:
        match rule.find(turns, text, at):
            case Turn() as owner:
                return _replaced(_finished_before(turns, owner, reports=True), owner, owner.hear(text, at))
            case (first, second):
                return after_played(after_played(turns, at, first), at, second)
            case None:
                pass
    return turns


def after_interrupt(turns: Turns, key: Key, heard: str, reports: bool) -> Turns:
    """Return the turns after the interrupt at `key`, which came while the line played `heard`.

    `reports` says whether this line reports what it has played. A line that does not has played everything up to
    `heard`. A turn whose words were sent after the interrupt is not changed.
    """
    reached = [not turn.is_spared_by(key) for turn in turns]
    cut = iter(_interrupted(tuple(compress(turns, reached)), key.at, heard, reports))
    return tuple(next(cut) if one else turn for turn, one in zip(turns, reached, strict=True))


def after_close(turns: Turns, at: int) -> Turns:
    """Return the turns after the socket of a line that reports closed at `at` (ms): it plays no more of them."""
    return _interrupted(turns, at, "", reports=True)


def _interrupted(turns: Turns, at: int, heard: str, reports: bool) -> Turns:
    if reports and (two := _left_open(turns, heard)):
        turns, heard = after_played(turns, at, two[0]), two[1]
    speaking = _speaking(turns if reports else turns[::-1], at, heard)
    if not reports and speaking and not speaking.may_own(heard):
        # The line plays late words of an answer that was cut earlier, or words that no turn has logged.
        speaking = LATE_WORDS.find(turns, heard, at)
    if speaking is None:
        return turns
    until = speaking.interrupted(heard, at) if reports else speaking.stopped(heard, at)
    cut = _replaced(_finished_before(turns, speaking, reports=reports), speaking, until)
    return tuple(replace(turn, cut=True, cut_at=at) if turn.pending else turn for turn in cut)


def _speaking(turns: Turns, at: int, heard: str) -> Turn | None:
    """Return the turn whose words were playing. For a line that does not report, give the newest turn first."""
    return next((turn for rule in SPEAKING if (turn := rule.find(turns, heard, at))), None)


def _left_open(turns: Turns, text: str) -> Halves | None:
    turn = next((turn for turn in turns if turn.is_finished_within(text)), None)
    return split(text, turn.letters_to_play) if turn else None


def _joined(turns: Turns, text: str) -> Halves | None:
    """Split a clause into the end of a turn that is not known any more and the beginning of another.

    Return None if one turn says it all.
    """
    if any(turn.expects(text) for turn in turns):
        return None
    letters = max((turn.starts_at_end_of(text) for turn in turns), default=0)
    before, after = split(text, len(bare(text)) - letters)
    known = any(not turn.logged or turn.expects(before) for turn in turns)
    return (before, after) if letters and known else None


def _finished_before(turns: Turns, owner: Turn, *, reports: bool) -> Turns:
    """Return the turns. All words that were sent before those of `owner` count as played.

    A report may be lost, but the order holds. Only on a line that does not report, a newer turn can count as sent
    before a late apology: the times of two invocations say so, and one of them may have begun late.
    """
    older = turns.index(owner)
    earlier = [number < older or (not reports and turn.is_sent_before(owner)) for number, turn in enumerate(turns)]
    return tuple(
        turn.played_out() if sent and turn.pending and turn.ended else turn
        for turn, sent in zip(turns, earlier, strict=True)
    )


def _replaced(turns: Turns, old: Turn, new: Turn) -> Turns:
    return tuple(new if turn is old else turn for turn in turns)


def _oldest_first(turns: Turns) -> Turns:
    return turns


def _newest_first(turns: Turns) -> Turns:
    return turns[::-1]


def _still_playable(turns: Turns) -> Turns:
    """Return the turns from the one whose words were played last: the line plays words in order."""
    playing = max((turn.heard_at for turn in turns), default=0)
    return tuple(dropwhile(lambda turn: turn.heard_at < playing, turns))


def _playable_newest_first(turns: Turns) -> Turns:
    return _still_playable(turns)[::-1]


def _being_answered(turns: Turns) -> Turns:
    return tuple(turn for turn in turns if turn.ended is None)


def _being_answered_newest_first(turns: Turns) -> Turns:
    """Return these turns without those before the turn whose words were played last: they play no more."""
    return _being_answered(_still_playable(turns))[::-1]


def _pending(turns: Turns) -> Turns:
    return tuple(turn for turn in turns if turn.pending)


PLAYED: tuple[TurnRule | SplitRule, ...] = (
    # Twilio reports the clause that an interrupt cut a few milliseconds after the interrupt: "in" at 1500 and 1503.
    TurnRule(
        "the turn that was cut in this moment",
        _oldest_first,
        lambda turn, text, at: turn.just_cut(at) and turn.expects(text),
    ),
    # After a purge: "Yes." at 2400, and then "Let me look." at 2403, which was sent before "Yes.".
    TurnRule(
        "the turn whose words seemed dropped a moment ago",
        _oldest_first,
        lambda turn, text, at: turn.just_skipped(text, at),
    ),
    # The usual report: "The first," and then "in two.".
    TurnRule(
        "the turn whose next words these are",
        _oldest_first,
        lambda turn, text, _: not turn.cut and turn.next_words_are(text),
    ),
    # An answer without a full stop, and the next one: "in two. And" is one clause to the line.
    SplitRule("the end of a turn, left open, and the next turn's words", _left_open),
    # One clause holds an answer whose invocation was killed before it logged its words, and the answer after it.
    SplitRule("the first words of a turn, after words that are no longer known", _joined),
    # After a noise the agent says the words again that it cut. Two reports swap: "Three." comes before "Two.".
    TurnRule(
        "words that are said again after a noise",
        _newest_first,
        lambda turn, text, _: isinstance(turn.cause, NoiseEnded) and not turn.cut and turn.expects(text),
    ),
    # Late words go on: "Let me look." was posted after the purge, and "Please key in your code." with it.
    TurnRule(
        "the next words of a turn that was cut",
        _playable_newest_first,
        lambda turn, text, _: turn.cut and turn.next_words_are(text),
    ),
    # Two answers with the same stock phrase. The first was cut before it, and two reports of the second swap:
    # "something" comes before "Sorry,".
    TurnRule(
        "a turn that had spoken by then, and lacks a report before these",
        _still_playable,
        lambda turn, text, at: not turn.cut and 0 < turn.sent_at <= at and turn.expects(text),
    ),
    # Words that were sent after the purge are played: "Let me look." after an interrupt during "Well.".
    TurnRule(
        "late words of a turn that was cut",
        _playable_newest_first,
        lambda turn, text, _: turn.cut and turn.expects(text),
    ),
    # A lost frame: the report of "Again?" comes, and that of "Sorry." never does.
    TurnRule(
        "a turn that lacks a report before these",
        _still_playable,
        lambda turn, text, _: not turn.cut and turn.expects(text),
    ),
    # The answer is not logged yet, and its cut clause is reported at the time of the interrupt.
    TurnRule("a turn being answered, cut in this moment", _being_answered, lambda turn, _, at: turn.just_cut(at)),
    # The first clause is played while the answer still streams: the log holds none of its words yet. If there are
    # two such turns, the older one never spoke: its invocation was killed before its first words.
    TurnRule(
        "a turn being answered",
        _being_answered_newest_first,
        lambda turn, _, at: not turn.cut and turn.may_be_heard(at),
    ),
    # As above, but its first clauses were cut: words that stream after the interrupt are played.
    TurnRule(
        "a turn being answered, cut before", _being_answered_newest_first, lambda turn, _, at: turn.may_be_heard(at)
    ),
    # The first invocation was killed before it logged its words: the line plays words that no entry holds.
    # A report in the moment in which a turn began is of older words: two reports swapped in that millisecond.
    TurnRule(
        "a turn that was taken over",
        _still_playable,
        lambda turn, _, at: not turn.logged and not turn.cut and turn.may_be_heard(at),
    ),
)
"""How to find the turn whose words a report names. The first rule that finds a turn decides."""

SPEAKING = (
    # The line reports the clause that was cut, and the interrupt names it a millisecond later. A newer answer may
    # wait to say the same: "Please key in your code." twice.
    TurnRule(
        "a turn whose clause was reported in this moment",
        _newest_first,
        lambda turn, heard, at: not turn.cut and turn.just_heard(heard, at),
    ),
    # The usual interrupt: in the middle of a logged clause.
    TurnRule("the turn that expects the words", _pending, lambda turn, heard, _: turn.expects(heard)),
    # The answer is not logged yet: the words that the interrupt names count as its own.
    TurnRule("a turn being answered", _pending, lambda turn, *_: turn.ended is None),
    # Two interrupts: the first seemed to cut this answer too, but the second names its first clause.
    TurnRule(
        "a turn that seemed cut before its first words", _newest_first, lambda turn, heard, _: turn.starts_with(heard)
    ),
    # An interrupt without words, or with words that no turn holds, still stops the voice.
    TurnRule("the first turn with words left", _pending, lambda *_: True),
)
"""How to find the turn that an interrupt cuts. The first rule that finds a turn decides."""

# On a line that does not report, an interrupt cut "The first, in two." after its first clause, and a newer answer is
# "Another.". The next interrupt names "in two.": these words arrived after the first interrupt, so they are played.
LATE_WORDS = TurnRule(
    "late words of a turn that was cut", _newest_first, lambda turn, heard, _: turn.cut and turn.expects(heard)
)
