"""A call as text: who said what, the tools where they ran, and what went wrong."""

from collections.abc import Iterator

from local.phone import Call, Line
from local.testing.log import ToolCall


def written(call: Call, tools: tuple[ToolCall, ...]) -> str:
    """Return the call, with one line for each thing that was said or done."""
    lines = [*_lines(call.lines, list(tools)), *_ending(call)]
    return "\n".join(f"{who:>8}: {text}" for who, text in lines)


def _lines(lines: tuple[Line, ...], tools: list[ToolCall]) -> Iterator[tuple[str, str]]:
    for line in lines:
        yield line.who, line.text
        ran = [tool for tool in tools if line.who == "caller" and tool.prompt in line.text]
        for tool in ran:
            tools.remove(tool)
            yield "tool", str(tool)
    yield from (("tool", str(tool)) for tool in tools)


def _ending(call: Call) -> Iterator[tuple[str, str]]:
    if call.dialed:
        yield "call", f"put through to {call.dialed}"
    elif call.over:
        yield "call", f"over ({call.outcome})"
    yield from (("Twilio", f"would report {error.code}: {error.text}") for error in call.errors)
