"""The history that a model is given: what the caller said and what the caller heard, never more.

An interrupted answer stands there as far as it was played. A tool that was asked for keeps its place, with its
answer or with word that there is none yet, since models refuse a request that leaves one out. Each question to the
model and its tools stay apart, so that a request begins with what was sent before, which the service has cached.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import dropwhile, takewhile

from functions.relay.call.call import Call
from functions.relay.call.turn import Turn, TurnAct, bare, split
from functions.relay.log.events import AgentSaid, SessionOpened, ToolCalled, ToolReturned
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolCall, ToolResult, ToolResults

BY_KEY = "key"
"""The id of an act that a key of the phone began: no model asked for it, so none is told that it did."""

CALL_BEGINS = CallerMessage("(The call begins.)")
"""Models want the caller to speak first; the agent's greeting would else be the first line."""

UNANSWERED = "No answer yet: the caller spoke before this was done. Do not assume that it failed or succeeded."

LONG_LOG_ENTRIES = 96
"""Entries of a log after which it is begun anew."""

KEPT_TURNS = 4
"""Turns that a log begun anew keeps as entries, since the line may still report what it played of them."""

LEFT_OUT = CallerMessage("(A part of the call is left out here.)")
"""Stands in what is remembered of a long call between its beginning and its newest part."""

FIRST_MESSAGES_KEPT = 8
"""Lines from a call's beginning that are remembered to its end: who is calling, and why."""

NEWEST_MESSAGES_KEPT = 50
"""Lines that are remembered at least."""

MOST_MESSAGES = 60
"""Lines that are remembered at most, so that no turn costs more than another, however long the call."""

LONGEST_MESSAGE = 1000
"""Characters that are remembered of one line: an item of the table holds 400 KB."""

MOST_CHARACTERS = 60_000
"""Characters of a call that a model is sent as they are, about 15,000 tokens; of a longer one it is sent less."""

LONGEST_NEWEST = 8_000
"""Characters of the caller's newest words that a model is sent of a longer call."""


def history(call: Call) -> tuple[Message, ...]:
    """Return the lines of the conversation, the caller's and the agent's in turn, the caller's first."""
    before = call.opened.remembered if call.opened else ()
    lines = fitting(merged((*before, *(line for turn in call.turns for line in _lines(turn)))))
    return lines if not lines or isinstance(lines[0], CallerMessage) else (CALL_BEGINS, *lines)


def begun_anew(call: Call) -> tuple[Key, SessionOpened] | None:
    """Return the entry with which a long log begins anew, just before the turns that are kept; None if too short."""
    if call.opened is None or len(call.turns) <= KEPT_TURNS or (call.collecting and not call.suspended):
        return None
    old, kept = call.turns[:-KEPT_TURNS], call.turns[-KEPT_TURNS]
    # Only a line that reports may still tell of them, and only of those whose words are known.
    if call.reports and any(turn.pending and turn.ended for turn in old):
        return None
    lines = merged((*call.opened.remembered, *(line for turn in old for line in _lines(turn))))
    opened = replace(call.opened, greeting="", remembered=bounded(lines), reports=call.reports)
    opened = replace(opened, tokens=replace(call, turns=old).tokens)
    return kept.key.under(Slot.BEGUN_ANEW.at()), replace(opened, language=call.language, memory=call.memory)


def fitting(lines: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return lines that are no longer than a request may be, whatever the caller says: older ones are shortened."""
    if sum(map(_size, lines)) <= MOST_CHARACTERS:
        return lines
    match lines[-1]:
        case CallerMessage(text) as newest:
            return (*bounded(lines[:-1]), replace(newest, text=text[-LONGEST_NEWEST:]))
        case _:
            return bounded(lines)


def _size(line: Message) -> int:
    match line:
        case ToolResults(results):
            return sum(len(one.text) for one in results)
        case AgentMessage(text, calls):
            return len(text) + sum(len(one.arguments) for one in calls)
        case CallerMessage(text):
            return len(text)


def bounded(lines: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return what is remembered of these lines: of many their beginning and the newest, and of each its beginning.

    Lines whose beginning was kept before are cut at the same place again.
    """
    lines = tuple(map(_cut, lines))
    if len(lines) <= MOST_MESSAGES:
        return lines
    newest = dropwhile(lambda line: isinstance(line, ToolResults), lines[-NEWEST_MESSAGES_KEPT:])
    return merged((*_beginning(lines), LEFT_OUT, *newest))


def _beginning(lines: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the first lines, up to words of the agent after which the caller may speak."""
    first = tuple(takewhile(lambda line: not _left_out(line), lines[:FIRST_MESSAGES_KEPT]))
    ends = [number for number, line in enumerate(first, 1) if isinstance(line, AgentMessage) and not line.tool_calls]
    return first[: max(ends, default=0)]


def _left_out(line: Message) -> bool:
    return isinstance(line, CallerMessage) and line.text.startswith(LEFT_OUT.text)


def _cut(line: Message) -> Message:
    match line:
        case ToolResults(answers):
            return ToolResults(tuple(replace(answer, text=answer.text[:LONGEST_MESSAGE]) for answer in answers))
        case _:
            return replace(line, text=line.text[:LONGEST_MESSAGE])


def _lines(turn: Turn) -> Iterator[Message]:
    """Return a turn as it was first sent: for each question to the model its words and calls, then the results."""
    if turn.caller:
        yield CallerMessage(turn.caller)
    *earlier, last = turn.rounds
    rest, returned = turn.audible, [act for act in turn.acts if isinstance(act, ToolReturned)]
    for acts in earlier:
        text, rest = _heard(acts, rest)
        yield from _round(text, acts, returned)
    text, rest = _heard(last, rest)
    yield from _round(f"{text} {rest}".strip(), last, returned)


def _heard(acts: Iterable[TurnAct], rest: str) -> tuple[str, str]:
    """Return what was heard of the words of a round, and what was heard after them."""
    text = ""
    for act in acts:
        if isinstance(act, AgentSaid):
            heard, rest = _split(rest, act.text)
            text = f"{text} {heard}".strip()
    return text, rest


def _round(text: str, acts: Iterable[TurnAct], returned: list[ToolReturned]) -> Iterator[Message]:
    """Return the messages of one round, and take its results from those that have returned."""
    called = [act for act in acts if isinstance(act, ToolCalled) and act.id != BY_KEY]
    calls = tuple(ToolCall(act.id, act.name, act.arguments) for act in called)
    if text or calls:
        yield AgentMessage(text, calls)
    if calls:
        yield ToolResults(tuple(_result(call.id, returned) for call in calls))


def _result(id: str, returned: list[ToolReturned]) -> ToolResult:
    """Return the first result under an id, and take it: an older log may have an id twice."""
    result = next((one for one in returned if one.id == id), None)
    if result is None:
        return ToolResult(id, UNANSWERED, failed=True)
    returned.remove(result)
    return ToolResult(id, result.text, result.failed)


def _split(heard: str, said: str) -> tuple[str, str]:
    """Return what was heard of some words, and what was heard after them."""
    return split(heard, len(bare(said))) if bare(heard).startswith(bare(said)) else (heard, "")


def merged(lines: Iterable[Message]) -> tuple[Message, ...]:
    """Return the lines with those of one speaker that follow each other in one: models want turns to alternate."""
    whole: list[Message] = []
    for line in lines:
        match whole[-1] if whole else None, line:
            case CallerMessage(before), CallerMessage(text):
                whole[-1] = CallerMessage(f"{before} {text}")
            case AgentMessage(before, ()), AgentMessage(text, asks):
                whole[-1] = AgentMessage(f"{before} {text}".strip(), asks)
            case _:
                whole.append(line)
    return tuple(whole)
