"""Joins what Conversational Intelligence found to the record of its call, and runs the rules of the call's agents."""

from collections.abc import Iterator
from dataclasses import replace

from functions.follow_up.claim import once
from functions.follow_up.deliver import Delivery, of_function, run_once
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reading import logs_of
from functions.follow_up.reminder import FollowUpReminder
from functions.relay.agent.after import name_of
from functions.relay.deadlines import LONGEST_DELAY_S
from functions.relay.log.events import Analysed, Entry
from functions.relay.log.keys import Key, call_log
from functions.relay.record.analysis import Transcript, findings_by_name
from functions.relay.record.call_record import CallRecord
from functions.relay.record.fold import record_of

LOOK_AGAIN_S = 60
"""Seconds to the second look while the call has no record yet. Each later wait doubles the time so far."""

LONGEST_WAIT_S = 4 * 3600
"""Seconds after which a call gets no record any more. If nothing has reported its end, its record takes hours."""


def analyse(deps: FollowUpDeps, reminder: FollowUpReminder) -> str:
    """Join the results of a transcript to its call, and tell others; return one word for the log.

    Any number of reminders about a transcript adds its results once. Raises OperatorError.
    """
    sid = reminder.log.partition("/")[2]
    found = deps.transcripts.get(sid) if deps.transcripts else None
    if found is None or not found.call or not deps.log.read(call_log(found.call)):
        return "no call"
    if deps.records.get(found.call) is None:
        if reminder.waited >= LONGEST_WAIT_S:
            return "no record"
        seconds = min(max(LOOK_AGAIN_S, reminder.waited), LONGEST_DELAY_S)
        deps.timer.remind(seconds, replace(reminder, waited=reminder.waited + seconds).write())
        return "later"
    record = _joined(deps, found)

    def tell() -> str:
        run_once(deps, record.call, _deliveries(deps, record, sid))
        return "analysed"

    return once(deps, record.call, reminder, tell, Key(0, f"follow-up/claim/{sid}")) or "analysed"


def _joined(deps: FollowUpDeps, found: Transcript) -> CallRecord:
    """Append the results to the call's log, and return the new record. Raises LogError."""
    answers = tuple((one.operator, one.kind, one.value) for one in found.findings)
    key = Key(0, f"analysed/{found.sid}")
    deps.log.append(call_log(found.call), Entry(key, Analysed(found.sid, answers)))
    record = record_of(logs_of(deps.log, found.call), deps.marker(), deps.price_of)
    deps.records.put(record)
    return record


def _deliveries(deps: FollowUpDeps, record: CallRecord, transcript: str) -> Iterator[Delivery]:
    """Yield an event for each transcript. A rule's function runs once for each call, not for each transcript."""
    for outlet in deps.analysed:
        yield Delivery(f"{transcript}/{outlet.name}", lambda outlet=outlet: outlet.tell(record))  # type: ignore[misc]
    found = findings_by_name(record.analysis)
    for name in dict.fromkeys(one.name for one in record.agents):
        agent = deps.agents.get(name)
        for function in agent.intelligence.met(found) if agent and agent.intelligence else ():
            yield of_function(deps, agent, function, record, f"{name}.rule.{name_of(function)}")
