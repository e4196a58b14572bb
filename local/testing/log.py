"""Reads a call's log from the table: the tools that ran, and the tokens used."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from functions.adapters.dynamodb import DynamoLog
from functions.relay.log.events import AnswerEnded, DraftDropped, Entry, SessionJoined, ToolCalled, ToolReturned
from functions.relay.log.keys import call_log, session_log
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import Usage
from local.environment import region


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of the model: its arguments, its result, and the words of the caller that it answers."""

    id: str
    name: str
    arguments: dict[str, Any]
    answer: str = ""
    failed: bool = False
    prompt: str = ""

    def fits(self, name: str, arguments: dict[str, Any]) -> bool:
        """Whether this is a call of that tool with these arguments, and perhaps with more."""
        return self.name == name and all(
            key in self.arguments and self.arguments[key] == value for key, value in arguments.items()
        )

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        outcome = f" {'failed' if self.failed else 'answered'} {self.answer!r}" if self.answer else ""
        return f"{self.name}({given}){outcome}"


class CallLog:
    """The logs of calls, in the line's table."""

    def __init__(self, table_url: str, table: str) -> None:
        client = boto3.client(
            "dynamodb",
            endpoint_url=table_url,
            region_name=region(),
            aws_access_key_id="laptop",
            aws_secret_access_key="laptop",
        )
        self._log = DynamoLog(client, table, days=1)

    def tools(self, call: str) -> tuple[ToolCall, ...]:
        """Return the tool calls of a call, in their order."""
        return tuple(tool for entries in self._sessions(call) for tool in _tools(entries))

    def usage(self, call: str) -> Usage:
        """Return the tokens of all answers of a call, and of the drafts that were not used."""
        events = (one.event for entries in self._sessions(call) for one in entries)
        return total(event.usage for event in events if isinstance(event, AnswerEnded | DraftDropped))

    def connections(self, call: str) -> list[str]:
        """Return the connections of a call, in their order."""
        events = [one.event for one in self._log.read(call_log(call))]
        return [event.connection for event in events if isinstance(event, SessionJoined)]

    def _sessions(self, call: str) -> Iterator[tuple[Entry, ...]]:
        for connection in self.connections(call):
            yield self._log.read(session_log(connection))


def total(usages: Iterable[Usage]) -> Usage:
    """Return the sum of tokens."""
    spent = list(usages)
    return Usage(
        sum(one.input for one in spent),
        sum(one.output for one in spent),
        sum(one.cache_read for one in spent),
        sum(one.cache_write for one in spent),
    )


def _tools(entries: tuple[Entry, ...]) -> Iterator[ToolCall]:
    prompts = {one.key.frame: one.event.text for one in entries if isinstance(one.event, Prompt)}
    answers = {one.event.id: one.event for one in entries if isinstance(one.event, ToolReturned)}
    for one in entries:
        match one.event:
            case ToolCalled(id, name, arguments):
                answer = answers.get(id, ToolReturned(id, "", failed=True))
                prompt = prompts.get(one.key.frame, "")
                yield ToolCall(f"{one.key}", name, _object(arguments), answer.text, answer.failed, prompt)
            case _:
                pass


def _object(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments or "{}")
    except ValueError:
        return {"": arguments}
    return value if isinstance(value, dict) else {"": value}
