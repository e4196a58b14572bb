"""Finds out from a call's logs how it ended."""

from functions.relay.call.call import Call
from functions.relay.log.events import (
    Announced,
    Declined,
    EndClaimed,
    HandedOff,
    Limited,
    MenuAnswered,
    Ordered,
    Progressed,
    Recorded,
    Screened,
    SessionEnded,
    Silent,
    TimeUp,
    Unreached,
)
from functions.relay.log.hand_off_events import MENU
from functions.relay.log.keys import Key, Slot
from functions.relay.record.call_record import CallEnding
from functions.relay.record.logs import CallLogs
from functions.relay.screening import machine_in

ANSWERED = frozenset({"in-progress", "completed"})
"""The values of CallStatus of a call that was answered. Source: Twilio, "Call resource"."""


def ending_of(logs: CallLogs) -> CallEnding:
    """Return how a call ended."""
    if ending := _in_menu(logs):
        return ending
    if not logs.sessions:
        return _without_session(logs)
    if machine_in(event for _, event in logs.of(Screened)) and not logs.of(HandedOff):
        return CallEnding.MACHINE
    newest = logs.sessions[-1]
    call = newest.call
    if call.end_claim:
        return _claimed(logs, call, call.end_claim)
    lost = any(event.session == newest.id and event.status == "failed" for _, event in logs.of(SessionEnded))
    return CallEnding.LOST if lost else CallEnding.CALLER_HUNG_UP


def _in_menu(logs: CallLogs) -> CallEnding | None:
    """Return how a call ended that reached a menu, which leads back to no session; None for any other call."""
    if any(event.reason == MENU for _, event in logs.of(HandedOff)):
        return CallEnding.HANDED_OFF
    if any(event.message and event.status == "completed" for _, event in logs.of(Recorded)):
        return CallEnding.VOICEMAIL
    return CallEnding.MENU if logs.of(MenuAnswered) else None


def _without_session(logs: CallLogs) -> CallEnding:
    if logs.of(HandedOff):
        return _handed_off(logs, *logs.of(HandedOff)[-1])
    if logs.of(Limited):
        return CallEnding.LIMITED
    if logs.of(SessionEnded):
        return CallEnding.LOST
    if logs.of(Declined):
        return CallEnding.DECLINED
    if logs.of(Screened):
        return CallEnding.MACHINE
    return CallEnding.UNANSWERED if _unanswered(logs) else CallEnding.CALLER_HUNG_UP


def _unanswered(logs: CallLogs) -> bool:
    """Return whether we placed the call, and nothing says that it was answered."""
    told = [event.status for _, event in logs.of(Progressed) if event.outbound]
    placed = bool(told or logs.of(Ordered)) and not logs.of(Announced)
    return placed and ANSWERED.isdisjoint(told)


def _claimed(logs: CallLogs, call: Call, claim: EndClaimed) -> CallEnding:
    """Return how a call ended if the agent ended its last session."""
    key = Key.parse(claim.by)
    turn = call.turn(key)
    if claim.how == "handed off":
        people = [(at, event) for at, event in logs.of(HandedOff) if at.frame == key.frame]
        return _handed_off(logs, *people[-1]) if people else CallEnding.CALLER_HUNG_UP
    match turn and turn.cause:
        case TimeUp():
            return CallEnding.TIME_UP
        case Silent():
            return CallEnding.SILENCE
        case _:
            return CallEnding.AGENT_HUNG_UP


def _handed_off(logs: CallLogs, key: Key, hand_off: HandedOff) -> CallEnding:
    """Return how a call ended with a hand-off: a person took it, or no person did."""
    if key.under(Slot.UNREACHED.at(number=key.slot)) not in {at for at, _ in logs.of(Unreached)}:
        return CallEnding.HANDED_OFF
    return CallEnding.AGENT_HUNG_UP if hand_off.ends else CallEnding.CALLER_HUNG_UP
