"""Folds all logs of a call into its record, without I/O, clock or environment.

The same logs give the same record.
"""

import json
from collections.abc import Callable
from dataclasses import replace

from functions.relay.log.events import (
    Analysed,
    Announced,
    AnswerEnded,
    CallPlanned,
    Closed,
    DialEnded,
    DraftDropped,
    HandedOff,
    LanguageSwitched,
    Limited,
    Ordered,
    Progressed,
    Recorded,
    SessionEnded,
    SessionJoined,
    SmsEnded,
    SmsOrdered,
    Summarized,
    TimeUp,
    Tried,
    Unreached,
)
from functions.relay.log.keys import END_CLAIM, Key, Slot
from functions.relay.record.analysis import Finding
from functions.relay.record.bill import cents_of
from functions.relay.record.call_record import (
    AgentVersion,
    CallBackRecord,
    CallRecord,
    Direction,
    HandOffRecord,
    PersonRecord,
    RecordingRecord,
    SmsRecord,
)
from functions.relay.record.cost import DraftsRecord, PriceOf
from functions.relay.record.ending import ending_of
from functions.relay.record.logs import CallLogs, of_kind
from functions.relay.record.turn_record import ToolOutcome, TurnCause, TurnRecord
from functions.relay.record.turns import turns_of
from functions.relay.transfer import outcomes, taker
from functions.relay.wire.messages import Problem
from functions.relay.wire.model import Usage
from functions.relay.wire.party import kind_of

Marker = Callable[[str], str]
"""Returns the mark of a number: a keyed hash."""

FAILED = ("failed", "late")
"""The endings of an answer that went wrong."""


def record_of(logs: CallLogs, mark: Marker, price_of: PriceOf) -> CallRecord:
    """Return the record of a call, with the number of entries from which it is made."""
    told, read, drafts = _without_turns(logs, mark), _read(logs), _dropped(logs)
    turns = turns_of(logs.sessions, told.began)
    told = replace(told, turns=turns)
    return replace(
        told,
        silences=sum(turn.cause is TurnCause.SILENCE for turn in turns),
        interruptions=sum(turn.interrupted for turn in turns),
        tokens=Usage.sum((*(turn.tokens for turn in turns), *(one.usage for one in drafts), read.usage)),
        drafts=DraftsRecord(len(drafts), Usage.sum(one.usage for one in drafts)),
        cents=cents_of(logs, told, drafts, price_of),
        errors=_errors(logs, turns),
        summary=read.summary,
        fields=json.loads(read.fields),
        entries=logs.size,
    )


def _without_turns(logs: CallLogs, mark: Marker) -> CallRecord:
    (caller, called, outbound), (began, ended) = _parties(logs), _times(logs)
    return CallRecord(
        call=logs.call,
        caller=caller,
        caller_mark=mark(caller) if caller else next((event.callee for _, event in logs.of(Ordered)), ""),
        called=called,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        agents=_agents(logs),
        began=began,
        ended=ended,
        ending=ending_of(logs),
        language=_language(logs),
        parameters=next((event.parameters for _, event in logs.of(Announced)), ()),
        recordings=_recordings(logs),
        hand_offs=_hand_offs(logs),
        messages=_messages(logs),
        call_backs=_call_backs(logs),
        limits=_limits(logs),
        analysis=_analysis(logs),
    )


def _analysis(logs: CallLogs) -> tuple[Finding, ...]:
    return tuple(Finding(*one) for _, event in logs.of(Analysed) for one in event.findings)


def _parties(logs: CallLogs) -> tuple[str, str, bool]:
    """Return the person's number, our own, and whether we placed the call. A withheld number is empty."""
    caller, called, outbound = _announced(logs)
    return "" if kind_of(caller) == "withheld" else caller, called, outbound


def _announced(logs: CallLogs) -> tuple[str, str, bool]:
    """Return the parties as the webhook announced them."""
    for _, told in logs.of(Announced):
        return told.caller, told.called, told.outbound
    for _, met in logs.of(Limited):
        return met.caller, met.called, False
    progress = (event for _, event in logs.of(Progressed) if event.called)
    return next(((one.caller, one.called, one.outbound) for one in progress), ("", "", bool(logs.of(Ordered))))


def _agents(logs: CallLogs) -> tuple[AgentVersion, ...]:
    told = [AgentVersion(event.agent, event.version) for _, event in logs.of(Announced)]
    told = told or [AgentVersion(event.agent) for _, event in logs.of(Limited)]
    told = told or [AgentVersion(event.agent, event.version) for _, event in logs.of(Ordered) if event.agent]
    return tuple(dict.fromkeys(told))


def _times(logs: CallLogs) -> tuple[int, int]:
    """Return when the call began and ended, in milliseconds since 1970."""
    began = _began(logs)
    return began, max(began, _ended(logs))


def _began(logs: CallLogs) -> int:
    """Return when the first webhook came. A call that we place begins when it is placed."""
    times = [event.at for _, event in logs.of(Announced)] + [event.at for _, event in logs.of(Limited)]
    times += [event.at for _, event in logs.of(Progressed)] + [key.at for key, _ in logs.of(SessionJoined)]
    times += [event.at for _, event in logs.of(Ordered)]
    return min((at for at in times if at), default=0)


def _ended(logs: CallLogs) -> int:
    """Return when the newest sign of the call's end came; without one, when its newest entry came."""
    signs = [event.at for _, event in logs.of(Progressed)] + [event.at for _, event in logs.of(DialEnded)]
    signs += [key.at for key, _ in logs.of(SessionEnded)]
    signs += [key.at for session in logs.sessions for key, _ in of_kind(session.entries, Closed)]
    entries = (entry for session in logs.sessions for entry in session.entries)
    return max(signs, default=0) or max((one.key.at for one in entries if one.key != END_CLAIM), default=0)


def _language(logs: CallLogs) -> str:
    spoken = [event.language for _, event in logs.of(Announced)]
    spoken += [one.language for session in logs.sessions for _, one in of_kind(session.entries, LanguageSwitched)]
    return next((language for language in reversed(spoken) if language), "")


def _recordings(logs: CallLogs) -> tuple[RecordingRecord, ...]:
    """Return each recording once, as its last callback reported it."""
    found: dict[str, RecordingRecord] = {}
    for _, event in sorted(logs.of(Recorded), key=lambda one: one[1].status != "in-progress"):
        found[event.recording] = RecordingRecord(event.recording, event.status, event.seconds, event.message)
    return tuple(found.values())


def _hand_offs(logs: CallLogs) -> tuple[HandOffRecord, ...]:
    return tuple(_hand_off(logs, key, event) for key, event in logs.of(HandedOff))


def _hand_off(logs: CallLogs, key: Key, hand_off: HandedOff) -> HandOffRecord:
    missed = {at: event.why for at, event in logs.of(Unreached)}
    why = missed.get(key.under(Slot.UNREACHED.at(number=key.slot)), "")
    known = [event for _, event in logs.of(Tried) if event.hand_off == hand_off.id]
    people = outcomes(hand_off, known) or ((hand_off.to, why or "taken"),)
    return HandOffRecord(
        hand_off.reason,
        hand_off.to,
        hand_off.brief,
        reached=not why,
        taken_by="" if why else taker(hand_off, known),
        people=tuple(PersonRecord(*one) for one in people),
    )


def _messages(logs: CallLogs) -> tuple[SmsRecord, ...]:
    ended = {event.order: event for _, event in logs.of(SmsEnded)}
    orders = ((event, ended.get(str(key), _UNSENT)) for key, event in logs.of(SmsOrdered))
    return tuple(SmsRecord(order.to, order.text, end.sid, end.error) for order, end in orders)


def _call_backs(logs: CallLogs) -> tuple[CallBackRecord, ...]:
    """Return each call back; with one id, the newest counts."""
    plans = [plan for _, plan in logs.of(CallPlanned)]
    newest = {plan.request: place for place, plan in enumerate(plans)}
    return tuple(
        CallBackRecord(plan.agent, plan.at, plan.parameters, replaced=newest[plan.request] != place)
        for place, plan in enumerate(plans)
    )


_UNSENT = SmsEnded("", error="it is not known whether it was sent")
"""What became of a message whose invocation has died."""


def _limits(logs: CallLogs) -> tuple[str, ...]:
    """Return the LIMITS that the call reached, each once: at the ring, then in its sessions."""
    met = [event.limit for _, event in logs.of(Limited)]
    for session in logs.sessions:
        met += [one.event.limit for one in session.entries if isinstance(one.event, TimeUp | AnswerEnded)]
    return tuple(dict.fromkeys(limit for limit in met if limit))


def _errors(logs: CallLogs, turns: tuple[TurnRecord, ...]) -> tuple[str, ...]:
    codes = [event.error for _, event in logs.of(SessionEnded)]
    codes += [one.code for session in logs.sessions for _, one in of_kind(session.entries, Problem)]
    answers = [_fault(turn) for turn in turns if turn.how in FAILED or turn.model_error]
    tools = [
        f"the tool {one.name} failed" for turn in turns for one in turn.tools if one.outcome is ToolOutcome.FAILED
    ]
    unread = [f"no summary: {read.error}"] if (read := _read(logs)).error else []
    unsent = [f"a text message was not sent: {one.error}" for one in _messages(logs) if one.error]
    return (*(f"Twilio {code}" for code in codes if code), *answers, *tools, *unread, *unsent)


def _fault(turn: TurnRecord) -> str:
    """Return what went wrong in an answer, and the kind of the model's error."""
    model = f"the model's answer was {turn.model_error}" if turn.model_error else ""
    answer = f"an answer was {turn.how}" if turn.how in FAILED else ""
    return ": ".join(one for one in (answer, model) if one)


def _read(logs: CallLogs) -> Summarized:
    """Return the summary and the fields that a model has made of the whole call; empty ones before that."""
    return next((event for _, event in logs.of(Summarized)), Summarized())


def _dropped(logs: CallLogs) -> tuple[DraftDropped, ...]:
    """Return the drafts that were not used."""
    return tuple(event for session in logs.sessions for _, event in of_kind(session.entries, DraftDropped))
