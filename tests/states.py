"""Draws the states of an answer and of its speech into docs/states.md: `make states`."""

import inspect
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from functions.relay.answer.states import ANSWER, SPEECH, AnswerState, SpeechState

PAGE = Path(__file__).parent.parent / "docs" / "states.md"

HEAD = """# The states of an answer

This page is drawn by `make states` from the tables in
[`relay/answer/states.py`](../functions/relay/answer/states.py). A test compares the two. What a table does not hold
raises `UnexpectedError` in tests; in a call it is written to the operator's log, and the state stays as it is.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([
        HEAD,
        "## An answer", "", *_described(AnswerState), "", *_drawn(ANSWER, AnswerState.READY), "",
        "## Its speech", "", *_described(SpeechState), "", *_drawn(SPEECH, SpeechState.OPEN), "",
    ])  # fmt: skip


def _described(kind: type[Enum]) -> Iterable[str]:
    """Return a row for each state, with the docstring under it. Each enum is read alone: two may share a name."""
    source = inspect.getsource(kind)
    yield from ("| State | What it means |", "|---|---|")
    for state in kind:
        text = source.split(f'    {state.name} = "{state.value}"\n    """', 1)[1].split('"""', 1)[0]
        yield f"| {state.value} | {' '.join(text.split())} |"


def _drawn(table: Mapping[Any, Mapping[Any, Enum]], start: Enum) -> Iterable[str]:
    yield from ("```mermaid", "stateDiagram-v2", f"    [*] --> {start.name}")
    for state, row in table.items():
        yield from (f"    {state.name} --> {after.name}: {event.value}" for event, after in row.items())
        if not row:
            yield f"    {state.name} --> [*]"
    yield "```"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Drawn: {PAGE.relative_to(PAGE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
