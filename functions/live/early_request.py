"""Asks the model about a prompt while the prompt is being logged.

A prompt with numbers is redacted before it is logged, and for that the log must be read. If the model were asked only
after both, the caller would wait for two round trips to the table. Nothing is said and no tool runs before the prompt
is in the log.
"""

from dataclasses import replace

from functions.live.call_time_limit import must_end
from functions.live.caller import first_request
from functions.live.deps import Deps, Frame
from functions.live.held_model import HeldModel
from functions.live.private import redacted
from functions.live.reading import Read, read_open
from functions.live.tasks import Future, TaskGroup
from functions.relay.call.call import Call, fold, superseded
from functions.relay.call.drafting import drafted
from functions.relay.log.events import Entries, Entry
from functions.relay.wire.messages import Prompt


def put_while_asking(deps: Deps, frame: Frame, prompt: Prompt, tasks: TaskGroup) -> tuple[Read | None, Deps]:
    """Append a prompt without its private data, and ask the model meanwhile. Raises LogError.

    Return the log with the prompt, or None if the prompt was there already, and `deps` with what the model says.
    """
    before = read_open(deps, frame, tasks)
    safe = redacted(deps, frame, prompt, before.entries)
    own = Entry(frame.key, safe)
    read = before.followed_by(own)
    put = Future(tasks, "put", lambda: deps.ports.log.append(frame.log, own))
    call = fold(read.entries).until(frame.key)
    held = None if drafted(read.entries, frame.key, safe.text) else _ask(deps, frame, read.entries, call, tasks)
    fresh = False
    try:
        fresh = put.result()
    finally:
        if held and not fresh:
            held.drop()
    told = replace(deps, ports=replace(deps.ports, model=held)) if held else deps
    return (replace(read, call=call) if fresh else None), told


def _ask(deps: Deps, frame: Frame, entries: Entries, call: Call, tasks: TaskGroup) -> HeldModel | None:
    """Ask what the prompt's answer asks first; return None if it begins without the model."""
    if call.over or superseded(entries, frame.key) or must_end(deps, call, frame.key):
        return None
    request = first_request(deps, frame.connection, call)
    return HeldModel(deps.ports.model, request, tasks) if request else None
