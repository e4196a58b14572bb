"""A phone for tests of agents: it dials any agent, or an agent calls it, on a laptop line."""

import json
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self, cast

import boto3

from functions import agents
from functions.relay import Agent
from functions.relay.agent import registry
from functions.relay.log.keys import call_log
from local.any_time import at_any_time
from local.environment import CALLS_FUNCTION, SECRETS
from local.phone import Answers, Call, Phone
from local.testing.call import AgentCall
from local.testing.conversation import Conversation, Verify
from local.testing.lines import Line
from local.testing.log import CallLog
from local.testing.script import Script

SPEED = 20.0
"""How many times faster than on a real phone people speak. Handlers and models run at their own speed."""

PATIENCE_S = 60.0
"""Real seconds to wait for an answer."""

CALLER = "+15550142"

AnsweredBy = Literal["human", "machine", "fax", "unknown"]

_names = count(1)
"""The numbers in the names of agents under test. None is used twice: an agent remembers calls by its name."""

_ours = (f"+1555017{n % 10000:04d}" for n in count())
_theirs = (f"+1212555{100 + n % 100:04d}" for n in count())
"""Numbers that are reserved for fiction: those of agents under test, and those that they call."""


class AgentPhone:
    """Calls with agents, each on its own number. `script` is the model's, and is checked after each exchange."""

    def __init__(self, line: Line, script: Script | None = None) -> None:
        self._line, self._laptop, self._script = line, line.dev_stack, script
        self._verify: Verify = script.check if script else lambda: None
        self._log = CallLog(line.dev_stack.aws, line.dev_stack.table)
        self._held = ExitStack()
        self.calls: list[AgentCall] = []

    def dial(
        self,
        agent: Agent | str = "",
        *,
        caller: str = CALLER,
        listen: bool = True,
        speed: float = SPEED,
        extra: Mapping[str, str] | None = None,
        beside: Mapping[str, Agent] | None = None,
        secrets: Mapping[str, str] | None = None,
        people: Answers | tuple[Answers, ...] = "completed",
    ) -> AgentCall:
        """Call an agent; return when its greeting was heard, or at once without `listen`.

        Args:
            agent: an agent, its name in `functions.agents`, or a number that it answers; default: DEFAULT.
            caller: the number that calls.
            listen: whether to wait for the end of the greeting; False in a test that interrupts it.
            speed: how many times faster than on a real phone people speak.
            extra: more fields of Twilio's webhook, such as CallerName.
            beside: more agents, by the names under which callers are passed to them.
            secrets: what tools read with `caller.secret`, by the names of the secrets.
            people: what the people do to whom the caller is handed off, one after another; see `local.phone.Answers`.
        """
        self._set(secrets or {})
        for name, other in (beside or {}).items():
            self._put(agents.AGENTS, name, other)
        number = self._number(agent or agents.DEFAULT)
        self._mind_drafts(agents.NUMBERS.get(number, agents.DEFAULT), *(beside or {}))
        phone = self._phone(number=number, speed=speed)
        return self._call(phone.dial(caller=caller, extra=extra, answers=people, listen=listen))

    def called_by(
        self,
        agent: Agent | str,
        *,
        parameters: Mapping[str, str] | None = None,
        answered_by: AnsweredBy = "human",
        number: str = "",
        listen: bool = True,
        speed: float = SPEED,
    ) -> AgentCall:
        """Let an agent call a person, and answer. The agent's quiet hours do not count.

        Args:
            agent: an agent, or its name in `functions.agents`.
            parameters: the parameters in the order of the call.
            answered_by: who answers, as Twilio detects it; a machine only listens.
            number: the number that is called; by default a fictional one.
            listen: whether to wait for the end of the greeting.
            speed: how many times faster than on a real phone people speak.
        """
        order = {"to": number or next(_theirs), "agent": self._calling(agent), "parameters": dict(parameters or {})}
        return self._answer(self._ordered(order), answered_by, listen=listen, speed=speed)

    def called_back(
        self, *, answered_by: AnsweredBy = "human", listen: bool = True, speed: float = SPEED
    ) -> AgentCall:
        """Let the call back ring that a call of this phone has ordered, as if its time had come, and answer it.

        The calls so far must be over. Quiet hours do not count. Raises ValueError if none is planned.
        """
        for one in self.calls:
            one.leaves_record()
        for name in {one.line.sessions[-1].parameters["agent"] for one in self.calls}:
            self._calling(name)
        ours = {call_log(one.line.sid) for one in self.calls}
        planned = [one for one in self._laptop.schedules.all() if one.payload["planned"]["log"] in ours]
        if not planned:
            raise ValueError("No call back is planned: no tool has returned a CallBack, or it was refused.")
        placed = self._laptop.schedules.run(planned[-1])
        if placed["status"] != "placed":
            raise ValueError(f"The call was not placed: {placed['reason']}")
        return self._answer(str(placed["call"]), answered_by, listen=listen, speed=speed)

    def close(self) -> None:
        """Hang up the calls that go on, and take the agents off their numbers."""
        self._held.close()

    def _phone(self, **options: Any) -> Phone:
        return self._held.enter_context(
            self._laptop.phone(timeout=PATIENCE_S, fallback="/fallback", patient=True, **options)
        )

    def _call(self, call: Call) -> AgentCall:
        held = AgentCall(Conversation(call, self._line, self._log, self._verify))
        self.calls.append(held)
        self._verify()
        return held

    def _answer(self, placed: str, answered_by: AnsweredBy, *, listen: bool, speed: float) -> AgentCall:
        """Answer a call that was placed, by its SID."""
        by = "machine_end_beep" if answered_by == "machine" else answered_by
        phone = self._phone(speed=speed)
        return self._call(phone.answer(self._line.orders.of(placed), placed, by=by, listen=listen))

    def _number(self, agent: Agent | str) -> str:
        if isinstance(agent, str) and agent.startswith("+"):
            return agent
        number = next(_ours)
        self._put(agents.NUMBERS, number, self._name(agent))
        return number

    def _name(self, agent: Agent | str) -> str:
        """Return the name of an agent. An agent of the test gets a name here."""
        if isinstance(agent, str):
            if agent not in agents.AGENTS:
                raise ValueError(f"There is no agent {agent!r}; functions.agents has {', '.join(agents.AGENTS)}.")
            return agent
        if known := next((name for name, one in agents.AGENTS.items() if one is agent), ""):
            return known
        name = f"tested_{next(_names)}"
        registry.check({**agents.AGENTS, name: agent}, agents.DEFAULT, agents.NUMBERS)
        self._put(agents.AGENTS, name, agent)
        return name

    def _calling(self, agent: Agent | str) -> str:
        """Return the name of an agent that may call at any time: a test must not depend on the hour."""
        name = self._name(agent)
        self._put(agents.AGENTS, name, at_any_time(agents.AGENTS[name]))
        self._mind_drafts(name)
        return name

    def _mind_drafts(self, *names: str) -> None:
        """Let the script give the same answer again to these agents, if they draft."""
        found = [agents.AGENTS[name] for name in names]
        if self._script and any(one.partial_prompts and one.speculates for one in found):
            self._script.drafts = True

    def _ordered(self, order: Mapping[str, Any]) -> str:
        """Order a call as an IAM principal does; return its SID."""
        url = f"{self._laptop.urls.functions}/2015-03-31/functions/{CALLS_FUNCTION}/invocations"
        request = urllib.request.Request(url, json.dumps(order).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            placed = json.loads(answer.read())
        if placed["status"] != "placed":
            raise ValueError(f"The call was not placed: {placed['reason']}")
        return str(placed["call"])

    def _set(self, secrets: Mapping[str, str]) -> None:
        """Let tools read these secrets until this phone is closed."""
        before = agents.NEEDS
        vars(agents)["NEEDS"] = replace(before, secrets=[*before.secrets, *secrets])
        self._held.callback(lambda: vars(agents).update(NEEDS=before))
        for name, value in secrets.items():
            parameter = {"Name": f"{SECRETS}/{name}", "Value": value, "Type": "SecureString", "Overwrite": True}
            boto3.client("ssm").put_parameter(**parameter)  # type: ignore[arg-type]

    def _put(self, table: Mapping[str, Any], key: str, value: Any) -> None:
        """Put an entry into a table of `functions.agents` until this phone is closed."""
        entries, before = cast("dict[str, Any]", table), dict(table)
        entries[key] = value
        self._held.callback(lambda: entries.update({key: before[key]}) if key in before else entries.pop(key))

    def __enter__(self) -> Self:
        self._held.enter_context(self._laptop.tools())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
