"""Begins calls on a laptop line: the caller calls an agent, or an agent calls the caller."""

import json
import re
import shlex
import urllib.request
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from functions.relay import Agent
from local.any_time import at_any_time
from local.aws.gateway_server import Gateway
from local.dev_stack import DevStack
from local.environment import CALLS_FUNCTION
from local.page.agents import agents_now
from local.phone import Call, Event, Phone
from local.testing import messages
from local.testing.orders import ROUTE, Orders

CALLER = "+15550142"
"""The default number of the caller: one that is reserved for fiction."""

CALLED = "+12125550142"
"""The default number that an agent calls."""

WITHHELD = "anonymous"
"""What Twilio sends as the caller if the number is withheld."""


class DialError(ValueError):
    """A call cannot begin in this way; `str(error)` says why, and what can."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which call to begin.

    `agent` is a name in functions/agents, or empty for the default agent. `number` is the number of the person.
    `language` is the language of the person, such as `es` or `es-MX`, or empty for the agent's first. With `outbound`
    the agent calls the person, and gets the `parameters`.
    """

    agent: str = ""
    number: str = ""
    language: str = ""
    outbound: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> "Wish":
        """Return the wish with its empty fields filled in. Raises DialError."""
        agents = agents_now()
        name = self.agent or agents.DEFAULT
        if name not in agents.AGENTS:
            raise DialError(f"There is no agent {name!r}; functions/agents has {', '.join(agents.AGENTS)}.")
        number = self.number or (CALLED if self.outbound else CALLER)
        if not re.fullmatch(r"\+[1-9]\d{6,14}", number) and (self.outbound or number != WITHHELD):
            raise DialError(f"{number!r} is not a phone number in Twilio's form, such as {CALLER}.")
        if self.parameters and not self.outbound:
            raise DialError("Parameters belong to calls that an agent places: the agent must call (OUTBOUND=1).")
        return replace(self, agent=name, number=number, language=_language(agents.AGENTS[name], name, self.language))


def _language(agent: Agent, name: str, wanted: str) -> str:
    """Return the agent's language for a tag: `es` is enough for es-MX. Raises DialError for any other."""
    if not wanted:
        return agent.language
    fitting = [one for one in agent.voices if one.lower() == wanted.lower()]
    fitting += [one for one in agent.voices if one.lower().startswith(f"{wanted.lower()}-")]
    if not fitting:
        raise DialError(f"{name} does not speak {wanted!r}; its voices are {', '.join(agent.voices)}.")
    return fitting[0]


def parameters(text: str) -> dict[str, str]:
    """Return `name=Ana when="Friday at eight"` as a mapping. Raises ArgumentTypeError."""
    try:
        pairs = [part.partition("=") for part in shlex.split(text)]
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} has a quotation mark without its pair") from error
    if wrong := [name for name, found, _ in pairs if not (name and found)]:
        raise ArgumentTypeError(f"{wrong[0]!r} is not NAME=VALUE")
    return {name: value for name, _, value in pairs}


class Rings:
    """The planned calls that ring on the laptop until a phone answers them. Any thread may call its methods."""

    def __init__(self, orders: Orders) -> None:
        self._orders, self._lock = orders, Lock()
        self._calls: list[str] = []
        self._told: list[Callable[[str], object]] = []

    def follow(self, tell: Callable[[str], object]) -> None:
        """Call `tell` with a sentence when a planned call rings, and when one could not be placed."""
        self._told.append(tell)

    def come(self, answer: Any) -> None:
        """Take what the function `calls` has answered for a planned call whose time has come."""
        match answer:
            case {"status": "placed", "call": str(call)}:
                with self._lock:
                    self._calls.append(call)
                order = self._orders.of(call)
                agent = parse_qs(urlsplit(order["Url"][0]).query)["agent"][0]
                words = f"{agent} calls {order['To'][0]}, as planned"
            case {"reason": str(reason)}:
                words = f"A planned call was not placed: {reason}"
            case _:
                words = "A planned call was not placed: the function failed, its log says why"
        for tell in self._told:
            tell(words)

    @property
    def ringing(self) -> bool:
        """Whether a call waits for an answer."""
        return bool(self._calls)

    def take(self) -> str:
        """Return the SID of the call that has rung longest; it rings no more. Raises DialError."""
        with self._lock:
            if not self._calls:
                raise DialError("No call rings. A call that was planned rings at its time.")
            return self._calls.pop(0)


@dataclass(frozen=True, slots=True)
class Outside:
    """Replaces Twilio's REST API: has its URL, the calls that were ordered there, and those that ring."""

    url: str
    orders: Orders
    rings: Rings


@contextmanager
def outside() -> Iterator[Outside]:
    """Accept orders for calls until the block ends."""
    gateway, orders = Gateway(stage="outside"), Orders()
    gateway.route(http={ROUTE: orders.take, messages.ROUTE: messages.Messages().take})
    with gateway.running() as urls:
        yield Outside(urls.http, orders, Rings(orders))


@dataclass(frozen=True, slots=True)
class Dialer:
    """Begins calls with the agents of a line. Without `there`, Twilio's REST API, no agent can call."""

    line: DevStack
    phone: Phone
    there: Outside | None = None

    def begin(self, wish: Wish, on_event: Callable[[Event], None]) -> Call:
        """Begin a call and return it at once. Raises DialError."""
        wish = wish.checked()
        if wish.outbound:
            return self._answered(wish, on_event)
        numbers = {agent: number for number, agent in agents_now().NUMBERS.items()}
        return self.phone.dial(caller=wish.number, number=numbers[wish.agent], on_event=on_event, listen=False)

    def answer(self, on_event: Callable[[Event], None]) -> Call:
        """Answer the planned call that rings, and return it at once. Raises DialError."""
        there = self._outside()
        call = there.rings.take()
        return self.phone.answer(there.orders.of(call), call, on_event=on_event, listen=False)

    def _outside(self) -> Outside:
        if self.there is None:
            raise DialError("On this line no agent can place calls.")
        return self.there

    def _answered(self, wish: Wish, on_event: Callable[[Event], None]) -> Call:
        there = self._outside()
        agents = cast("dict[str, Agent]", agents_now().AGENTS)
        agents[wish.agent] = at_any_time(agents[wish.agent])
        placed = self._ordered({"to": wish.number, "agent": wish.agent, "parameters": dict(wish.parameters)})
        return self.phone.answer(there.orders.of(placed), placed, on_event=on_event, listen=False)

    def _ordered(self, order: Mapping[str, Any]) -> str:
        """Order a call as an IAM principal does; return its SID. Raises DialError."""
        url = f"{self.line.urls.functions}/2015-03-31/functions/{CALLS_FUNCTION}/invocations"
        request = urllib.request.Request(url, json.dumps(order).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            placed = json.loads(answer.read())
        if placed.get("status") != "placed":
            raise DialError(
                f"The call was not placed: {placed.get('reason', 'the function failed, its log says why')}"
            )
        return str(placed["call"])
