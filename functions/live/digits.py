"""The digits that a caller keys in for a tool: apart from the session's log, in one that expires within minutes."""

from functions.live.deps import Means
from functions.relay import Agent
from functions.relay.agent.tools import Keying
from functions.relay.call.call import Call
from functions.relay.log.events import Digit, Entry, Keyed
from functions.relay.log.keys import Key, digits_log


def digits_since(means: Means, connection: str, asked: Key) -> tuple[Entry, ...]:
    """Return the digits that were keyed in after the question, in order. Raises LogError."""
    return tuple(entry for entry in means.ports.log.read(digits_log(connection)) if entry.key > asked)


def completing(digits: tuple[Entry, ...], keying: Keying) -> Entry | None:
    """Return the digit with which all that was asked for was there."""
    for number, entry in enumerate(digits, 1):
        if keying.whole(in_a_row(digits[:number])) is not None:
            return entry
    return None


def keyed_in(means: Means, connection: str, agent: Agent, call: Call) -> str:
    """Return what was keyed in for the newest turn, if that began it. Raises LogError."""
    match call.turns[-1].cause:
        case Keyed(tool, _, asked, whole=True) if keying := keying_of(agent, tool):
            return keying.whole(in_a_row(digits_since(means, connection, asked))) or ""
        case _:
            return ""


def keying_of(agent: Agent, tool: str) -> Keying | None:
    """Return what a tool of the agent has keyed in, if it has."""
    found = agent.toolbox.get(tool)
    return found.keying if found else None


def in_a_row(digits: tuple[Entry, ...]) -> str:
    """Return the keys as text."""
    return "".join(entry.event.key for entry in digits if isinstance(entry.event, Digit))
