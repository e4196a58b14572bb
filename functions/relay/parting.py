"""What becomes of a call when a session of it has ended: Twilio's action callback asks for it.

The callback may come twice, late, or before the socket's own end; the decision rests on the call's log and so is the
same each time. Source: Twilio, "<Connect><ConversationRelay>", action callback.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from functions.relay.events import Entry, Left

MOST_RESUMES = 3
"""How often a call is taken up again after its socket was lost."""

HOPELESS = frozenset({"64101", "64104", "64106", "64108", "64109"})
"""Twilio's errors that a new session would only meet again: wrong attributes, voices, time or audio at an end."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Dial somebody: an E.164 number, a `sip:` address or a `client:` name."""

    to: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Take the call up again with a new session that remembers."""


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the call cannot go on, and hang up."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Parting = Transfer | Resume | Apologise | HangUp


def part(left: Left, in_progress: bool, handoff: str, log: Iterable[Entry]) -> Parting:
    """Return how the call goes on after this session.

    `in_progress` is whether the caller is still there, `handoff` what our `end` carried, `log` the call's log.
    """
    if not in_progress:
        return HangUp()
    if left.status == "failed":
        return Resume() if left.error not in HOPELESS and _failures(left, log) <= MOST_RESUMES else Apologise()
    target = _target(handoff)
    return Transfer(target) if target else HangUp()


def _failures(left: Left, log: Iterable[Entry]) -> int:
    """Return which of the call's lost sessions this is, counted from one."""
    failed = [one.event.session for one in log if isinstance(one.event, Left) and one.event.status == "failed"]
    return [*dict.fromkeys([*failed, left.session])].index(left.session) + 1


def _target(handoff: str) -> str:
    try:
        data = json.loads(handoff or "{}")
    except (ValueError, RecursionError):
        return ""
    target = data.get("to") if isinstance(data, dict) else None
    # What cannot be printed cannot stand in XML either.
    return target if isinstance(target, str) and target.isprintable() else ""
