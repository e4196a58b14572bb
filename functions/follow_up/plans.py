"""Schedules the calls that a call has ordered, each once."""

from functions.follow_up.deps import FollowUpDeps
from functions.relay.log.events import CallPlanned, Entry, PlanScheduled
from functions.relay.log.keys import call_log
from functions.relay.planning import PlanKey, due_at
from functions.relay.record.logs import CallLogs


def plan_calls(deps: FollowUpDeps, logs: CallLogs) -> None:
    """Schedule the planned calls in a call's log that are not scheduled yet. Raises LogError, SchedulerError.

    A plan is scheduled before that is noted, so none is lost; its name makes sure that it is scheduled once.
    """
    log, known = call_log(logs.call), {event.plan for _, event in logs.of(PlanScheduled)}
    for key, plan in logs.of(CallPlanned):
        if str(key) not in known:
            place = PlanKey(log, key)
            deps.scheduler().plan(place.name, due_at(plan), place.payload)
            deps.log.append(log, Entry(place.noted("scheduled"), PlanScheduled(str(key))))
