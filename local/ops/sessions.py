"""Reads from a deployment's table how a call's answers ended, and how long its caller waited."""

import time
from collections.abc import Iterable

from functions.adapters.dynamodb import DynamoLog
from functions.relay.log.events import AnswerEnded, Entry, SessionJoined
from functions.relay.log.keys import call_log, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import Info
from local.ops.account import client
from local.ops.deployed import Deployed
from local.ops.speak import OpsError

PATIENCE_S = 5.0
"""Seconds to wait for an entry that may not be there yet."""


def answers(deployed: Deployed, call: str, least: int) -> list[AnswerEnded]:
    """Return how a call's answers ended. Waits for `least` of them, at most PATIENCE_S. Raises OpsError."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = [one.event for one in entries(deployed, call) if isinstance(one.event, AnswerEnded)]
        if len(found) >= least or time.monotonic() > until:
            return found
        time.sleep(0.2)


def entries(deployed: Deployed, call: str) -> tuple[Entry, ...]:
    """Return the entries in the logs of a call's sessions, in order. Raises OpsError."""
    log = DynamoLog(client("dynamodb"), deployed.table, days=1)
    try:
        sessions = [one.event.connection for one in log.read(call_log(call)) if isinstance(one.event, SessionJoined)]
        return tuple(entry for connection in sessions for entry in log.read(session_log(connection)))
    except LogError as error:
        raise OpsError(
            f"The table could not be read: {error}.", "You need the IAM permission dynamodb:Query."
        ) from error


def waits(entries: Iterable[Entry]) -> list[int]:
    """Return the milliseconds between each end of the caller's voice and the agent's next words.

    Measured by the gateway's clock, when each of the two frames arrived. Source: Twilio, "ConversationRelay",
    `events="speaker-events"`.
    """
    found: list[int] = []
    silent_since: int | None = None
    for entry in entries:
        match entry.event:
            case Info("clientSpeaking", "off"):
                silent_since = entry.key.at
            case Info("clientSpeaking", "on"):
                silent_since = None
            case Info("agentSpeaking", "on") if silent_since is not None:
                found.append(entry.key.at - silent_since)
                silent_since = None
    return found
