"""Checks a hand-off that a tool has returned: whether a person is there now, and what the call to them costs."""

from functions.live.deps import Deps
from functions.relay import Agent, HandOff, Say
from functions.relay.agent.closing import at_this_hour, for_caller
from functions.relay.agent.hand_off import COSTS_EXTRA, UnreachableError
from functions.relay.agent.tools import Outcome


def becomes(deps: Deps, outcome: Outcome, by_key: bool, *, agent: Agent, language: str, now: int) -> Outcome:
    """Return what becomes of a tool's outcome at a moment, in milliseconds since 1970.

    If a key began the tool, there is no model to be told that nobody is there: the caller is told, in `language`.
    Raises UnreachableError for a number that costs extra: a model may have chosen it. The numbers that an author
    writes into `Agent.keys`, menus and `Agent.when_limited` are not checked here.
    """
    if by_key and isinstance(outcome, HandOff):
        found = for_caller(outcome, agent, now, language, agent.phrases_in(language))
        outcome = (found,) if isinstance(found, Say) else found
    else:
        outcome = at_this_hour(outcome, agent, now)
    numbers = outcome.people if isinstance(outcome, HandOff) and not outcome.premium else ()
    if any(one.startswith("+") and deps.costs_extra(one) for one in numbers):
        raise UnreachableError(COSTS_EXTRA)
    return outcome
