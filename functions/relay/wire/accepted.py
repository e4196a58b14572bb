"""Repairs a request so that every model service accepts it.

A model, an interruption or a new deployment may put a fault into the history. The services check the whole history
with each request, so one fault would silence the agent until the call ends.
Their rules: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html,
https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls and
https://developers.openai.com/api/docs/guides/function-calling.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, islice, pairwise

from functions.relay.text.data import visible
from functions.relay.wire.messages import well_formed
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Message,
    Request,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
)

INAUDIBLE = "(inaudible)"
"""Replaces a blank message of the caller."""

NOTHING = "(nothing)"
"""Replaces a blank result."""

NO_RESULT = "No result is known."
"""The result of a call that has none."""

BEGINNING = CallerMessage("(The call begins.)")
"""Put first, because the services want the caller to speak first."""

GO_ON = CallerMessage("(The caller says nothing.)")
"""Put last, because the services refuse a last message of the agent: it looks like the beginning of an answer."""

UNNAMED = "unnamed_tool"
"""Replaces an empty name of a tool."""

GONE = "There is no such tool. Never call it."
"""The description of a tool that is in the history but not in the agent."""

MOST_TOOLS = 128
"""Most tools of a request. Source: OpenAI's error `array_above_max_length`."""

_MOST_NAME_CHARACTERS = 64
"""Most characters of a name, for Bedrock and OpenAI."""

_ID = re.compile("[a-zA-Z0-9_-]{1,40}", re.ASCII)
"""The id of a tool call. OpenAI's Chat Completions take 40 characters, Bedrock 64. vLLM makes ids of 46."""


def accepted_request(request: Request) -> Request:
    """Return the request in a form that every service accepts. A correct request does not change.

    How a message is written depends only on the messages before it, never on those after it. So the next request
    begins with the same text, and the service finds it in its cache.
    """
    messages = tuple(_whole(_paired(request.messages)))
    return replace(
        request,
        prompt=_shown(request.prompt),
        situation=_shown(request.situation),
        messages=messages,
        tools=_declared(request.tools, messages),
    )


def tool_name(name: str) -> str:
    """Return a tool's name in a form that the services accept: the model may have made the name up."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:_MOST_NAME_CHARACTERS] or UNNAMED


def _declared(tools: tuple[ToolSpec, ...], messages: Iterable[Message]) -> tuple[ToolSpec, ...]:
    """Declare the tools in the history: some may be from another agent or an older deployment, or made up.

    No request has more than `MOST_TOOLS`: no service looks for each tool of the history, but OpenAI refuses too many.
    """
    known = {tool.name for tool in tools}
    names = [call.name for message in messages if isinstance(message, AgentMessage) for call in message.tool_calls]
    gone = dict.fromkeys(name for name in names if name not in known)
    room = max(0, MOST_TOOLS - len(tools))
    return (*tools, *(ToolSpec(name, GONE, {"type": "object", "properties": {}}) for name in islice(gone, room)))


def _whole(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield the messages in such a way that the caller begins, and the caller or a result is last."""
    last: Message | None = None
    for message in messages:
        if last is None and not isinstance(message, CallerMessage):
            yield BEGINNING
        yield message
        last = message
    match last:
        case None:
            yield BEGINNING
        case AgentMessage():
            yield GO_ON
        case _:
            pass


def _paired(messages: Iterable[Message]) -> Iterator[Message]:
    """Give each call a unique id, and put its result into the next message. Leave out results without a call."""
    ids = CallIds()
    for message, after in pairwise((*messages, None)):
        match message:
            case CallerMessage(text):
                yield CallerMessage(_shown(text) or INAUDIBLE)
            case AgentMessage(text, tool_calls):
                text = _shown(text)
                calls = tuple(_call(call, ids.own(call.id)) for call in tool_calls)
                if text or calls:
                    yield AgentMessage(text, calls)
                if calls:
                    given = after.results if isinstance(after, ToolResults) else ()
                    yield ToolResults(tuple(_results(tool_calls, calls, given)))
            case ToolResults() | None:
                pass


class CallIds:
    """Makes the ids of tool calls unique. An id that is well formed and new stays; any other gets a number.

    An id of ours has nine letters and digits: servers with a model of Mistral refuse all others.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """`taken` are ids that no other tool call may have."""
        self._taken = set(taken)

    def own(self, given: str) -> str:
        """Return the unique id of a tool call to which the model gave the id `given`. Models repeat their ids."""
        if not _ID.fullmatch(given) or given in self._taken:
            numbered = (f"call{number:05}" for number in count(len(self._taken) + 1))
            given = next(one for one in numbered if one not in self._taken)
        self._taken.add(given)
        return given


def _call(call: ToolCall, own: str) -> ToolCall:
    return ToolCall(own, tool_name(call.name), call.arguments if arguments_of(call) else "{}")


def _results(
    asked: tuple[ToolCall, ...], calls: tuple[ToolCall, ...], given: tuple[ToolResult, ...]
) -> Iterator[ToolResult]:
    """Yield the result of each call, in the order of the calls. If two calls share an id, so do their results."""
    left = list(given)
    for before, call in zip(asked, calls, strict=True):
        result = next((one for one in left if one.id == before.id), None)
        if result is None:
            yield ToolResult(call.id, NO_RESULT, failed=True)
            continue
        left.remove(result)
        yield ToolResult(call.id, _shown(result.text) or NOTHING, result.failed)


def _shown(text: str) -> str:
    """Return the text without lone surrogates and control characters; empty if only white space is left."""
    shown = well_formed(visible(text))
    return shown if shown.strip() else ""


def ids_in(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the ids of the tool calls in a history."""
    for message in messages:
        if isinstance(message, AgentMessage):
            yield from (call.id for call in message.tool_calls)


def arguments_of(call: ToolCall) -> dict[str, object]:
    """Return a call's arguments as an object; an empty one if the model did not write a JSON object."""
    try:
        value = json.loads(call.arguments)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
