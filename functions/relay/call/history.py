"""Builds the history for a model: what the caller said and what the caller heard, never more.

It holds an interrupted answer as far as it was played. Each tool call has a result, or a text that says that there is
none yet: models refuse a request with a call that has no result. Messages of earlier rounds never change, so the
beginning of each request is in the service's cache. Only what a model was told to repair an output is in no later
request.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import dropwhile, takewhile

from functions.relay.call.call import Call
from functions.relay.call.turn import Turn, TurnAct
from functions.relay.log.events import AgentSaid, KeyPressed, SessionOpened, ToolCalled, ToolReturned
from functions.relay.log.keys import Key, Slot
from functions.relay.text.data import as_data
from functions.relay.text.letters import bare, split
from functions.relay.text.private import HELD
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolCall, ToolResult, ToolResults

BY_KEY = "key"
"""The id of a tool call that a key of the phone began. No model made this call, so its history tells it in words."""

CALL_BEGINS = CallerMessage("(The call begins.)")
"""The first message of a history that would begin with the greeting: models want the caller to speak first."""

UNANSWERED = "No answer yet: the caller spoke before this was done. Do not assume that it failed or succeeded."

INTERRUPTED = "But the caller interrupted before this was finished."
"""Follows the result of a tool from which more follows than its text: words for the caller, or a hand-off."""

LONG_LOG_ENTRIES = 96
"""Entries of a log after which a snapshot is appended: later reads begin there."""

KEPT_TURNS = 4
"""Turns that stay as entries after a snapshot, because the line may still report what it played of them."""

MOST_HELD_TURNS = 8
"""Later turns after which held digits are released, whatever was said in them."""

LEFT_OUT = CallerMessage("(A part of the call is left out here.)")
"""In the history of a long call, the message between its beginning and its newest part."""

FIRST_MESSAGES_KEPT = 8
"""Messages from the beginning of a call that stay in its history: who calls, and why."""

NEWEST_MESSAGES_KEPT = 50
"""Newest messages that stay in the history of a long call."""

MOST_MESSAGES = 60
"""Most messages that a snapshot keeps, so that no turn of a long call costs more than another."""

MOST_MESSAGE_CHARACTERS = 1000
"""Characters that a snapshot keeps of one message: an item of the table holds 400 KB."""

MOST_CHARACTERS = 60_000
"""Most characters of a history, about 15,000 tokens. The older messages of a longer history are shortened."""

MOST_NEWEST_CHARACTERS = 8_000
"""Most characters of the caller's newest message in a history that is too long."""

MOST_NEWEST_RESULTS_CHARACTERS = 24_000
"""Most characters of the newest tool results in such a history: three whole ones."""


def history(call: Call) -> tuple[Message, ...]:
    """Return the messages of the conversation. The caller and the agent alternate, and the caller begins."""
    before = call.opened.remembered if call.opened else ()
    messages = fitting(merged((*before, *(message for turn in call.turns for message in _messages_of(turn)))))
    return messages if not messages or isinstance(messages[0], CallerMessage) else (CALL_BEGINS, *messages)


def snapshot(call: Call) -> tuple[Key, SessionOpened] | None:
    """Return an entry that replaces all older turns of a long log, and its key, just before the turns that stay.

    None while the log is too short, or while the older turns may still change or still ask for digits.
    """
    if call.opened is None or len(call.turns) <= KEPT_TURNS:
        return None
    old, kept = call.turns[:-KEPT_TURNS], call.turns[-KEPT_TURNS]
    if call.collecting and call.collecting[0] < kept.key and not call.suspended:
        return None
    if any(HELD in turn.caller for turn in old[KEPT_TURNS - MOST_HELD_TURNS :]):
        return None
    # Only a line that reports can still change an old turn, and only one whose words are known.
    if call.reports and any(turn.pending and turn.ended for turn in old):
        return None
    messages = merged((*call.opened.remembered, *(message for turn in old for message in _messages_of(turn))))
    opened = replace(call.opened, greeting="", remembered=bounded(messages), reports=call.reports)
    drafts = tuple(one for one in call.drafts if one[0] < kept.key)
    opened = replace(opened, tokens=replace(call, turns=old, drafts=drafts).tokens)
    return kept.key.under(Slot.SNAPSHOT.at()), replace(opened, language=call.language, memory=call.memory)


def fitting(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the messages, shortened to what one request may hold. The older ones are shortened first."""
    if sum(map(_size, messages)) <= MOST_CHARACTERS:
        return messages
    older, newest = bounded(messages[:-1]), _newest(messages[-1])
    limit = MOST_MESSAGE_CHARACTERS
    while sum(map(_size, older)) + _size(newest) > MOST_CHARACTERS and limit:
        limit //= 2
        older = tuple(_cut(one, limit) for one in older)
    return (*older, newest)


def _newest(message: Message) -> Message:
    match message:
        case CallerMessage(text):
            return CallerMessage(text[-MOST_NEWEST_CHARACTERS:])
        case _:
            return _cut(message, MOST_NEWEST_RESULTS_CHARACTERS)


def _size(message: Message) -> int:
    match message:
        case ToolResults(results):
            return sum(len(one.text) for one in results)
        case AgentMessage(text, calls):
            return len(text) + sum(len(one.arguments) for one in calls)
        case CallerMessage(text):
            return len(text)


def bounded(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the first and the newest of these messages, and of each message its beginning.

    Messages that were bounded before are cut at the same place again.
    """
    messages = tuple(map(_cut, messages))
    if len(messages) <= MOST_MESSAGES:
        return messages
    newest = dropwhile(lambda message: isinstance(message, ToolResults), messages[-NEWEST_MESSAGES_KEPT:])
    return merged((*_beginning(messages), LEFT_OUT, *newest))


def _beginning(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the first messages, up to one of the agent without a tool call: the caller may speak after it."""
    first = tuple(takewhile(lambda message: not _left_out(message), messages[:FIRST_MESSAGES_KEPT]))
    ends = [number for number, one in enumerate(first, 1) if isinstance(one, AgentMessage) and not one.tool_calls]
    return first[: max(ends, default=0)]


def _left_out(message: Message) -> bool:
    return isinstance(message, CallerMessage) and message.text.startswith(LEFT_OUT.text)


def _cut(message: Message, most: int = MOST_MESSAGE_CHARACTERS) -> Message:
    """Return a message with at most `most` characters of words, and `most` of its tools' arguments or results."""
    match message:
        case ToolResults(results):
            each = most // max(1, len(results))
            return ToolResults(tuple(replace(one, text=one.text[:each]) for one in results))
        case AgentMessage(text, calls):
            each = most // max(1, len(calls))
            return AgentMessage(text[:most], tuple(_short(one, each) for one in calls))
        case CallerMessage(text):
            return CallerMessage(text[:most])


def _short(call: ToolCall, most: int) -> ToolCall:
    """Return a tool call whose arguments are still JSON. Cut in the middle, a model service would refuse them."""
    if len(call.arguments) <= most:
        return call
    begins = json.dumps({"begins": call.arguments[: most // 3]}, ensure_ascii=False)
    return replace(call, arguments=begins if len(begins) <= most else "{}")


def _messages_of(turn: Turn) -> Iterator[Message]:
    """Return a turn as it was first sent: for each round the model's words and calls, then the results."""
    if caller := f"{turn.caller} {_unheard_of_key(turn)}".strip():
        yield CallerMessage(caller)
    *earlier, last = turn.rounds
    rest, returned = turn.audible, [_told(act, turn) for act in turn.acts if isinstance(act, ToolReturned)]
    for acts in earlier:
        text, rest = _heard(acts, rest)
        yield from _round(text, acts, returned)
    text, rest = _heard(last, rest)
    yield from _round(f"{text} {rest}".strip(), last, returned)


def _told(returned: ToolReturned, turn: Turn) -> ToolReturned:
    """Return a result as the model gets it: "The caller was told the code." is not true if they cut in."""
    if returned.acts and turn.unfinished:
        return replace(returned, text=f"{returned.text} {INTERRUPTED}")
    return returned


def _unheard_of_key(turn: Turn) -> str:
    """Return what a key says or what its function returned, in words for the model; "" if the caller has heard it.

    A prompt may come before the words are spoken. The function has already run, so the model must know of it.
    """
    if isinstance(turn.cause, KeyPressed) and bare(turn.cause.says) not in bare(turn.audible):
        return f"(The caller has not heard what this key says: {turn.cause.says})"
    if not any(isinstance(act, ToolCalled) and act.id == BY_KEY for act in turn.acts):
        return ""
    returned = next((act for act in turn.acts if isinstance(act, ToolReturned) and act.id == BY_KEY), None)
    if returned is None:
        return f"(The function of this key was started. {UNANSWERED})"
    if bare(returned.text) in bare(turn.audible):
        return ""
    ended = "failed" if returned.failed else "returned"
    return f"(The function of this key {ended}: {as_data('result', returned.text)})"


def _heard(acts: Iterable[TurnAct], rest: str) -> tuple[str, str]:
    """Return what was heard of a round's words, and what was heard after them."""
    text = ""
    for act in acts:
        if isinstance(act, AgentSaid):
            heard, rest = _split(rest, act.text)
            text = f"{text} {heard}".strip()
    return text, rest


def _round(text: str, acts: Iterable[TurnAct], returned: list[ToolReturned]) -> Iterator[Message]:
    """Return the messages of one round, and remove its results from `returned`."""
    called = [act for act in acts if isinstance(act, ToolCalled) and act.id != BY_KEY]
    calls = tuple(ToolCall(act.id, act.name, act.arguments) for act in called)
    if text or calls:
        yield AgentMessage(text, calls)
    if calls:
        yield ToolResults(tuple(_result(call.id, returned) for call in calls))


def _result(id: str, returned: list[ToolReturned]) -> ToolResult:
    """Return the first result with this id, and remove it from `returned`: an older log may have an id twice."""
    result = next((one for one in returned if one.id == id), None)
    if result is None:
        return ToolResult(id, UNANSWERED, failed=True)
    returned.remove(result)
    return ToolResult(id, result.text, result.failed)


def _split(heard: str, said: str) -> tuple[str, str]:
    """Return what was heard of `said`, and what was heard after it."""
    return split(heard, len(bare(said))) if bare(heard).startswith(bare(said)) else (heard, "")


def merged(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Return the messages with neighbours of one speaker joined: models want the speakers to alternate."""
    whole: list[Message] = []
    for message in messages:
        match whole[-1] if whole else None, message:
            case CallerMessage(before), CallerMessage(text):
                whole[-1] = CallerMessage(f"{before} {text}")
            case AgentMessage(before, ()), AgentMessage(text, calls):
                whole[-1] = AgentMessage(f"{before} {text}".strip(), calls)
            case _:
                whole.append(message)
    return tuple(whole)
