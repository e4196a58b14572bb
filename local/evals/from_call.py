"""`make eval-from`: writes a scenario from the record of a call. You add what must happen in it.

A scenario goes into version control, so numbers and e-mail addresses are redacted once more. Names stay: read the
file before you commit it.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from functions.adapters.redaction import NumberRecognizer
from functions.agents import AGENTS
from functions.relay import Agent
from functions.relay.ports import LogError
from functions.relay.record.call_record import CallEnding, CallRecord, Direction
from functions.relay.record.turn_record import TurnCause, TurnRecord
from functions.relay.text.private import Private
from functions.relay.text.redaction import redact
from local.arguments import call_sid, stage_name
from local.evals.scenario import MOST_TURNS, SCENARIOS
from local.ops.records import records_of
from local.ops.speak import OpsError, say

LONGER_S = 2
"""Seconds that a silence of the scenario is longer than the one after which the agent asks."""

FILL_IN = "replace these digits"
"""The keys that a caller presses for a private number: the record does not hold them."""

Cleaned = Callable[[str], str]
"""Returns a text without private numbers and addresses."""


def main(arguments: list[str] | None = None) -> int:
    """Write a scenario; return 0, or 2 if that was not possible."""
    given = _parser().parse_args(arguments)
    try:
        record = records_of(given.stage).get(given.call)
        if record is None:
            raise OpsError(f"There is no record of {given.call}.", f"See `make calls STAGE={given.stage}`.")
        text = "\n".join(drafted(record)) + "\n"
        path = given.file or SCENARIOS / f"{record.agents[0].name}_{record.call[-8:].lower()}.yaml"
        _write(path, text)
        named = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    except (OpsError, LogError) as error:
        say(str(error))
        return 2
    say(f"Wrote {named}. Say in it what must happen, replace what is private, then: make evals ARGS={named}")
    return 0


def drafted(record: CallRecord) -> Iterator[str]:
    """Yield the lines of a scenario in which the caller says what they said in a call. Raises OpsError."""
    agent = _agent(record)
    clean = partial(
        redact,
        kinds=frozenset(Private),
        language=record.language or agent.language,
        recognizer=NumberRecognizer(),
    )
    deeds = [deed for turn in record.turns if (deed := _deed(turn, agent, clean)) is not None]
    if not deeds:
        raise OpsError(f"The caller said nothing in {record.call}.", "Choose a call in which they did.")
    yield f"# {record.call} of {datetime.fromtimestamp(record.began / 1000, UTC):%Y-%m-%d}, {record.ending}."
    yield "# Replace names, and placeholders such as [phone], with invented ones before you commit this file."
    if record.left_out:
        yield f"# The first {record.left_out} turns are not here: the record was too large for them."
    yield f"agent: {record.agents[0].name}"
    if record.direction is Direction.OUTBOUND:
        yield f"parameters: {_flow({name: clean(value) for name, value in record.parameters})}"
    yield from _persona(clean(record.summary))
    yield "caller:"
    yield from (f"  - {_flow(deed)}" for deed in deeds)
    if len(deeds) > MOST_TURNS:
        yield f"turns: {len(deeds)}"
    yield "# Say what must happen, and what must not: remove the # from what is right below, and add to it."
    yield from (f"# {line}" for line in _happened(record, clean))


def _agent(record: CallRecord) -> Agent:
    name = record.agents[0].name if record.agents else ""
    if name not in AGENTS:
        raise OpsError(
            f"{record.call} was a call with {name or 'no agent'!r}.",
            f"A scenario needs an agent of functions/agents: {', '.join(AGENTS)}.",
        )
    return AGENTS[name]


def _deed(turn: TurnRecord, agent: Agent, clean: Cleaned) -> Any:
    """Return what the caller did, as a scenario names it; None if the caller did nothing."""
    match turn.cause:
        case TurnCause.WORDS:
            return clean(turn.caller)
        case TurnCause.KEY | TurnCause.DIGITS:
            return _keyed(turn.caller, clean)
        case TurnCause.SILENCE:
            return {"stays_silent": (agent.silence.after if agent.silence else 0) + LONGER_S}
        case TurnCause.GREETING | TurnCause.NOISE | TurnCause.LAST_MINUTE | TurnCause.TIME_UP | TurnCause.MACHINE:
            return None


def _keyed(told: str, clean: Cleaned) -> Any:
    """Return the keys in a turn such as `(The caller pressed 5.)`, or the words that a key means."""
    if told and not told.startswith("(The caller "):
        return clean(told)
    keys = told.removesuffix(".)").rpartition(" ")[2]
    return {"presses": keys if keys and clean(keys) == keys else FILL_IN}


def _persona(summary: str) -> Iterator[str]:
    yield "# With MODEL=… a model plays the caller whom you describe here; without a persona, the lines are said."
    yield "# persona: |"
    yield f"#   {' '.join(summary.split()) or 'You are …, and you call because …'}"


def _happened(record: CallRecord, clean: Cleaned) -> Iterator[str]:
    """Yield the rules that the call itself keeps."""
    yield "must:"
    tools = dict.fromkeys((tool.name, tool.arguments) for turn in record.turns for tool in turn.tools)
    for name, arguments in tools:
        yield f"  - calls_tool: {name}"
        if given := _cleaned(json.loads(arguments), clean):
            yield f"    with: {_flow(given)}"
    if record.ending is CallEnding.HANDED_OFF:
        yield "  - hands_off: true"
    if record.ending is CallEnding.AGENT_HUNG_UP:
        yield "  - says_goodbye: true"
    yield "  - hears: …"
    yield "must_not:"
    yield "  - hears: …"


def _cleaned(value: Any, clean: Cleaned) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {name: _cleaned(one, clean) for name, one in value.items()}
        case list():
            return [_cleaned(one, clean) for one in value]
        case _:
            return value


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=sys.maxsize, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _write(path: Path, text: str) -> None:
    """Write a new file. Raises OpsError if it is there already: the author may have worked on it."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise OpsError(f"{path} exists.", "Delete it, or name another file: FILE=tests/evals/name.yaml.") from error
    except OSError as error:
        raise OpsError(f"{path} cannot be written: {error.strerror}.", "Name a file in tests/evals.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make eval-from", description=__doc__)
    parser.add_argument("call", type=call_sid, help="the SID of a call, as `make calls` lists it")
    parser.add_argument("--stage", type=stage_name, default="dev", help="the stage; `laptop` for calls of make run")
    parser.add_argument(
        "--file",
        type=lambda text: Path(text) if text else None,
        default=os.environ.get("FILE", ""),
        help="the file to write; default: the agent and the end of the SID, in tests/evals",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
