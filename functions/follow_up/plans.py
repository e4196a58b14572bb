"""Schedules planned calls, each once: the call backs in the log of a call, and the orders in that of a number."""

from datetime import UTC, datetime

from functions.follow_up.deps import FollowUpDeps
from functions.relay.log.events import CallPlanned, Entry, Ordered, PlanScheduled
from functions.relay.log.keys import callee_log
from functions.relay.outbound import progress
from functions.relay.planning import UNANSWERED, PlanKey, due_at, retried
from functions.relay.record.logs import CallLogs, of_kind


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


def plan_retry(deps: FollowUpDeps, logs: CallLogs) -> None:
    """Plan to call a number again if nobody answered this call, and its order has retries left. Raises LogError.

    The place of the plan is that of the next try, so several looks at one call plan one.
    """
    if progress(logs.own).status in UNANSWERED:
        for _, ordered in logs.of(Ordered):
            log, now = callee_log(ordered.callee), datetime.fromtimestamp(deps.clock(), UTC)
            if later := retried(log, deps.log.read(log), logs.call, now):
                deps.log.append(log, later)
