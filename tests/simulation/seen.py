"""What a run's record says, in the terms of the laws: who did what for which turn, and who could know of what."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import inf

from functions.relay.agent.phrases import phrases
from functions.relay.call.call import SUPERSEDING, Call, fold
from functions.relay.call.shared_reminder import has_reminder_in_time
from functions.relay.call.turn import SAME_MOMENT_MS
from functions.relay.log.events import (
    Cause,
    Closed,
    DigitsEntered,
    EndClaimed,
    Entry,
    KeyPressed,
    MachineAnswered,
    ReminderSent,
    SessionOpened,
    TakenOver,
    TimeUp,
)
from functions.relay.log.keys import OPENING, Key, Slot
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Interrupt, Prompt, Text
from tests.simulation.records import Emitted, Look, Posted, Put, Record, RequestToModel
from tests.simulation.store import TABLE_TIMEOUT_S

IN_TIME_S = 0.15
"""Seconds for which words are still sent after a newer event of the caller is in the log."""

HAIR_S = 0.001

SILENCE_S, TAKEN_OVER_S = 8.0, 12.0
"""The most seconds that a caller who waits for an answer hears nothing; and if its invocation was stopped."""

UNANSWERED = re.compile(r"(put \w+|look|read) (hangs|is done but not answered)")
"""Faults in which the table does not answer."""

STOPS = 3
"""Calls of the table without an answer that stop an invocation: each takes two seconds of a caller's eight."""

UNSEEN_S = 1.15
"""Seconds without a look that returned after which words are sent anyway: a busy table must not silence the agent."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A final prompt of the caller, or another event that began a turn."""

    key: Key
    at: float
    text: str


class Seen:
    """A session, after its end. `entries` is its whole log; `before` is the session that it continues."""

    def __init__(
        self,
        record: Record,
        log: str,
        entries: tuple[Entry, ...],
        prompts: tuple[Spoken, ...],
        before: "Seen | None" = None,
    ) -> None:
        self.record, self.log, self.entries, self.prompts, self.before = record, log, entries, prompts, before
        self.invoked = {one.name: one for one in record.invoked}

    @cached_property
    def turns(self) -> list[Spoken]:
        """The events that begin turns, in the order of their keys: the prompts, and others."""
        begun = (put for put in self.record.puts if put.log == self.log and isinstance(put.entry.event, Cause))
        causes = (Spoken(put.entry.key, put.at, type(put.entry.event).__name__) for put in begun)
        return sorted((*self.prompts, *causes), key=lambda turn: turn.key)

    @cached_property
    def owed(self) -> list[Spoken]:
        """Those that the caller waits for: not a silence, and not the last minute."""
        events = {put.entry.key: put.entry.event for put in self.record.puts if put.log == self.log}
        return [turn for turn in self.turns if isinstance(events.get(turn.key, Prompt("")), SUPERSEDING)]

    def name(self, key: Key) -> str:
        """Return the words of a turn, by its key."""
        return next((repr(one.text) for one in self.turns if one.key.frame == key.frame), "of the greeting")

    @cached_property
    def call(self) -> Call:
        """The call to which the whole log folds."""
        return fold(self.entries)

    @cached_property
    def put_at(self) -> dict[Key, float]:
        """When each entry of the session's log was appended."""
        return {put.entry.key: put.at for put in self.record.puts if put.log == self.log}

    @cached_property
    def purges(self) -> list[Emitted]:
        """The interrupts that Twilio sent."""
        return [one for one in self.record.emitted if one.kind == "interrupt"]

    # Who worked for a turn

    def of(self, key: Key) -> list[str]:
        """Return the invocations of a turn: that of its frame, and those of its reminders."""
        return self._of.get(key.frame, [])

    def checking(self, key: Key) -> list[str]:
        """Return the invocations by a turn's reminders, and by one that it shared."""
        shared = (by for sent in self._shared(key) for by in self.of(sent.key))
        return [by for by in dict.fromkeys((*self.of(key), *shared)) if self.invoked[by].checks]

    def reminded(self, key: Key) -> bool:
        """Whether a reminder of this turn was sent before its death, or one that it shares returned after its put."""
        put, died = self.put_at.get(key, 0.0), self._died(key)
        returned = (sent.key.under(Slot.REMINDER_RETURNED.at()) for sent in self._shared(key, died))
        return (key in self.record.reminded and self.record.reminded[key] <= died) or any(
            self.put_at.get(one, put + 1) > put for one in returned
        )

    def _died(self, key: Key) -> float:
        """Return when an invocation of a turn was last killed; infinite if none was."""
        return max((at for by in self.of(key) if (at := self.invoked[by].killed) is not None), default=inf)

    def _shared(self, key: Key, until: float = inf) -> list[Entry]:
        puts = (put for put in self.record.puts if put.at <= until)
        sent = (put.entry for put in puts if isinstance(put.entry.event, ReminderSent))
        return [one for one in sent if one.key.frame != key.frame and has_reminder_in_time([one], key)]

    @cached_property
    def _of(self) -> dict[tuple[int, str], list[str]]:
        names: dict[tuple[int, str], list[str]] = defaultdict(list)
        for one in self.record.invoked:
            if one.turn is not None:
                names[one.turn.frame].append(one.name)
        return names

    def faults(self, by: str) -> list[str]:
        """Return the faults of an invocation."""
        return self._faults.get(by, [])

    @cached_property
    def _faults(self) -> dict[str, list[str]]:
        faults: dict[str, list[str]] = defaultdict(list)
        for _, who, what in self.record.faults:
            faults[who].append(what)
        return faults

    def could_put(self, key: Key) -> bool:
        """Whether an invocation of this prompt ended, and its append had no fault."""
        ended = [self.invoked[by] for by in self.of(key) if self.invoked[by].ended is not None]
        return any(
            not one.checks and not any(what.startswith("put Prompt") for what in self.faults(one.name))
            for one in ended
        )

    def answering(self, key: Key) -> set[Key]:
        """Return the turns whose words end the wait for an answer: its own, or one that ended the session."""
        end_claim = (entry.event.by for entry in self.entries if isinstance(entry.event, EndClaimed))
        frames = {Key.parse(by).frame for by in end_claim}
        return {key, *(turn.key for turn in self.turns if turn.key.frame in frames)}

    def was_killed(self, key: Key) -> bool:
        """Whether an invocation that answered this turn, or that began it, was killed."""
        began = {put.by for put in self.record.puts if put.entry.key == key}
        return any(self.invoked[by].killed is not None for by in {*self.of(key), *began})

    def was_left(self, key: Key) -> bool:
        """Whether an invocation of this turn was killed, or gave up because the table did not answer it."""
        return self.was_killed(key) or any(self.invoked[by].done.startswith("failed") for by in self.of(key))

    def was_stopped(self, key: Key) -> bool:
        """Whether an invocation of this turn was killed, or the table did not answer it again and again."""
        return self.was_killed(key) or any(map(self.unanswered, self.of(key)))

    def taken_over_within(self, key: Key) -> float:
        """Return the most seconds of silence until an answer is taken over.

        A queue may bring a reminder late. A table that left a later killed invocation without an answer has postponed
        its reminder, and a heartbeat that the reminder then takes for new.
        """
        late_s = sum(self.invoked[by].late_s for by in self.checking(key))
        hung = any(UNANSWERED.fullmatch(what) for by in self.of(key) for what in self.faults(by))
        return TAKEN_OVER_S + late_s + TABLE_TIMEOUT_S * hung

    def unanswered(self, by: str) -> bool:
        """Whether the table did not answer an invocation again and again."""
        return sum(bool(UNANSWERED.fullmatch(what)) for what in self.faults(by)) >= STOPS

    @cached_property
    def takers(self) -> set[str]:
        """The invocations that took an answer over."""
        return {put.by for put in self.record.puts if isinstance(put.entry.event, TakenOver)}

    def takers_from_one_in_trouble(self, key: Key) -> set[str]:
        """Return the invocations that took answers over, if one that gave the answer to this turn was in trouble."""
        trouble = self.was_left(key) or any(map(self.faults, self.of(key)))
        return self.takers if trouble else set()

    @cached_property
    def killed_silently(self) -> set[str]:
        """The invocations that were killed before they sent anything."""
        return {one.name for one in self.record.invoked if one.killed is not None} - {
            post.by for post in self.record.posts
        }

    @cached_property
    def without_log(self) -> set[str]:
        """The invocations that leave what the model says: another one logged the prompt, or the log failed."""
        return {one.name for one in self.record.invoked if one.done == "repeated" or self.apologised(one.name)}

    def apologised(self, by: str) -> bool:
        """Whether an invocation could not reach the table, or was killed as it said so."""
        words = {post.message.token for post in self.record.posts if post.by == by and isinstance(post.message, Text)}
        killed = bool(self.invoked[by].killed) and (by not in self._askers or words == {phrases("en").trouble})
        return self.invoked[by].done == "apologised" or killed

    @cached_property
    def _askers(self) -> set[str]:
        return {one.by for one in self.record.asked}

    # What reached the line

    @cached_property
    def arrived(self) -> list[Posted]:
        """The messages that reached the line, in order."""
        arrived = [post for post in self.record.posts if post.arrived is not None]
        return sorted(arrived, key=lambda post: post.arrived or 0.0)

    @cached_property
    def texts(self) -> list[tuple[Posted, Text]]:
        """Those of them that are words, or close a cycle."""
        return [(post, post.message) for post in self.arrived if isinstance(post.message, Text)]

    @property
    def speakers(self) -> list[str]:
        """The invocations that reached the line."""
        return list(dict.fromkeys(post.by for post in self.arrived))

    def lost(self, key: Key) -> bool:
        """Whether the line lost words of a turn, or the message that closes its cycle."""
        return any(post.turn == key and self.is_lost(post) for post in self.record.posts)

    def is_lost(self, post: Posted) -> bool:
        """Whether the line lost these words, or a message that closes a cycle."""
        return isinstance(post.message, Text) and post.arrived is None and post.fate is Sent.LOST

    # Who could know of what

    @property
    def earlier(self) -> list[Spoken]:
        """The prompts of all sessions before this one."""
        return [*self.before.earlier, *self.before.prompts] if self.before else []

    @cached_property
    def remembered(self) -> list[Spoken]:
        """The prompts of earlier sessions that the log of the session before held when it was read for this one."""
        if self.before is None:
            return []
        reads = (look for look in self.record.looks if look.log == self.before.log and look.by in self._openers)
        read = {entry.key for look in reads for entry in look.entries}
        return [*self.before.remembered, *(prompt for prompt in self.before.prompts if prompt.key in read)]

    @cached_property
    def _openers(self) -> set[str]:
        return {
            put.by for put in self.record.puts if put.log == self.log and isinstance(put.entry.event, SessionOpened)
        }

    @cached_property
    def looks_of(self) -> dict[str, list[Look]]:
        """The looks of each invocation at the session's log that returned."""
        looks: dict[str, list[Look]] = defaultdict(list)
        for look in (one for one in self.record.looks if one.log == self.log and one.for_turns):
            looks[look.by].append(look)
        return looks

    def read_before(self, request: RequestToModel) -> float:
        """Return when the invocation that asks began to read the log."""
        reads = [look for look in self.looks_of[request.by] if look.ended <= request.at]
        whole = [look.began for look in reads if any(isinstance(one.event, SessionOpened) for one in look.entries)]
        return max(whole, default=0.0)

    def looked(self, by: str, since: float, until: float) -> bool:
        """Whether a look that an invocation began in this time returned in it."""
        return any(look.began >= since and look.ended <= until for look in self.looks_of[by])

    def was_logged(self, key: Key, at: float) -> bool:
        """Whether an entry was in the log before a moment."""
        return key in self.put_at and self.put_at[key] < at

    def unseen(self, post: Posted, at: float) -> bool:
        """Whether the poster could not have seen what was appended at a moment."""
        return self.between_looks(post, at) or self.blind(post, at)

    def between_looks(self, post: Posted, at: float) -> bool:
        """Whether a message was sent between two looks at the log, and something was appended after the first."""
        newest = max((look.ended for look in self.looks_of[post.by] if look.ended <= post.began), default=0.0)
        return not self.looked(post.by, at, post.began) and post.began <= newest + IN_TIME_S + HAIR_S

    def blind(self, post: Posted, at: float) -> bool:
        """Whether a message was sent though no look had returned for too long, and none since a moment."""
        return not self.looked(post.by, at, post.began) and self.without_look(post)

    def without_look(self, post: Posted) -> bool:
        """Whether a message was sent though no look had returned for too long."""
        return not self.looked(post.by, post.began - UNSEEN_S, post.began)

    def cannot_look(self, post: Posted) -> bool:
        """Whether a message is sent without a look: an apology for the table, or a session's own first words."""
        return post.turn == OPENING or self.apologised(post.by)

    def newer(self, post: Posted) -> list[Put]:
        """Return the entries that end the poster's turn."""
        return [put for put in self.record.puts if self._takes(put, post)]

    def ends_by_claim(self, post: Posted) -> bool:
        """Whether a message ends the session, and the log said by then that its turn does so."""
        claims = ((put.at, put.entry.event) for put in self.record.puts)
        return isinstance(post.message, End) and any(
            isinstance(event, EndClaimed) and Key.parse(event.by).frame == post.turn.frame and at <= post.began
            for at, event in claims
        )

    def interrupted_before(self, post: Posted, put: Put) -> bool:
        """Whether an interrupt was in the log, or was known, before the poster's first words were sent."""
        left = [one.began for one in self.record.posts if one.by == post.by and one.fate is not Sent.BUSY]
        first = min(left, default=float("inf"))
        known = (look for look in self.looks_of[post.by] if look.ended <= first)
        return isinstance(put.entry.event, Interrupt) and (
            put.at <= first or any(put.entry in look.entries for look in known)
        )

    def of_the_moment(self, post: Posted, put: Put) -> bool:
        """Whether an interrupt came in the moment in which a turn began."""
        return isinstance(put.entry.event, Interrupt) and put.entry.key.at - post.turn.at <= SAME_MOMENT_MS

    def _takes(self, put: Put, post: Posted) -> bool:
        match put.entry.event:
            case Prompt() | KeyPressed() | DigitsEntered() | TimeUp() | MachineAnswered() | Closed() | Interrupt():
                return put.entry.key.frame > post.turn.frame
            case TakenOver():
                own = put.entry.key.frame == post.turn.frame
                return own and put.by != post.by and self._taken_at(post.by) < put.at
            case _:
                return False

    def _taken_at(self, by: str) -> float:
        """Return when an invocation took an answer over; 0 if the answer was its own."""
        return max(
            (put.at for put in self.record.puts if isinstance(put.entry.event, TakenOver) and put.by == by), default=0
        )
