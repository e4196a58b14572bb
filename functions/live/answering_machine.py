"""Ends a session when a machine has answered a call that we placed. The webhook that follows leaves the message."""

from functions.live.deps import Deps, Frame
from functions.live.reading import read_for_reminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.relay.call.call import fold
from functions.relay.call.timers import Begin, Settled, machine_step
from functions.relay.log.events import Entry
from functions.relay.log.keys import call_log
from functions.relay.screening import machine_in
from functions.relay.wire.messages import Setup


def check_machine(deps: Deps, connection: str, answered_by: str, tasks: TaskGroup) -> str:
    """End the session, unless it has ended; return one word for the debug log. Raises LogError."""
    entries = read_for_reminder(deps, connection, tasks)
    match machine_step(fold(entries), entries, answered_by):
        case Settled():
            return "settled"
        case Begin(key, cause):
            return begin(deps, connection, Entry(key, cause), tasks)


def end_if_machine(deps: Deps, frame: Frame, setup: Setup, tasks: TaskGroup) -> str:
    """End a session that has just opened if Twilio has heard a machine before; return "" if not. Raises LogError.

    The call's log is read after the session has joined; the webhook reads it after its append. One finds the other.
    """
    if setup.direction == "inbound":
        return ""
    machine = machine_in(one.event for one in deps.ports.log.read(call_log(setup.call)))
    return check_machine(deps, frame.connection, machine, tasks) if machine else ""
