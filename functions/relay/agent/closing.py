"""Decides what becomes of a hand-off outside of the hours in which people are there."""

from datetime import datetime

from functions.relay.agent.agent import Agent
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.outcomes import EndCall, PassTo, Say
from functions.relay.agent.phrases import Phrases, spoken_in
from functions.relay.agent.tools import Outcome, ToolExit
from functions.relay.agent.zones import zone_of


def at_this_hour(outcome: Outcome, agent: Agent, now: int) -> Outcome:
    """Return the outcome of a tool at a moment, in milliseconds since 1970.

    A hand-off outside of its hours becomes its `closed`, or words for the model.
    """
    while isinstance(outcome, HandOff) and (hours := outcome.hours or agent.hours):
        local = datetime.fromtimestamp(now / 1000, zone_of(hours.zone or agent.zone))
        if hours.is_open(local):
            break
        match outcome.closed:
            case None:
                return f"Nobody is there to take the call. {hours.told(local)}"
            case Say() as said:
                return (said,)
            case instead:
                outcome = instead
    return outcome


def for_caller(hand_off: HandOff, agent: Agent, now: int, language: str, phrases: Phrases) -> ToolExit | Say:
    """Return what becomes of a hand-off outside of its hours if there is no model: the caller is told."""
    match at_this_hour(hand_off, agent, now):
        case HandOff() | EndCall() | PassTo() as exit:
            return exit
        case (Say() as said,):
            return said
        case _ if isinstance(hand_off.nobody, EndCall):
            return hand_off.nobody
        case _:
            return Say(spoken_in(hand_off.nobody or "", language) or phrases.nobody)
