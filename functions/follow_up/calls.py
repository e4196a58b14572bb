"""Checks a call of which a part has ended. Once the call is over, puts its record into the table."""

from dataclasses import replace

from functions.follow_up.analysis import analyse
from functions.follow_up.claim import once
from functions.follow_up.deliver import deliver
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.messages import send_messages
from functions.follow_up.plans import plan_calls, plan_retry
from functions.follow_up.private import clear_private, with_held
from functions.follow_up.reading import call_of, logs_of
from functions.follow_up.reminder import FollowUpReminder
from functions.follow_up.summarize import summarize
from functions.relay.call_context import begin
from functions.relay.log.events import SmsOrdered, Summarized
from functions.relay.log.keys import call_log, callee_log, transcript_log
from functions.relay.record.call_record import CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.logs import CallLogs
from functions.relay.record.over import GoesOn, LookAgain, Over, first_look_s, next_look, next_watch, watches


def wake(deps: FollowUpDeps, log: str, by: str, kind: str) -> None:
    """Set the first check of a call: a part of it has ended or begun, or something is ordered. Raises TimerError.

    `by` names the entry in this log that says so, and `kind` is the class of its event.
    """
    if watches(kind) and not log.startswith(call_log("")):
        return  # the orders of a campaign are also listed in a log that is no call's
    seconds = first_look_s(kind)
    deps.timer.remind(seconds, FollowUpReminder(log, seconds, by, watches=watches(kind)).write())


def check(deps: FollowUpDeps, reminder: FollowUpReminder) -> str:
    """Store the record of a call if it is over, and tell others; return one word for the log. Raises OperatorError.

    Any number of checks makes one record: it is a fold of the log, and always has the same key. Others are told once.
    """
    if reminder.log.startswith(transcript_log("")):
        return analyse(deps, reminder)
    if reminder.log.startswith(callee_log("")):
        plan_calls(deps, reminder.log, deps.log.read(reminder.log))
        return "planned"
    call = call_of(deps.log, reminder.log)
    begin(call=call)
    logs = logs_of(deps.log, call) if call else CallLogs("", ())
    if not logs.own:
        return "no call"
    logs = with_held(deps, send_messages(deps, logs))
    plan_calls(deps, call_log(call), logs.own)
    match (next_watch if reminder.watches else next_look)(logs, reminder.waited):
        case GoesOn():
            return "goes on"
        case LookAgain(seconds):
            deps.timer.remind(seconds, replace(reminder, waited=reminder.waited + seconds).write())
            return "later"
        case Over():
            return _follow(deps, logs, reminder)


def _follow(deps: FollowUpDeps, logs: CallLogs, reminder: FollowUpReminder) -> str:
    """Store the record of a call that is over. If the reminder claims the call, summarize it and tell others."""
    logs = with_held(deps, logs, over=True)
    record = _put(deps, logs)
    plan_retry(deps, logs)
    clear_private(deps, logs)
    return once(deps, record.call, reminder, lambda: _tell(deps, logs, record, reminder)) or "recorded"


def _tell(deps: FollowUpDeps, logs: CallLogs, record: CallRecord, reminder: FollowUpReminder) -> str:
    """Have the call summarized and tell others; return one word for the log. An earlier try may have done a part."""
    now = _now(deps, logs)
    match summarize(deps, now, record, reminder.tries):
        case int(seconds):
            deps.timer.remind(seconds, replace(reminder, tries=reminder.tries + 1).write())
            return "recorded without a summary"
        case read:
            deliver(deps, record if read.of(Summarized) == logs.of(Summarized) else _put(deps, read))
            _send_ordered(deps, read)
            return "recorded"


def _send_ordered(deps: FollowUpDeps, logs: CallLogs) -> None:
    """Send the messages that functions of the agents have ordered after the call, and put them into the record."""
    now = _now(deps, logs)
    if now.of(SmsOrdered) != logs.of(SmsOrdered):
        _put(deps, send_messages(deps, now))


def _now(deps: FollowUpDeps, logs: CallLogs) -> CallLogs:
    """Return the logs with what other invocations have put into the call's own."""
    return replace(logs, own=deps.log.read(call_log(logs.call)))


def _put(deps: FollowUpDeps, logs: CallLogs) -> CallRecord:
    record = record_of(logs, deps.marker(), deps.price_of)
    deps.records.put(record)
    return record
