"""Runs the tools of an answer. How long a tool may take is in relay/deadlines.py."""

import logging
from collections.abc import Callable

from functions.live.answer_context import AnswerContext
from functions.live.deps import Ports
from functions.live.digits import delete_used
from functions.live.tasks import TaskGroup
from functions.relay.agent.call_back import CallBack
from functions.relay.agent.hand_off import UnreachableError
from functions.relay.agent.returned import cut_result
from functions.relay.agent.tools import Outcome, OwnWords, Recorder, ToolError, in_words
from functions.relay.answer.actions import Run, ToolEnded
from functions.relay.answer.tool_round import TOO_SLOW
from functions.relay.call.redactor import UnknownPlaceholderError
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, Event, OptedOut, SmsOrdered, ToolCalled, ToolReturned
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.log.memory import changes
from functions.relay.ports import LogError

logger = logging.getLogger("hotline")

NOT_LOGGED = "a record of the call could not be stored. Nothing was done; it may be tried again later."
"""Why a tool was not run, in words for the model."""

RETRY_CALL_S = 3.0
"""Seconds for which a tool call is appended again if the log fails. The tool does not run before that."""

LOOK_EVERY_S = 0.1
"""Seconds between two looks for the result of an older answer's tool."""

LogEvent = Callable[[int, Event, float], bool]
"""Appends an event under the answer's key, with retries for some seconds; returns whether the log holds it."""


class ToolRunner:
    """Runs the tools of an answer, several at once if need be, and logs when each begins and what it returns."""

    def __init__(
        self,
        ports: Ports,
        context: AnswerContext,
        log_event: LogEvent,
        clock: Callable[[], float],
        tasks: TaskGroup,
    ) -> None:
        self._ports, self._context, self._log_event = ports, context, log_event
        self._clock, self._tasks = clock, tasks

    def run(self, run: Run) -> ToolEnded:
        """Run a tool once the log holds its call; return its outcome.

        A takeover runs each tool whose call is not in the log. So a call that cannot be logged is not made: it could
        be made twice.
        """
        memory, called = self._context.caller.memory, ToolCalled(run.call.id, run.call.name, run.call.arguments)
        before, begun, since = dict(memory), self._log_event(run.slot, called, RETRY_CALL_S), self._clock()
        outcome, failed = self._result(run) if begun else (f"{run.call.name} was not run: {NOT_LOGGED}", True)
        took_ms = round((self._clock() - since) * 1000)
        acts = not isinstance(outcome, str)
        returned = ToolReturned(run.call.id, in_words(outcome), failed, changes(before, memory), took_ms, acts)
        self._log_event(run.result_slot, returned, 0.0)
        if run.tool.digits and self._context.digits:
            delete_used(self._ports.private, self._context.connection, self._context.key)
        return ToolEnded(run.call.id, outcome, failed)

    def _result(self, run: Run) -> tuple[Outcome, bool]:
        """Return what an equal call of an older answer returns, if one may still run; else run the tool.

        A result from which more follows than its text was for the older answer, which is silent. So the tool runs.
        """
        older = self._awaited(run, run.awaited) if run.awaited else None
        return (older.text, older.failed) if older and not older.acts else self._outcome(run)

    def _awaited(self, run: Run, awaited: Key) -> ToolReturned:
        """Wait for the result at a key, at most as long as the tool may take."""
        until, before = self._clock() + run.tool.deadline, awaited.under(awaited.slot - 1)
        while self._clock() < until:
            try:
                for entry in self._ports.log.later(self._context.log, before, (ToolReturned,)):
                    if entry.key == awaited and isinstance(entry.event, ToolReturned):
                        return entry.event
            except LogError as error:
                logger.warning("a look for the result of a tool failed: %s", error)
            self._tasks.wait(lambda: False, LOOK_EVERY_S)
        return ToolReturned(run.call.id, TOO_SLOW, failed=True)

    def _outcome(self, run: Run) -> tuple[Outcome, bool]:
        try:
            context, record = self._context, self._recorder(run.slot)
            arguments = context.redactor.with_values(run.call.arguments)
            outcome = run.tool.run(arguments, context.caller, record, context.digits)
            return self._told(context.becomes(outcome, run.tool.by_key)), False
        except UnknownPlaceholderError as error:
            return f"The value of {error} is not kept any more; ask the caller for it again.", True
        except ToolError as error:
            return cut_result(str(error).strip()) or f"{run.call.name} failed.", True
        except UnreachableError as error:
            logger.error("tool %s failed: %s", run.call.name, error)
            return str(error), True
        except BaseException as error:  # noqa: BLE001 - the model is told of every failure of a tool, even a sys.exit
            logger.error("tool %s failed: %s", run.call.name, location_of(error))
            return f"{run.call.name} failed.", True

    def _told(self, outcome: Outcome) -> Outcome:
        """Return the part of an outcome that the model may see."""
        words = isinstance(outcome, str) and not isinstance(outcome, OwnWords) and not self._context.tells_private
        return self._context.redactor.text(str(outcome)) if words else outcome

    def _recorder(self, slot: int) -> Recorder:
        """Return the recorder of a tool. A LogError becomes a failure of the tool, of which the model is told."""
        key = self._context.key.under(slot)
        return lambda party, event: self._record(key, party, event)

    def _record(self, key: Key, party: str, event: OptedOut | SmsOrdered | CallBack) -> str:
        """Store what outlives the call; return words about it. Raises LogError, ToolError.

        An opt-out must never be lost. If the number's mark is not known, it is stored under the number itself.
        """
        ports, mark = self._ports, self._context.mark
        match event:
            case OptedOut():
                log = ports.do_not_call if mark else ports.log
                log.append(callee_log(mark or party), Entry(key, event))
            case SmsOrdered(text=text) if self._private(text):
                raise ToolError("The message was not sent, because it holds private data; see Agent.redact.")
            case SmsOrdered():
                ports.log.append(call_log(party), Entry(key, event))
            case CallBack(parameters=given) if any(map(self._private, given.values())):
                raise ToolError("The call back was not planned: its parameters hold private data; see Agent.redact.")
            case CallBack():
                plan, words = self._context.plan(event, self._context.caller)
                ports.log.append(call_log(party), Entry(key, plan))
                return words
        return ""

    def _private(self, text: str) -> bool:
        """Return whether a text holds private data that the log must not keep."""
        return self._context.redactor.text(text) != text
