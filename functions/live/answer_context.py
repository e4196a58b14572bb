"""Holds what is known when an answer begins: its time and place, the person on the phone, and the private data."""

from collections.abc import Callable
from typing import NoReturn

from functions.relay.agent.call_back import CallBack
from functions.relay.agent.caller import Caller
from functions.relay.agent.tools import Outcome, ToolError
from functions.relay.call.redactor import Redactor
from functions.relay.dataclass import dataclass
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.log.events import CallPlanned
from functions.relay.log.keys import Key


def no_plan(_call_back: CallBack, _caller: Caller) -> NoReturn:
    """Raise ToolError: nothing plans calls."""
    raise ToolError("No call back is possible here.")


@dataclass(frozen=True, slots=True)
class Since:
    """When this invocation began, by its own clock, and about how many seconds before that its turn began."""

    began: float
    age: float = 0.0
    on_begun: Callable[[], None] = lambda: None
    """Called once the answer has begun."""

    allowed: float = ANSWER_DEADLINE_S
    """Seconds that the answer may take."""

    read_at: float | None = None
    """When the read of the log began; None means `began`."""


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """Where an answer is given: the session's log, a key in it, the socket, and who is on the phone."""

    log: str
    key: Key
    """The prompt's key, or the key of the takeover under it."""

    connection: str
    caller: Caller
    interrupted: Key | None = None
    """The newest interrupt after `key` that was in the log at `read_at`."""

    behind: Key | None = None
    """The newest turn that had spoken out of order at `read_at`: its words are spoken first."""

    overlaps: bool = False
    """Whether the answer to an older turn may still be given."""

    began: float | None = None
    """When the invocation began, in seconds of its clock; None means now."""

    read_at: float | None = None
    """When the read of the log began; None means `began`."""

    caller_speaks: bool = False
    """Whether the caller has begun to speak after `key`, as the log said at `read_at`."""

    digits: str = ""
    """What the caller keyed in for the tool of this turn."""

    redactor: Redactor = Redactor()
    """Keeps private data out of the log, and knows the values of the placeholders that a tool is given."""

    tells_private: bool = False
    """Whether the model may see private data."""

    mark: str = ""
    """The keyed hash of the caller's number; empty if it is not known."""

    begun: Callable[[], None] = lambda: None
    """Called once the first actions have been started. Usually one of them asks the model."""

    becomes: Callable[[Outcome, bool], Outcome] = lambda outcome, by_key: outcome
    """Returns what becomes of a tool's outcome now: outside of the hours no person is called. The caller hears it
    if a key began the tool. May raise UnreachableError."""

    plan: Callable[[CallBack, Caller], tuple[CallPlanned, str]] = no_plan
    """Returns the plan of a call back, and words about it for the model. Raises ToolError, LogError."""

    end_claimed: bool = False
    """Whether the log already says that this answer ends the session."""

    hangs_up: bool = False
    """Whether this answer only hangs up, because a machine has answered. No newer turn ends it."""

    known_to_reminder: frozenset[Key] | None = None
    """The prompts that were known when an answer to a silence or a noise began: it yields to any other of its
    millisecond, which was logged late. None for other answers: they yield to newer events only."""
