"""What becomes of a call when a session of it has ended, or a hand-off: Twilio's action callbacks ask for it.

A callback may come twice, late, or before the socket's own end; the decision rests on the call's log and so is the
same each time. Sources: Twilio, "<Connect><ConversationRelay>", "<Dial>" and "<Enqueue>", action callbacks.
"""

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from functions.relay.log.events import (
    Announced,
    Entry,
    HandedOff,
    PassedToAgent,
    Recorded,
    SessionEnded,
    SessionJoined,
    Unreached,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.callback import whole

MOST_RESUMES = 3
"""How often a call is taken up again after its socket was lost."""

HOPELESS = frozenset({"64101", "64104", "64106", "64108", "64109"})
"""Twilio's errors that a new session would only meet again: wrong attributes, voices, time or audio at an end."""

NOBODY = frozenset({"busy", "no-answer", "failed"})
"""What DialCallStatus says when nobody took the call."""

TURNED_OUT = frozenset({"queue-full", "leave", "error", "system-error"})
"""What QueueResult says when a caller left a queue without having met anybody, and is still there."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the caller through."""

    hand_off: HandedOff


@dataclass(frozen=True, slots=True)
class PassOn:
    """Have another agent take the call."""

    passed: PassedToAgent

    def announced(self, before: Announced, languages: Container[str]) -> Announced:
        """Return what announces its session, in the call's language if it speaks that."""
        language = self.passed.language if self.passed.language in languages else ""
        return replace(before, agent=self.passed.agent, greeting=self.passed.greeting, language=language)


@dataclass(frozen=True, slots=True)
class Resume:
    """Take the call up again with a new session that remembers."""


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the call cannot go on, and hang up."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """Say these words, if any, in a language of the call, and hang up."""

    words: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


NextStep = Transfer | PassOn | Resume | Apologise | Farewell | HangUp


def next_step(left: SessionEnded, in_progress: bool, handoff: str, log: Iterable[Entry]) -> NextStep:
    """Return how the call goes on after this session.

    `in_progress` is whether the caller is still there, `handoff` what our `end` carried, `log` the call's log.
    """
    if not in_progress:
        return HangUp()
    if left.status == "failed":
        return Resume() if left.error not in HOPELESS and _failures(left, log) <= MOST_RESUMES else Apologise()
    if not (wish := _named(handoff)):
        return HangUp()
    match _wished(wish, log):
        case Entry(_, HandedOff() as hand_off):
            return Transfer(hand_off)
        case Entry(_, PassedToAgent() as passed):
            return PassOn(passed)
        case _:
            return Apologise()


def after_dial(form: Mapping[str, str], hand_off: HandedOff | None) -> NextStep:
    """Return how the call goes on once a hand-off is over, by the form of its action callback."""
    if form.get("CallStatus") != "in-progress" or not _nobody(form):
        return HangUp()
    if hand_off is None:
        return Apologise()
    return Farewell(hand_off.nobody, hand_off.language) if hand_off.ends else Resume()


def unreached(hand_off: Key, form: Mapping[str, str]) -> Entry | None:
    """Return the entry that says that no person took the call; None if one did. The log holds it once."""
    why = _nobody(form)
    return Entry(_unreached(hand_off), Unreached(why)) if why else None


def recorded(recording: str, form: Mapping[str, str]) -> tuple[Key, Recorded]:
    """Return what a callback says of a recording, and its key: the same however often it comes."""
    event = Recorded(recording, form.get("RecordingStatus", ""), whole(form, "RecordingDuration"))
    return Key(0, f"{recording}/{event.status}"), event


def _nobody(form: Mapping[str, str]) -> str:
    """Return why no person took the call, in Twilio's words; empty if one did.

    A person who hung up during the whisper was never connected: then the dialled call is completed, but not bridged.
    """
    dialled, queued = form.get("DialCallStatus", ""), form.get("QueueResult", "")
    if dialled == "completed" and form.get("DialBridged") == "false":
        return "declined"
    return dialled if dialled in NOBODY else queued if queued in TURNED_OUT else ""


def _unreached(hand_off: Key) -> Key:
    """Return the key of the note that nobody took the call of this hand-off."""
    return hand_off.under(Slot.UNREACHED.at(number=hand_off.slot))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hand-off and its key in the call's log."""

    key: Key
    event: HandedOff


def _wished(id: str, log: Iterable[Entry]) -> Entry | None:
    """Return the newest of what was to become of the call under this id."""
    found = (one for one in log if isinstance(one.event, HandedOff | PassedToAgent) and one.event.id == id)
    return max(found, key=lambda one: one.key, default=None)


def handed_off(id: str, log: Iterable[Entry]) -> Wanted | None:
    """Return the newest hand-off of this id."""
    found = _wished(id, log)
    return Wanted(found.key, found.event) if found and isinstance(found.event, HandedOff) else None


def come_back(log: Iterable[Entry], connection: str) -> HandedOff | None:
    """Return the hand-off that reached nobody, if the session that opens on this connection is what follows it."""
    entries = {one.key: one.event for one in log}
    others = {key: event for key, event in entries.items() if event != SessionJoined(connection)}
    newest = max((key for key, event in others.items() if isinstance(event, Unreached | SessionJoined)), default=None)
    if newest is None or not isinstance(entries[newest], Unreached):
        return None
    handed_off = (
        event for key, event in entries.items() if isinstance(event, HandedOff) and _unreached(key) == newest
    )
    return next(handed_off, None)


def _failures(left: SessionEnded, log: Iterable[Entry]) -> int:
    """Return which of the call's lost sessions this is, counted from one."""
    failed = [
        one.event.session for one in log if isinstance(one.event, SessionEnded) and one.event.status == "failed"
    ]
    return [*dict.fromkeys([*failed, left.session])].index(left.session) + 1


def _named(handoff: str) -> str:
    """Return the id of the hand-off that a session ended with: all that is believed of what came back."""
    try:
        data = json.loads(handoff or "{}")
    except (ValueError, RecursionError):
        return ""
    wish = data.get("hand_off") if isinstance(data, dict) else None
    return wish if isinstance(wish, str) else ""
