"""Checks a call back that a tool has returned against the rules for calls, and plans it."""

from dataclasses import replace
from datetime import UTC, datetime

from functions.live.deps import Deps
from functions.relay.agent.call_back import CallBack
from functions.relay.agent.caller import Caller
from functions.relay.agent.tools import ToolError
from functions.relay.dataclass import dataclass
from functions.relay.log.events import CallPlanned, Entry
from functions.relay.log.keys import callee_log
from functions.relay.planning import may_be_planned, told


@dataclass(frozen=True, slots=True)
class CallBacks:
    """What plans the call backs of one answer."""

    deps: Deps
    agent: str
    """The name of the agent that answers."""

    mark: str
    """The keyed hash of the caller's number; empty if it is not known."""

    now: int
    """When the turn began, in milliseconds since 1970."""

    def plan(self, call_back: CallBack, caller: Caller) -> tuple[CallPlanned, str]:
        """Return the plan, and when it is due, in words for the model. Raises ToolError, LogError."""
        now, name = datetime.fromtimestamp(self.now / 1000, UTC), call_back.agent or self.agent
        if (agent := self.deps.agents.get(name)) is None:
            raise ToolError(f"There is no agent {name}; there is {', '.join(self.deps.agents)}.")
        # The agent that calls may not speak the language of this call: it would be refused then.
        caller = replace(caller, language=agent.nearest(caller.language))
        try:
            plan = call_back.planned(caller, self.agent, now, self.deps.most_ahead)
        except ValueError as error:
            raise ToolError(str(error)) from error
        facts, ours = self.deps.facts_of(plan.to), self.deps.facts_of(plan.sender).line
        if refused := may_be_planned(plan, facts, ours, agent.calling, self._entries()):
            raise ToolError(f"No call back is possible then ({refused.why}). {refused.words}")
        return plan, told(plan, facts.callee)

    def _entries(self) -> tuple[Entry, ...]:
        """Return the log of the number. Raises LogError; ToolError if it cannot be found without its mark."""
        if not self.mark:
            raise ToolError("No call back is possible: it is not known whether the number may be called.")
        log, ports = callee_log(self.mark), self.deps.ports
        return (*ports.log.read(log), *ports.do_not_call.read(log))
