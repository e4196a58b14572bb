"""Shortens the descriptions of tools to what OpenAI accepts. Nothing of them is lost."""

from collections.abc import Iterator
from dataclasses import replace

from functions.relay.wire.model import Request, ToolSpec

MOST_CHARACTERS = 1024
"""Most characters of a tool's description. Source: OpenAI's error `string_above_max_length` for `description`."""


def described(request: Request) -> Request:
    """Return the request with short descriptions. The rest of a long one moves to the end of the prompt."""
    rest = [f"More about the tool {tool.name}: {tool.description[_end(tool) :].strip()}" for tool in _long(request)]
    if not rest:
        return request
    tools = tuple(replace(tool, description=tool.description[: _end(tool)]) for tool in request.tools)
    return replace(request, tools=tools, prompt="\n\n".join([request.prompt, *rest]))


def _long(request: Request) -> Iterator[ToolSpec]:
    return (tool for tool in request.tools if len(tool.description) > MOST_CHARACTERS)


def _end(tool: ToolSpec) -> int:
    """Return where a description is cut: after a word, if it has any."""
    if len(tool.description) <= MOST_CHARACTERS:
        return len(tool.description)
    return tool.description.rfind(" ", 0, MOST_CHARACTERS) + 1 or MOST_CHARACTERS
