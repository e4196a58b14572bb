"""Reads and deletes the digits that a caller keys in for a tool. The table of private data keeps them until then."""

import logging

from functions.live.deps import Deps
from functions.relay import Agent
from functions.relay.agent.tools import DigitsPrompt
from functions.relay.call.call import Call
from functions.relay.log.events import Digit, DigitsEntered, EarlyKey, Entry
from functions.relay.log.keys import Key, private_log
from functions.relay.ports import LogError, PrivateLog

logger = logging.getLogger("hotline")


def digits_since(deps: Deps, connection: str, asked: Key) -> tuple[Entry, ...]:
    """Return the digits that were keyed in after the question, in order. Raises LogError."""
    kept = deps.ports.private.read(private_log(connection))
    return tuple(entry for entry in kept if entry.key > asked and isinstance(entry.event, Digit))


def delete_used(private: PrivateLog, connection: str, turn: Key) -> None:
    """Delete the digits that the tool of a turn has received, and all keys that were pressed before.

    A tool that has begun never runs with them again. If this fails, they expire within minutes.
    """
    log = private_log(connection)
    try:
        keyed = [entry.key for entry in private.read(log) if isinstance(entry.event, Digit | EarlyKey)]
        private.delete(log, [key for key in keyed if key.frame <= turn.frame])
    except LogError as error:
        logger.error("the digits of a tool were not deleted: %s", error)


def completing(digits: tuple[Entry, ...], digits_prompt: DigitsPrompt) -> Entry | None:
    """Return the digit that completes the request; None while digits are missing."""
    for number, entry in enumerate(digits, 1):
        if digits_prompt.whole(in_a_row(digits[:number])) is not None:
            return entry
    return None


def keyed_in(deps: Deps, connection: str, agent: Agent, call: Call) -> str:
    """Return the digits that began the newest turn; "" if something else began it. Raises LogError."""
    match call.turns[-1].cause:
        case DigitsEntered(tool, _, asked, whole=True) if digits_prompt := digits_prompt_of(agent, tool):
            keyed = digits_since(deps, connection, asked)
            keys = in_a_row(tuple(entry for entry in keyed if entry.key <= call.turns[-1].key))
            whole = digits_prompt.whole(keys)
            return keys if whole is None else whole
        case _:
            return ""


def digits_prompt_of(agent: Agent, tool: str) -> DigitsPrompt | None:
    """Return how a tool of the agent asks for digits; None if it does not."""
    found = agent.toolbox.get(tool)
    return found.digits_prompt if found else None


def in_a_row(digits: tuple[Entry, ...]) -> str:
    """Return the keys as text."""
    return "".join(entry.event.key for entry in digits if isinstance(entry.event, Digit))
