"""Folds a session's log into a `Call`: what this session of the phone call was.

The fold is pure: no I/O, clock, logger or environment. Entries are folded in the order of their keys. So it makes no
difference in which order invocations ran, or whether a frame came twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from itertools import takewhile

from functions.relay.call.heard import after_close, after_interrupt, after_played
from functions.relay.call.sorting import as_heard
from functions.relay.call.turn import Turn, TurnAct
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Cause,
    Closed,
    DigitsEntered,
    DigitsRequested,
    DraftDropped,
    EndClaimed,
    Entry,
    Event,
    Heartbeat,
    KeyPressed,
    LanguageSwitched,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    PromptReworded,
    SessionOpened,
    SessionRefused,
    Silent,
    TakenOver,
    TimeUp,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Key, run_of
from functions.relay.log.memory import Value, changed
from functions.relay.text.letters import bare, split
from functions.relay.wire.messages import Info, Interrupt, Prompt

NEWER_TURN: tuple[type[Event], ...] = (Prompt, KeyPressed, DigitsEntered, TimeUp, MachineAnswered)
"""Events that begin a turn after which an older one needs no answer."""

SUPERSEDING: tuple[type[Event], ...] = (*NEWER_TURN, Closed, TakenOver)
"""Events that end an answer: a newer turn, the socket's end, or a takeover by another invocation."""

TURN_ENDING: tuple[type[Event], ...] = (*SUPERSEDING, Interrupt)
"""Events after which words that are being spoken are no longer wanted."""

BY_REMINDER: tuple[type[Event], ...] = (Silent, LastMinute, NoiseEnded)
"""Events with which a reminder begins a turn that ends no other answer. Both answers are spoken whole."""

Act = PromptReworded | AgentSaid | ToolCalled | ToolReturned | Heartbeat | TakenOver | AnswerEnded
"""What invocations log under a turn, most of it while they answer it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One session of a call, as its log describes it."""

    opened: SessionOpened | None = None
    """How the session began; None until its setup is logged."""

    turns: tuple[Turn, ...] = ()
    reports: bool = False
    """Whether this line reports what it has played."""

    refused: bool = False
    closed: bool = False
    """Whether the socket has closed."""

    language: str = ""
    """The BCP-47 tag of the language that is spoken; empty for the agent's first."""

    memory: tuple[tuple[str, Value], ...] = ()
    """What tools have stored for the rest of the call."""

    collecting: tuple[Key, DigitsRequested] | None = None
    """The digits that the caller is asked to key in, and the key of that request."""

    suspended: bool = False
    """Whether the caller spoke instead of pressing keys. Keys still count, no timer runs until the next one, and the
    next tool call replaces the request."""

    end_claim: EndClaimed | None = None
    """Which answer ends the session, and how."""

    drafts: tuple[tuple[Key, int], ...] = ()
    """The key of each draft that was dropped, and its tokens."""

    @property
    def over(self) -> bool:
        """Whether the agent says nothing more in this session."""
        return self.refused or self.closed or self.end_claim is not None

    @property
    def tokens(self) -> int:
        """Tokens, in and out, that the models have used in the whole call so far."""
        before = self.opened.tokens if self.opened else 0
        dropped = sum(tokens for _, tokens in self.drafts)
        return before + dropped + sum(turn.ended.usage.total for turn in self.turns if turn.ended)

    @property
    def time_is_up(self) -> bool:
        """Whether the call has reached its longest time."""
        return any(isinstance(turn.cause, TimeUp) for turn in self.turns)

    @property
    def by_machine(self) -> bool:
        """Whether a machine has answered the call."""
        return any(isinstance(turn.cause, MachineAnswered) for turn in self.turns)

    def with_words(self, texts: Mapping[tuple[int, str], str]) -> "Call":
        """Return the call with new texts for some of the caller's turns. `texts` has them by the turns' frames."""
        turns = tuple(replace(one, caller=texts.get(one.key.frame, one.caller)) for one in self.turns)
        return replace(self, turns=turns)

    def turn(self, key: Key) -> Turn | None:
        """Return the turn that began with the frame of this key; None if no turn did."""
        return next((turn for turn in self.turns if turn.key.frame == key.frame), None)

    def until(self, key: Key) -> "Call":
        """Return the call with this turn as its last; the same call if it has no such turn.

        A reminder may have begun a later turn that does not supersede this one, such as the last minute's: the frame
        of a prompt can come into the log after one that has a newer key.
        """
        own = self.turn(key)
        return replace(self, turns=self.turns[: self.turns.index(own) + 1]) if own else self


def fold(entries: Iterable[Entry]) -> Call:
    """Return the call that these entries describe. They may be in any order, and may repeat."""
    return reduce(advance, as_heard(entries), Call())


def superseded(entries: Iterable[Entry], key: Key) -> bool:
    """Return whether an event newer than the turn at `key` ends its answer.

    An interrupt does not: it cut words of an older answer, and this turn still needs its own. Nothing ends the answer
    to a machine, which only hangs up: a newer prompt may have read the log before the machine was logged.
    """
    entries = tuple(entries)
    if any(entry.key.frame == key.frame and isinstance(entry.event, MachineAnswered) for entry in entries):
        return False
    return any(entry.key.frame > key.frame and isinstance(entry.event, SUPERSEDING) for entry in entries)


def yields_to_prompt(call: Call) -> bool:
    """Return whether a silence or a noise began the last turn, and the prompt or the key before it has no answer yet.

    That prompt was logged after the reminder had read the log. It is answered, and the reminder's turn is not.
    """
    match call.turns[-2:]:
        case (Turn(cause=None | KeyPressed() | DigitsEntered(), ended=None), Turn(cause=Silent() | NoiseEnded())):
            return True
        case _:
            return False


def known_to_reminder(call: Call, entries: Iterable[Entry]) -> frozenset[Key] | None:
    """Return the prompts that the reminder knew which began the last turn; None if none did.

    Its answer yields to any other prompt of its millisecond, which was logged late.
    """
    match call.turns[-1:]:
        case (Turn(cause=Silent() | NoiseEnded()),):
            return frozenset(entry.key for entry in entries if isinstance(entry.event, Prompt))
        case _:
            return None


def advance(call: Call, entry: Entry) -> Call:
    """Return the call after one more entry, which must be newer than all entries before it."""
    match entry.event:
        case SessionOpened() as opened:
            return _begun(entry.key, opened)
        case Prompt() as begins:
            return _turned(call, entry.key, begins)
        case begins if isinstance(begins, Cause):
            return _turned(call, entry.key, begins)
        case (
            AgentSaid() | ToolCalled() | ToolReturned() | Heartbeat() | TakenOver() | AnswerEnded() | PromptReworded()
        ) as act:
            return _acted(call, entry.key, act)
        case LanguageSwitched(language):
            return replace(call, language=language)
        case DigitsRequested() as collecting:
            return replace(call, collecting=(entry.key, collecting), suspended=False)
        case Info() | Interrupt():
            return _reported(call, entry)
        case DraftDropped(usage):
            return replace(call, drafts=(*call.drafts, (entry.key, usage.total)))
        case SessionRefused() | EndClaimed() | Closed() as ends:
            return _ended(call, entry.key, ends)
        case _:
            return call


def _ended(call: Call, key: Key, ends: SessionRefused | EndClaimed | Closed) -> Call:
    match ends:
        case SessionRefused():
            return replace(call, refused=True)
        case EndClaimed():
            return replace(call, end_claim=ends)
        case Closed():
            return replace(call, turns=_turns_after_close(call, key), closed=True)


def _reported(call: Call, entry: Entry) -> Call:
    """Return the call after a report from Twilio: what it has played, or where the caller cut in."""
    match entry.event:
        case Info("tokensPlayed", text) if text.strip():
            return replace(call, turns=after_played(call.turns, entry.key.at, text), reports=True)
        case Interrupt(heard):
            return replace(call, turns=after_interrupt(call.turns, entry.key, heard, call.reports))
        case _:
            return call


def _begun(key: Key, opened: SessionOpened) -> Call:
    said = (AgentSaid(opened.greeting),)
    greeting = Turn(key, "", said, slots=(key.slot,), ended=AnswerEnded("complete"), preemptible=opened.preemptible)
    turns = (greeting,) if opened.greeting else ()
    return Call(opened, turns, reports=opened.reports, language=opened.language, memory=opened.memory)


def _turned(call: Call, key: Key, cause: Prompt | Cause) -> Call:
    """Return the call with the turn that this event begins; a blank prompt begins none."""
    match cause:
        case Prompt(text):
            turn = Turn(key, text.strip())
            return replace(_with(call, turn), suspended=call.collecting is not None) if turn.caller else call
        case KeyPressed(digit, meaning):
            return _with(call, Turn(key, meaning or f"(The caller pressed {digit}.)", cause=cause))
        case DigitsEntered(digits=digits):
            keyed = f"(The caller keyed in {digits}.)" if digits else ""
            return replace(_with(call, Turn(key, keyed, cause=cause)), collecting=None, suspended=False)
        case Silent() | LastMinute() | NoiseEnded():
            return _spoken_before(call, Turn(key, cause=cause))
        case TimeUp() | MachineAnswered():
            return _with(call, Turn(key, cause=cause))


def _spoken_before(call: Call, turn: Turn) -> Call:
    """Return the call with a reminder's turn, before the turns whose words were sent after its own."""
    later = tuple(takewhile(lambda one: one.spoken_after(turn.key), call.turns[::-1]))[::-1]
    before = _with(replace(call, turns=call.turns[: len(call.turns) - len(later)]), turn)
    return replace(before, turns=(*before.turns, *later))


def _with(call: Call, turn: Turn) -> Call:
    """Return the call with a new turn after the others."""
    older = (one if one.followed or not call.reports else replace(one, followed=True) for one in call.turns)
    preemptible = call.opened is not None and call.opened.preemptible
    return replace(call, turns=(*older, replace(turn, preemptible=True) if preemptible else turn))


def _acted(call: Call, key: Key, act: Act) -> Call:
    """Return the call with an act of the agent added to its turn."""
    if isinstance(act, ToolReturned):
        call = replace(call, memory=changed(call.memory, act.memory))
    if isinstance(act, ToolCalled) and call.suspended:
        call = replace(call, collecting=None, suspended=False)
    turn = call.turn(key)
    return replace(call, turns=tuple(_after(one, key, act) if one is turn else one for one in call.turns))


def _after(turn: Turn, key: Key, act: Act) -> Turn:
    match act:
        case AgentSaid(text, found_after=int() as logged):
            late = turn.logged_by(run_of(key.slot))[logged:]
            missing = split(text, len(late))[1] if bare(text).startswith(late) else ""
            return _with_act(turn, replace(act, text=missing), key) if missing else turn
        case AgentSaid() | ToolCalled() | ToolReturned():
            return _with_act(turn, act, key)
        case Heartbeat():
            return replace(turn, heartbeats=turn.heartbeats + 1)
        case TakenOver():
            return replace(turn, takeovers=turn.takeovers + 1, heartbeats=turn.heartbeats + 1)
        case AnswerEnded():
            return replace(turn, ended=act)
        case PromptReworded(text):
            return replace(turn, caller=text)


def _with_act(turn: Turn, act: TurnAct, key: Key) -> Turn:
    return replace(turn, acts=(*turn.acts, act), slots=(*turn.slots, key.slot))


def _turns_after_close(call: Call, key: Key) -> tuple[Turn, ...]:
    """Return the turns as they are once the socket has closed: a line that reports plays no more of them."""
    return after_close(call.turns, key.at) if call.reports else call.turns
