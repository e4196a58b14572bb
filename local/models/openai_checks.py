"""What OpenAI's two APIs refuse, as far as an adapter could get it wrong; each rule in the words of its error."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local.models.rules import is_sound

RESPONSES = {"model", "instructions", "input", "max_output_tokens", "store", "stream", "tools", "reasoning"}
CHAT = {
    *("model", "messages", "max_tokens", "max_completion_tokens", "stream", "stream_options", "tools"),
    "reasoning_effort",
}

ALWAYS_REASON = ("gpt-6-astra", "gpt-6.2", "gpt-6.1-sol", "o1", "o3", "o4", "gpt-oss")
"""Models that refuse the effort `none`. Source: https://developers.openai.com/api/docs/models."""

NEVER_REASON = ("gpt-4", "gpt-3.5")
"""Models that refuse any effort."""

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

MOST_TOOLS, MOST_DESCRIPTION_CHARACTERS = 128, 1024

MOST_ID_CHARACTERS = {"Responses": 64, "Chat Completions": 40}
"""Sources of these limits: the APIs' own errors `array_above_max_length` and `string_above_max_length`."""


def refused(path: str, body: Any) -> str:
    """Return why a request is refused; empty if it is not."""
    if not isinstance(body, Mapping) or not is_sound(body):
        return "We could not parse the JSON body of your request."
    chat = path.endswith("/chat/completions")
    faults = _chat(body) if chat else _responses(body)
    return next((fault for fault in (*_common(body, CHAT if chat else RESPONSES), *faults) if fault), "")


def _common(body: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"Unknown parameter: '{name}'." for name in body.keys() - known)
    if not body.get("model"):
        yield "you must provide a model parameter"
    tools = [tool.get("function", tool) for tool in body.get("tools") or ()]
    if len(tools) > MOST_TOOLS:
        yield _too_long("tools", "array", MOST_TOOLS, len(tools))
    yield from map(_tool, tools)


def _responses(body: Mapping[str, Any]) -> Iterator[str]:
    if not body.get("input"):
        yield "One of 'input' must be provided."
    if body.get("max_output_tokens", 16) < 16:
        yield "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16."
    yield _effort(str(body.get("model")), (body.get("reasoning") or {}).get("effort"))
    items = [item for item in body.get("input") or () if isinstance(item, Mapping)]
    yield from map(_message, (item for item in items if "role" in item))
    yield from (_call(item, item["call_id"], "Responses") for item in items if item.get("type") == "function_call")
    yield from _paired(
        [item["call_id"] for item in items if item.get("type") == "function_call"],
        [item["call_id"] for item in items if item.get("type") == "function_call_output"],
    )


def _chat(body: Mapping[str, Any]) -> Iterator[str]:
    messages = list(body.get("messages") or ())
    if not messages:
        yield "Invalid 'messages': empty array."
    if "max_tokens" in body and body.get("reasoning_effort"):
        yield "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    yield _effort(str(body.get("model")), body.get("reasoning_effort"))
    yield from map(_message, messages)
    calls = [call for message in messages for call in message.get("tool_calls") or ()]
    yield from (_call(call["function"], call["id"], "Chat Completions") for call in calls)
    yield from _followed(messages)


def _effort(model: str, effort: str | None) -> str:
    if effort and model.startswith(NEVER_REASON):
        return "Unsupported parameter: 'reasoning.effort' is not supported with this model."
    if effort == "none" and model.startswith(ALWAYS_REASON):
        return "Unsupported value: 'none' is not supported with this model."
    return ""


def _tool(tool: Mapping[str, Any]) -> str:
    if not NAME.fullmatch(str(tool.get("name", ""))):
        return "Invalid 'tools[0].name': string does not match pattern."
    if (length := len(tool.get("description") or "")) > MOST_DESCRIPTION_CHARACTERS:
        return _too_long("tools[0].description", "string", MOST_DESCRIPTION_CHARACTERS, length)
    if (tool.get("parameters") or {}).get("type") != "object":
        return "Invalid schema for function: schema must be of type object."
    return ""


def _call(call: Mapping[str, Any], id: str, api: str) -> str:
    if not NAME.fullmatch(str(call.get("name", ""))):
        return "Invalid 'name' of a function call: string does not match pattern."
    if not isinstance(call.get("arguments"), str):
        return "Invalid type for 'arguments': expected a string."
    if not id:
        return "Invalid id of a function call: empty string."
    most = MOST_ID_CHARACTERS[api]
    return _too_long("id of a function call", "string", most, len(id)) if len(id) > most else ""


def _too_long(what: str, kind: str, most: int, length: int) -> str:
    return f"Invalid '{what}': {kind} too long. Expected a maximum length of {most}, but got {length} instead."


def _message(message: Mapping[str, Any]) -> str:
    if message.get("role") not in ("system", "developer", "user", "assistant", "tool"):
        return f"Invalid value: '{message.get('role')}'."
    if not isinstance(message.get("content"), str):
        return "Invalid type for 'content': expected a string."
    return ""


def _paired(calls: Iterable[str], outputs: Iterable[str]) -> Iterator[str]:
    calls, outputs = list(calls), list(outputs)
    yield from (f"No tool output found for function call {one}." for one in calls if one not in outputs)
    yield from (
        f"No tool call found for function call output with call_id {one}." for one in outputs if one not in calls
    )


def _followed(messages: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a fault for each tool call whose results do not follow at once."""
    waiting: set[str] = set()
    for message in messages:
        if message.get("role") == "tool":
            if message["tool_call_id"] not in waiting:
                yield "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
            waiting.discard(message["tool_call_id"])
        elif waiting:
            yield f"'tool_calls' must be followed by tool messages. No answer for: {', '.join(sorted(waiting))}"
        if "tool_calls" in message:
            waiting = {call["id"] for call in message["tool_calls"]}
    if waiting:
        yield f"'tool_calls' must be followed by tool messages. No answer for: {', '.join(sorted(waiting))}"
