"""The script of a test's model: one answer for each request. A script of a wrong length fails the test.

A draft of an answer is no further request: how often Hotline drafts depends on the speed of the machine.
"""

import json
import re
from collections import deque
from collections.abc import Sequence
from itertools import count
from threading import Lock
from typing import Any, Self

from local.models.bedrock import BedrockServer, lines_of
from local.models.server import ModelRequest
from local.models.steps import Finish, Refuse, Step, Use, spoken

BEYOND: tuple[Step, ...] = (Refuse(400, "ValidationException", "The script of this test is used up."),)
"""The service's answer when the script is used up: an error that no client retries."""

FAILING: tuple[Step, ...] = (Refuse(403, "AccessDeniedException", "This test lets the model fail."),)

__tracebackhide__ = True


_ids = count(1)


class ScriptError(AssertionError):
    """The model was asked more often, or less often, than the script says."""


class Reply:
    """One answer of the model: words, tool calls, or both."""

    def __init__(self, words: str = "") -> None:
        self._words = words
        self._asks: list[tuple[str, dict[str, Any]]] = []

    def and_calls(self, tool: str, /, **arguments: Any) -> Self:
        """Let the same answer call a tool, after its words."""
        self._asks.append((tool, arguments))
        return self

    @property
    def steps(self) -> tuple[Step, ...]:
        """The answer as the server streams it, one word at a time."""
        uses = [Use(f"tool-{next(_ids)}", name, (json.dumps(given),)) for name, given in self._asks]
        words = spoken(self._words) if self._words else ()
        return (*words, *uses, Finish("tool_use" if uses else "end_turn", output=len(words) + len(uses)))

    @property
    def tools(self) -> list[str]:
        """The tools that it calls."""
        return [name for name, _ in self._asks]

    def __str__(self) -> str:
        said = [f"says({self._words!r})"] if self._words else []
        return ", ".join([*said, *(f"calls({called(name, given)})" for name, given in self._asks)])


class _Failure(Reply):
    """An answer that does not come."""

    @property
    def steps(self) -> tuple[Step, ...]:
        return FAILING

    def __str__(self) -> str:
        return "fails()"


class Script:
    """The model of one test: each request gets the next answer. Any thread may ask.

    If an agent `drafts`, the same turn may be asked for again, with more of the caller's words or with fewer: it gets
    the same answer.
    """

    def __init__(self) -> None:
        self.drafts = False
        self._lock = Lock()
        self._replies: deque[Reply] = deque()
        self._asked: list[Sequence[str]] = []
        self._told = ""
        self._wrong: list[str] = []
        self._turn: tuple[Sequence[str], Reply] | None = None

    def says(self, words: str) -> Reply:
        """Answer the next request in these words."""
        return self._then(Reply(words))

    def calls(self, tool: str, /, **arguments: Any) -> Reply:
        """Answer the next request with a tool call. The request after it has the tool's result."""
        return self._then(Reply().and_calls(tool, **arguments))

    def fails(self) -> None:
        """Refuse the next request, as a model that these credentials may not use."""
        self._then(_Failure())

    @property
    def asked(self) -> tuple[Sequence[str], ...]:
        """Each request so far, as lines such as `user: Hello.` and `assistant: Good evening!`."""
        with self._lock:
            return tuple(self._asked)

    @property
    def told(self) -> str:
        """What the newest request told the model besides the conversation: the prompt, and the present facts."""
        with self._lock:
            return self._told

    def answer(self, body: Any) -> tuple[Step, ...]:
        """Return the next answer; an error if the script is used up. `check` says what is wrong with it."""
        with self._lock:
            self._asked.append(lines := lines_of(body))
            self._told = "\n\n".join(block["text"] for block in body.get("system", []) if "text" in block)
            if self.drafts and self._turn and _same_turn(self._turn[0], lines):
                return self._turn[1].steps
            if not self._replies:
                self._wrong.append(_beyond(lines))
                return BEYOND
            reply = self._replies.popleft()
            self._turn = lines, reply
            self._wrong += _unknown(reply, body)
            return reply.steps

    def check(self) -> None:
        """Raise ScriptError, once, for a request beyond the script, or a tool that the agent does not have."""
        with self._lock:
            wrong, self._wrong = self._wrong, []
        if wrong:
            raise ScriptError(wrong[0])

    def end(self) -> None:
        """Raise ScriptError as `check` does, or for answers of the script that are left."""
        self.check()
        with self._lock:
            left = [f"  model.{reply}" for reply in self._replies]
        if left:
            raise ScriptError("\n".join(["The model was asked less often than its script says. Left over:", *left]))

    def _then(self, reply: Reply) -> Reply:
        with self._lock:
            self._replies.append(reply)
        return reply


def _same_turn(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two requests ask about the same turn of a caller who was still speaking in one of them."""
    if one[:-1] != other[:-1]:
        return False
    first, second = sorted((_words(one[-1]), _words(other[-1])), key=len)
    return second[: len(first)] == first


def _words(line: str) -> list[str]:
    return re.findall(r"\w+", line.lower())


def _beyond(lines: Sequence[str]) -> str:
    asked = "\n".join(f"  {line}" for line in lines)
    cure = "Add the answer: model.says(…) or model.calls(…)."
    return f"The model was asked more often than its script says:\n{asked}\n{cure}"


def _unknown(reply: Reply, body: Any) -> list[str]:
    tools = [one["toolSpec"]["name"] for one in body.get("toolConfig", {}).get("tools", []) if "toolSpec" in one]
    return [
        f"The script has model.calls({name!r}), but the agent's tools are {', '.join(tools) or 'none'}."
        for name in reply.tools
        if name not in tools
    ]


class ScriptServer(BedrockServer):
    """Bedrock on this machine. It follows the script of one test after another."""

    def __init__(self) -> None:
        super().__init__()
        self.follows = Script()

    def take(self, request: ModelRequest) -> tuple[Step, ...]:
        """Answer by the script of the present test."""
        return self.follows.answer(request.body)


def called(tool: str, arguments: dict[str, Any]) -> str:
    """Return a tool call as a test writes it."""
    return ", ".join([repr(tool), *(f"{name}={value!r}" for name, value in arguments.items())])
