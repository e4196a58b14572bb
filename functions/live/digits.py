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


LATE_KEY_MS = 1500
"""Milliseconds after the last digit of a fixed length. Any key of this time belongs to them, and does nothing."""

LATE_END_KEY_MS = 3000
"""The same for the key `ends`: callers press it later, when they see that nothing else is asked for."""


def is_late(agent: Agent, call: Call, key: Key, pressed: str) -> bool:
    """Return whether a key belongs to digits that were complete without it, or that had it: a frame may come twice.

    The agent may already ask for the next digits: the key then is none of them, and does not end them.
    """
    entries = ((turn.key, turn.cause) for turn in call.turns if isinstance(turn.cause, DigitsEntered))
    return any(cause.asked < key and key.at <= end.at + _late_ms(agent, cause, pressed) for end, cause in entries)


def late_until(agent: Agent, call: Call, asked: Key) -> int:
    """Return until when any key belongs to digits that were complete when the question at `asked` came; or 0.

    The invocation of such a key may have run before that of the last digit, and have kept it as a digit.
    """
    entries = ((turn.key, turn.cause) for turn in call.turns if isinstance(turn.cause, DigitsEntered))
    times = ((end, _late_ms(agent, cause)) for end, cause in entries if end.frame <= asked.frame)
    return max((end.at + time for end, time in times if time), default=0)


def _late_ms(agent: Agent, entered: DigitsEntered, pressed: str = "") -> int:
    """Return how many milliseconds after its last digit an entry has a key. It has those before in any case."""
    digits_prompt = digits_prompt_of(agent, entered.tool)
    if digits_prompt and pressed and pressed == digits_prompt.ends:
        return LATE_END_KEY_MS
    return LATE_KEY_MS if digits_prompt and digits_prompt.length is not None and entered.whole else 0


def digits_since(deps: Deps, connection: str, asked: Key, late: int) -> tuple[Entry, ...]:
    """Return the digits that were keyed in after the question, in order, but none up to `late`. Raises LogError."""
    kept = deps.ports.private.read(private_log(connection))
    digits = (entry for entry in kept if isinstance(entry.event, Digit))
    return tuple(entry for entry in digits if entry.key > asked and entry.key.at > late)


def keyed_now(deps: Deps, connection: str, call: Call) -> tuple[Entry, ...]:
    """Return the digits that have come for what the caller is asked for now. Raises LogError."""
    if call.opened is None or call.collecting is None:
        return ()
    asked, _ = call.collecting
    return digits_since(deps, connection, asked, late_until(deps.agent(call.opened.agent), call, asked))


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
            keyed = digits_since(deps, connection, asked, late_until(agent, call, asked))
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
