"""Schedules planned calls, each once: the call backs in the log of a call, and the orders in that of a number."""

from functions.follow_up.deps import FollowUpDeps
from functions.relay.log.events import CallPlanned, Entry, PlanScheduled
from functions.relay.planning import PlanKey, due_at
from functions.relay.record.logs import of_kind


def plan_calls(deps: FollowUpDeps, log: str, entries: tuple[Entry, ...]) -> None:
    """Schedule the plans in a log that are not scheduled yet. Raises LogError, SchedulerError.

    A plan is scheduled before that is noted, so none is lost; its name makes sure that it is scheduled once.
    """
    known = {event.plan for _, event in of_kind(entries, PlanScheduled)}
    for key, plan in of_kind(entries, CallPlanned):
        if str(key) not in known:
            place = PlanKey(log, key)
            deps.scheduler().plan(place.name, due_at(plan), place.payload)
            deps.log.append(log, Entry(place.noted("scheduled"), PlanScheduled(str(key))))
