"""Decides how a call continues after a session or a hand-off has ended, when Twilio's action callback asks.

A callback may come twice, late, or before the end of the socket. The decision depends only on the call's log, so it
is the same each time. Sources: Twilio, "<Connect><ConversationRelay>", "<Dial>" and "<Enqueue>", action callbacks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from functions.relay.agent.language_tags import nearest
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    Announced,
    Entry,
    HandedOff,
    PassedToAgent,
    PersonLeft,
    Recorded,
    SessionEnded,
    SessionJoined,
    Unreached,
)
from functions.relay.log.keys import Key, Slot
from functions.relay.screening import machine_in
from functions.relay.transfer import Ring, ring_of
from functions.relay.wire.callback import json_object, whole

MOST_RESUMES = 3
"""How often a call gets a new session after its socket was lost."""

PERMANENT_ERRORS = frozenset({"64101", "64104", "64106", "64108", "64109"})
"""Twilio's errors that a new session would get again: wrong attributes or voices, or no more time or audio."""

SPEECH_ERRORS = frozenset({"64111", "64112", "64114"})
"""Twilio's errors for a provider of speech that failed. Twilio advises to answer with another provider.

Source: Twilio, "Error and warning dictionary", and "ConversationRelay failover", 4 November 2026.
"""

NOT_ANSWERED = frozenset({"busy", "no-answer", "failed"})
"""Values of DialCallStatus after which no person took the call."""

LEFT_QUEUE = frozenset({"queue-full", "leave", "error", "system-error"})
"""Values of QueueResult after which the caller has left a queue without an answer, and is still on the line."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the caller through: let these phones ring."""

    ring: Ring


@dataclass(frozen=True, slots=True)
class PassOn:
    """Give the call to another agent."""

    passed: PassedToAgent

    def announced(self, before: Announced, languages: Iterable[str]) -> Announced:
        """Return the announcement of that agent's session. `languages` are those that it speaks."""
        language = nearest(self.passed.language, languages)
        return replace(before, agent=self.passed.agent, greeting=self.passed.greeting, language=language)


@dataclass(frozen=True, slots=True)
class Resume:
    """Continue the call in a new session, which remembers the old one."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Say that the call cannot continue, and hang up."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """Say these words, if there are any, in this language of the call, and hang up."""

    words: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class AnswerMachine:
    """Leave the agent's message on the machine that has answered a call of ours, if there is one, and hang up."""

    answered_by: str
    """In the words of Twilio's AnsweredBy."""


NextStep = Transfer | PassOn | Resume | GiveUp | Farewell | HangUp | AnswerMachine


def next_step(left: SessionEnded, in_progress: bool, handoff: str, log: Iterable[Entry]) -> NextStep:
    """Return how the call continues after this session.

    `in_progress` says whether the caller is still there, `handoff` is the text that our `end` carried, and `log` is
    the call's log.
    """
    if not in_progress:
        return HangUp()
    log = tuple(log)
    if machine := machine_in(one.event for one in log):
        return AnswerMachine(machine)
    if left.status == "failed":
        permanent = left.error in PERMANENT_ERRORS or _failures(left, log) > MOST_RESUMES
        return GiveUp() if permanent else Resume()
    if not (wanted := _hand_off_id(handoff)):
        return HangUp()
    match _destination(wanted, log):
        case Entry(_, HandedOff() as hand_off):
            return _to_people(hand_off, 0, log) or GiveUp()
        case Entry(_, PassedToAgent() as passed):
            return PassOn(passed)
        case _:
            return GiveUp()


def second_voices(log: Iterable[Entry]) -> bool:
    """Return whether the next session has the second voices. After each failure of speech, the voices change."""
    ended = (one.event for one in log if isinstance(one.event, SessionEnded))
    return len({one.session for one in ended if one.error in SPEECH_ERRORS}) % 2 == 1


def after_dial(form: Mapping[str, str], hand_off: HandedOff | None, ring: int, log: Iterable[Entry]) -> NextStep:
    """Return how the call continues after a ring of a hand-off. `form` is that of its action callback."""
    if form.get("CallStatus") != "in-progress":
        return HangUp()
    if not not_reached(form):
        return Resume() if hand_off and hand_off.afterwards else HangUp()
    if hand_off is None:
        return GiveUp()
    if further := _to_people(hand_off, ring + 1, log):
        return further
    return Farewell(hand_off.nobody, hand_off.language) if hand_off.ends else Resume()


def _to_people(hand_off: HandedOff, number: int, log: Iterable[Entry]) -> Transfer | None:
    ring = ring_of(hand_off, number, tuple(log))
    return Transfer(ring) if ring else None


def after_hand_off(hand_off: Entry, step: NextStep, form: Mapping[str, str]) -> Entry | None:
    """Return the entry that says how a hand-off ended: no person took it, or the person has left; None if neither."""
    match step, not_reached(form):
        case Transfer(), _:
            return None
        case _, str(why) if why:
            return Entry(_outcome(hand_off.key), Unreached(why))
        case Resume(), _:
            return Entry(_outcome(hand_off.key), PersonLeft())
        case _:
            return None


def recorded(recording: str, form: Mapping[str, str]) -> tuple[Key, Recorded]:
    """Return the event of a recording's callback, and its key. A callback that comes twice has the same key.

    Only a menu takes messages with <Record>. Source: Twilio, "<Record>", RecordingSource.
    """
    message = form.get("RecordingSource") == "RecordVerb"
    event = Recorded(recording, form.get("RecordingStatus", ""), whole(form, "RecordingDuration"), message)
    return Key(0, f"{recording}/{event.status}"), event


def not_reached(form: Mapping[str, str]) -> str:
    """Return why no person took the call, in Twilio's words; empty if a person did.

    A person who hung up during the whisper was never connected: the dialled call is completed, but not bridged.
    """
    dialled, queued = form.get("DialCallStatus", ""), form.get("QueueResult", "")
    if dialled == "completed" and form.get("DialBridged") == "false":
        return "declined"
    return dialled if dialled in NOT_ANSWERED else queued if queued in LEFT_QUEUE else ""


def _outcome(hand_off: Key) -> Key:
    """Return the key of the entry that says how this hand-off ended."""
    return hand_off.under(Slot.UNREACHED.at(number=hand_off.slot))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hand-off and its key in the call's log."""

    key: Key
    event: HandedOff


def _destination(id: str, log: Iterable[Entry]) -> Entry | None:
    """Return the newest entry with this id that says where the call goes; None if there is none."""
    found = (one for one in log if isinstance(one.event, HandedOff | PassedToAgent) and one.event.id == id)
    return max(found, key=lambda one: one.key, default=None)


def handed_off(id: str, log: Iterable[Entry]) -> Wanted | None:
    """Return the newest hand-off to a person with this id; None if there is none."""
    found = _destination(id, log)
    return Wanted(found.key, found.event) if found and isinstance(found.event, HandedOff) else None


def sentence_after(log: Iterable[Entry], connection: str) -> str:
    """Return what the agent says first after a hand-off; empty if another session came between."""
    entries = {one.key: one.event for one in log}
    others = {key: event for key, event in entries.items() if event != SessionJoined(connection)}
    ends = (key for key, event in others.items() if isinstance(event, Unreached | PersonLeft | SessionJoined))
    newest = max(ends, default=None)
    for key, event in entries.items():
        if newest and isinstance(event, HandedOff) and _outcome(key) == newest:
            return event.afterwards if isinstance(entries[newest], PersonLeft) else event.nobody
    return ""


def _failures(left: SessionEnded, log: Iterable[Entry]) -> int:
    """Return the number of this session among the call's lost sessions, from 1."""
    failed = [
        one.event.session for one in log if isinstance(one.event, SessionEnded) and one.event.status == "failed"
    ]
    return [*dict.fromkeys([*failed, left.session])].index(left.session) + 1


def _hand_off_id(handoff: str) -> str:
    """Return the id of the hand-off with which a session ended. Nothing else of the text is trusted."""
    wanted = json_object(handoff).get("hand_off")
    return wanted if isinstance(wanted, str) else ""
