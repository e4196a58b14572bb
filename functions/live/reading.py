"""Reads a session's log once the session is open, and appends prompts."""

import logging

from functions.live.deps import Deps, Frame
from functions.live.opening import open_now
from functions.live.tasks import Future, TaskGroup
from functions.relay.call.call import Call
from functions.relay.call_context import about
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import REACH_LOG_WITHIN_S
from functions.relay.log.events import Entries, Entry, SessionOpened, SessionRefused
from functions.relay.log.keys import session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import Prompt, Setup

OPENING_TAKES_S = 3.0
"""Seconds that a prompt waits for its session to open: frames overlap, and the setup's invocation may be slower."""

LOOK_AGAIN_S = 0.05
"""Seconds between two reads of the log while the session is not open."""

READ_WITHIN_S = 1.0
"""Seconds of tries to read the log. After that the turn waits for its reminder."""

RETRY_S = 0.25
"""Seconds between two tries to read the log."""

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class Read:
    """A session's log, and when the read of it began, in seconds of the invocation's clock."""

    entries: Entries
    began: float
    call: Call | None = None
    """The fold of the entries until the prompt, if it is known."""

    def followed_by(self, entry: Entry) -> "Read":
        """Return the same read, with an entry that was appended meanwhile."""
        return Read((*self.entries, entry), self.began)


def put_and_read(deps: Deps, frame: Frame, prompt: Prompt, tasks: TaskGroup) -> Read | None:
    """Append the prompt and read the log at the same time; return None if the prompt was there already."""
    own = Entry(frame.key, prompt)
    put = Future(tasks, "put", lambda: deps.ports.log.append(frame.log, own))
    try:
        read = read_open(deps, frame, tasks).followed_by(own)
    except LogError:
        if not put.result():
            return None
        raise
    return read if put.result() else None


def read_open(deps: Deps, frame: Frame, tasks: TaskGroup) -> Read:
    """Read the session's log once the session is open: the setup's invocation may be slower."""
    until = deps.clock() + OPENING_TAKES_S
    while True:
        began = deps.clock()
        entries = deps.ports.log.read(frame.log)
        name_call(entries)
        if is_open(entries):
            return Read(entries, began)
        if deps.clock() > until:
            return Read(opened_late(deps, frame, entries), began)
        tasks.wait(lambda: False, LOOK_AGAIN_S)


def read_for_reminder(deps: Deps, connection: str, tasks: TaskGroup) -> Entries:
    """Read a session's log for one of its reminders, which gets no second chance. Raises LogError."""
    return read_with_retries(deps, session_log(connection), tasks, REACH_LOG_WITHIN_S).entries


def read_with_retries(deps: Deps, log: str, tasks: TaskGroup, within_s: float = READ_WITHIN_S) -> Read:
    """Read a session's log. If this fails, try again for `within_s` seconds. Raises LogError."""
    until = deps.clock() + within_s
    while True:
        began = deps.clock()
        try:
            return Read(deps.ports.log.read(log), began)
        except LogError as error:
            if deps.clock() > until:
                raise
            logger.warning("a log could not be read, and is read again: %s", error)
        tasks.wait(lambda: False, RETRY_S)


def name_call(entries: Entries) -> None:
    """Let log lines name the call and the agent of this session from now on."""
    for opened in (one.event for one in entries if isinstance(one.event, SessionOpened)):
        about(call=opened.call, agent=opened.agent)


def is_open(entries: Entries) -> bool:
    """Return whether the session has been opened, or refused."""
    return any(isinstance(entry.event, SessionOpened | SessionRefused) for entry in entries)


def opened_late(deps: Deps, frame: Frame, entries: Entries) -> Entries:
    """Open the session from the setup in its log, whose invocation died; return the log."""
    for entry in entries:
        if isinstance(entry.event, Setup):
            open_now(deps, Frame(frame.connection, entry.key, ""), entry.event)
            return deps.ports.log.read(frame.log)
    return entries
