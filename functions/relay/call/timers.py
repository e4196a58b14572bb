"""Decides from the log alone what a reminder does when it comes back: nothing, look again later, or begin a turn.

Each decision asks who has the floor: no timer talks over the caller, and no timer cuts an answer.
"""

from collections.abc import Iterable
from itertools import takewhile
from math import ceil

from functions.relay.call.call import BY_REMINDER, Call, superseded
from functions.relay.call.floor import LONGEST_ANSWER_S, LONGEST_SPEECH_S, SETTLE_MS, TURNS, VOICES, Holder, floor
from functions.relay.call.noise import has_more
from functions.relay.call.turn import Turn
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    Cause,
    Digit,
    Entry,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    SessionOpened,
    Silent,
    TimeUp,
)
from functions.relay.log.keys import END_CLAIM, Key
from functions.relay.wire.messages import Info, Interrupt

LOOK_AGAIN_S = 5
"""Seconds to the next look while the floor is taken."""

NOISE_CHECK_S = 2
"""Seconds from an interrupt to the first look for its words, and from one look to the next."""

LATE_ANSWER_WAITS_S = 2
"""Seconds for which a late answer waits while the caller speaks. Not longer: an end of speech may be lost."""

DIGITS_CHECK_S = 2
"""Seconds to the next look if the floor is taken when the time for digits ends."""

NOISE_FOR_S = 20
"""Seconds after an interrupt within which the cut answer must end. After that, other timers handle the silence."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The reminder no longer matters."""


@dataclass(frozen=True, slots=True)
class Later:
    """Look again after `seconds`."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a turn at this key."""

    key: Key
    cause: Cause


TimerStep = Settled | Later | Begin


@dataclass(frozen=True, slots=True)
class StillKeying:
    """A digit has come since the last look: wait for the next one."""

    last: str
    """The key of the newest digit, as text."""

    seconds: int
    """Seconds until the time for the next digit is over."""


@dataclass(frozen=True, slots=True)
class HandIn:
    """The time for digits is over: begin a turn at `key` with the digits that came."""

    key: Key


DigitsStep = Settled | StillKeying | Later | HandIn


@dataclass(frozen=True, slots=True)
class AtWork:
    """Another invocation is answering: it has logged more heartbeats."""

    heartbeats: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """This turn needs an answer, and no invocation is giving it."""

    opened: SessionOpened
    turn: Turn


AnswerStep = Settled | Later | AtWork | TakeOver


def silence_step(call: Call, entries: Iterable[Entry], since: Key, waited: int, after: int) -> TimerStep:
    """Return what to do `waited` seconds after the turn at `since` began. A silence may last `after` seconds.

    The newest turn has its own reminder. If the line reports no voices, the caller is not asked whether they are
    there: they may be speaking.
    """
    entries = tuple(entries)
    if not is_idle(call) or _keying(call) or _turned_after(entries, since):
        return Settled()
    if not any(isinstance(entry.event, Info) and entry.event.name in VOICES for entry in entries):
        return Settled()
    now, found = max(since.at + waited * 1000, *(entry.key.at for entry in entries)), floor(entries)
    if found.holder(now) is not Holder.NOBODY:
        return Later(LOOK_AGAIN_S)
    if (left := after - (now - found.quiet_since(now)) / 1000) > 0:
        return Later(ceil(left))
    return Begin(_last_report(entries, since).after("silent"), Silent(1 + _silent_turns(call)))


def noise_step(call: Call, entries: Iterable[Entry], interrupt: Key, waited: int) -> TimerStep:
    """Return what to do `waited` seconds after an interrupt: the agent goes on if no words came with it.

    `entries` hold the digits too: a caller who keys them in knows the question.
    """
    entries = tuple(entries)
    cut = call.turns[-1] if call.turns else None
    if call.over or _keyed(call, entries) or cut is None or not cut.unfinished or _turned(entries, interrupt):
        return Settled()
    if _is_being_answered(call.turns):
        return Later(NOISE_CHECK_S) if waited < NOISE_FOR_S else Settled()
    if not has_more(call.turns):
        return Settled()
    now, found = interrupt.at + waited * 1000, floor(entries)
    if found.holder(now) is not Holder.NOBODY or now - found.free_since < SETTLE_MS:
        return Later(NOISE_CHECK_S)
    return Begin(_last_report(entries, interrupt).after("noise"), NoiseEnded())


def time_step(call: Call, entries: Iterable[Entry], waited: int, last_minute: bool) -> TimerStep:
    """Return what to do at a call's last minute or end, after a wait of `waited` seconds for the floor.

    The wait has a bound in each case: an answer whose invocation died never ends, but the call must end.
    """
    entries = tuple(entries)
    told = call.time_is_up or (last_minute and any(isinstance(turn.cause, LastMinute) for turn in call.turns))
    if not call.opened or call.over or told:
        return Settled()
    longest = LONGEST_ANSWER_S if last_minute and not is_idle(call) else LONGEST_SPEECH_S
    if floor_is_taken(call, entries) and waited < longest:
        return Later(LOOK_AGAIN_S)
    newest = max((entry.key for entry in entries), default=Key(0, ""))
    return Begin(newest.after("minute"), LastMinute()) if last_minute else Begin(newest.after("over"), TimeUp())


def machine_step(call: Call, entries: Iterable[Entry], answered_by: str) -> Settled | Begin:
    """Return what to do when Twilio has heard a machine. Nobody waits for the floor: a machine does not listen."""
    if not call.opened or call.over or call.by_machine:
        return Settled()
    newest = max(entry.key for entry in entries)
    return Begin(newest.after("machine"), MachineAnswered(answered_by))


def digits_step(
    call: Call,
    entries: Iterable[Entry],
    digits: tuple[Entry, ...],
    asked: Key,
    *,
    last: str,
    waited: int,
    after: int,
    timeout: int,
) -> DigitsStep:
    """Return what to do `after` seconds after the turn of the question at `asked`; `after` is 0 if it is not known.

    `last` is the key of the newest digit that was known when the reminder was sent, as text; `digits` are all. The
    next one must come within `timeout` seconds.
    """
    entries = tuple(entries)
    if call.over or call.collecting is None or call.collecting[0].frame != asked.frame:
        return Settled()
    if (words := spoken_instead(call)) and not (digits and digits[-1].key > words):
        return Settled()
    if digits and str(newest := digits[-1].key) != last:
        passed = (asked.at + after * 1000 - newest.at) / 1000 if after else 0
        if passed < timeout:
            return StillKeying(str(newest), min(ceil(timeout - passed), timeout))
    if floor_is_taken(call, entries) and waited < LONGEST_SPEECH_S:
        return Later(DIGITS_CHECK_S)
    return HandIn(max(entry.key for entry in (*entries, *digits)).after("unkeyed"))


def spoken_instead(call: Call) -> Key | None:
    """Return the key of the newest words that the caller spoke instead of pressing keys; None if they did not."""
    words = (turn.key for turn in call.turns if not isinstance(turn.cause, BY_REMINDER))
    return max(words) if call.suspended else None


def answer_step(call: Call, entries: Iterable[Entry], key: Key, heartbeats: int, waited: int) -> AnswerStep:
    """Return what to do about the answer to the turn at `key`. It is not taken over while the caller speaks.

    `heartbeats` is how many were logged when the reminder was sent. The reminder has waited `waited` seconds for the
    floor.
    """
    entries = tuple(entries)
    turn = call.turn(key)
    if call.opened is None or turn is None or turn.ended or not is_wanted(call, entries, key):
        return Settled()
    if turn.heartbeats != heartbeats:
        return AtWork(turn.heartbeats)
    now = max(entry.key.at for entry in entries if entry.key != END_CLAIM)
    if floor(entries).holder(now) is Holder.CALLER and waited < LATE_ANSWER_WAITS_S and not call.end_claim:
        return Later(LATE_ANSWER_WAITS_S)
    return TakeOver(call.opened, turn)


def is_wanted(call: Call, entries: Iterable[Entry], key: Key) -> bool:
    """Whether an unfinished answer is still needed. An answer that has claimed the end of the session must end it."""
    if call.end_claim:
        return Key.parse(call.end_claim.by).frame == key.frame and not call.closed
    return not call.over and not superseded(entries, key)


def floor_is_taken(call: Call, entries: Iterable[Entry]) -> bool:
    """Whether the floor is taken: someone spoke when the newest entry came, or an answer is being given."""
    entries = tuple(entries)
    now = max((entry.key.at for entry in entries if entry.key.at), default=0)
    return not is_idle(call) or floor(entries).holder(now) is not Holder.NOBODY


def is_idle(call: Call) -> bool:
    """Whether no answer is being given, and the agent may still speak."""
    return not call.over and not _is_being_answered(call.turns)


def _is_being_answered(turns: tuple[Turn, ...]) -> bool:
    """Whether an answer is being given: to the last turn, or to one beside which reminders began the last ones."""
    beside = tuple(takewhile(lambda turn: isinstance(turn.cause, BY_REMINDER), turns[::-1]))
    return any(turn.ended is None for turn in turns[-len(beside) - 1 :])


def _last_report(entries: Iterable[Entry], since: Key) -> Key:
    """Return the key of the newest report of the line; `since` if none is newer.

    A reminder's turn begins after it. With an older key, words that were played before would count as its own.
    """
    reports = (entry.key for entry in entries if isinstance(entry.event, Info | Interrupt) and entry.key > since)
    return max(reports, default=since)


def _keying(call: Call) -> bool:
    """Whether the caller is keying in digits: the timer of the digits then asks who has the floor."""
    return call.collecting is not None and not call.suspended


def _keyed(call: Call, entries: Iterable[Entry]) -> bool:
    """Whether the caller has begun to key in the digits that they were asked for."""
    return _keying(call) and any(isinstance(entry.event, Digit) for entry in entries)


def _turned(entries: Iterable[Entry], since: Key) -> bool:
    """Whether a turn began after `since`, or in its millisecond: frames of one millisecond have no order."""
    return any(isinstance(entry.event, TURNS) and entry.key.at >= since.at for entry in entries)


def _turned_after(entries: Iterable[Entry], since: Key) -> bool:
    """Whether a turn began after the turn at `since`."""
    return any(isinstance(entry.event, TURNS) and entry.key.frame > since.frame for entry in entries)


def _silent_turns(call: Call) -> int:
    """Return how many silences in a row the newest turns are."""
    number = 0
    for turn in call.turns[::-1]:
        if not isinstance(turn.cause, Silent):
            break
        number += 1
    return number
