"""Asks a model of the agent's choice to read a call that is over. The answer becomes a part of the call's log."""

import logging
import time
from contextlib import closing
from dataclasses import replace

from functions.follow_up.deps import FollowUpDeps
from functions.relay.agent.after import After, after_of
from functions.relay.agent.schema import MismatchError
from functions.relay.call.redactor import Redactor
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, Summarized
from functions.relay.log.keys import Key, call_log
from functions.relay.ports import Model
from functions.relay.record.call_record import CallRecord
from functions.relay.record.logs import CallLogs
from functions.relay.record.summary import TOOL, has_words, request_of, summarized, without_private
from functions.relay.wire.model import (
    AgentMessage,
    Finished,
    ModelError,
    Request,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    Usage,
)

SUMMARY = Key(0, "follow-up/summary")
"""The key of the summary in the call's log."""

WAITS_S = (10, 60, 300)
"""Seconds before each further try if a model gives no summary. After these, the record has none."""

MOST_REQUESTS = 3
"""How often a model is asked in one try: its first arguments may not fit the schema."""

WITHIN_S = 30.0
"""Seconds for all answers of one try."""

logger = logging.getLogger("hotline")


def summarize(deps: FollowUpDeps, logs: CallLogs, record: CallRecord, tries: int) -> CallLogs | int:
    """Return the logs with what a model has read out of the call, or in how many seconds to try again.

    After the last try, the logs say why there is no summary. They are unchanged if no agent of the call asks for one,
    or if nothing was said. Raises LogError.
    """
    after = _asked(deps, record)
    if after is None or not has_words(record) or logs.of(Summarized):
        return logs
    read = _read(deps, record, after)
    if read.error and tries < len(WAITS_S):
        return WAITS_S[tries]
    entry = Entry(SUMMARY, read)
    deps.log.append(call_log(record.call), entry)
    return replace(logs, own=(*logs.own, entry))


def _asked(deps: FollowUpDeps, record: CallRecord) -> After | None:
    """Return what is wanted of the call, as the last of its agents that wants something says."""
    agents = (deps.agents.get(one.name) for one in reversed(record.agents))
    return next((after for agent in agents if agent and (after := after_of(agent.after))), None)


def _read(deps: FollowUpDeps, record: CallRecord, after: After) -> Summarized:
    """Return what a model has read out of the call; or why it has not."""
    try:
        model, name = deps.model(after.model)
        read = _asking(model, request_of(record, after), after)
        return replace(without_private(read, _redactor(deps, record).text), model=name)
    except ModelError as error:
        logger.error("a call got no summary: %s: %s", error.kind, error)
        return Summarized(error=f"the model's answer was {error.kind}")
    except Exception as error:  # noqa: BLE001 - the record must go on without the summary, whatever has failed
        logger.error("a call got no summary: %s", location_of(error))
        return Summarized(error=location_of(error))


def _redactor(deps: FollowUpDeps, record: CallRecord) -> Redactor:
    """Return what removes what one of the call's agents keeps out of the log."""
    agents = [agent for one in record.agents if (agent := deps.agents.get(one.name))]
    kinds = frozenset(kind for agent in agents for kind in agent.private)
    return Redactor(kinds, record.language or agents[-1].language, deps.recognizer)


def _asking(model: Model, request: Request, after: After) -> Summarized:
    """Ask until the arguments fit. Raises ModelError."""
    spent: list[Usage] = []
    until = time.monotonic() + WITHIN_S
    for _ in range(MOST_REQUESTS):
        text, call, usage = _answer(model, request, until)
        spent.append(usage)
        try:
            read = _fitting(after, text, call)
        except MismatchError as error:
            request = _corrected(request, text, call, str(error))
        else:
            return replace(read, usage=Usage.sum(spent))
    raise ModelError("broken", f"its arguments of {TOOL} do not fit the schema")


def _fitting(after: After, text: str, call: ToolCall | None) -> Summarized:
    """Return what the model wrote. Plain words are a summary too. Raises MismatchError."""
    if call:
        return summarized(after, call.arguments)
    if after.fields is None and text.strip():
        return Summarized(text.strip())
    raise MismatchError(f"call the tool {TOOL}")


def _answer(model: Model, request: Request, until: float) -> tuple[str, ToolCall | None, Usage]:
    """Return the words, the tool call and the tokens of an answer. Raises ModelError, also after `until`."""
    words, call, usage = "", None, Usage()
    with closing(model.ask(request)) as events:
        for event in events:
            match event:
                case TextDelta(text):
                    words += text
                case ToolCall():
                    call = call or event
                case Finished():
                    usage = event.usage
            if time.monotonic() > until:
                raise ModelError("stalled", f"it wrote for more than {WITHIN_S:g} s")
    return words, call, usage


def _corrected(request: Request, text: str, call: ToolCall | None, fault: str) -> Request:
    """Return the request with the model's answer, and what is wrong with it."""
    if call is None:
        return request
    answer = AgentMessage(text, (call,))
    return replace(request, messages=(*request.messages, answer, ToolResults((ToolResult(call.id, fault, True),))))
