"""The softphone behind the page: it dials, speaks, presses keys and hangs up, and causes faults.

It carries one call at a time. Any thread may call its methods. Do not call a method that waits in an event loop.
"""

import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from functions.adapters.dynamodb import DynamoLog, client, entry_of
from functions.providers import chosen
from local.aws.gateway_invoke import Record
from local.dev_stack import DevStack
from local.dialer import Dialer, Outside, Wish, parameters
from local.environment import environ
from local.page.agents import Fault, Modules, Watch, agents_now
from local.page.logs import Line, of_call, write
from local.page.numbers import give_numbers
from local.page.observations import CallEnded, ClauseBegun, EntryAppended, FramePassed, Tape, WordBegun, moment
from local.page.ports import Switches, watch
from local.page.view import Setting
from local.phone import Call, Clause, Event, Pace, Words
from local.phone import Over as CallOver

SPOKEN = Pace(caller=math.inf, settle=0.0)
"""Typed words count as spoken at once, and so do words that the browser recognised."""

KEYS = frozenset("0123456789*#")
TAKEN_UP = "The agents answer as you have saved them."
STILL = "Until you fix it, the agents answer as before."

Order = Mapping[str, Any]


class OrderError(ValueError):
    """The page ordered something that cannot be done; `str(error)` says why."""


class Controller:
    """A softphone on a running laptop line. `tape` holds what was observed of the line's calls."""

    def __init__(
        self,
        line: DevStack,
        model: str = "offline",
        model_id: str = "",
        *,
        speed: float = 1.0,
        there: Outside | None = None,
        say: Callable[[str], object] = print,
    ) -> None:
        """Watch the calls of a line.

        Args:
            line: the line.
            model: the model that answers on it.
            model_id: the id of that model, for its price.
            speed: how many times faster than on a phone people speak.
            there: what replaces Twilio's REST API; without it no agent can place a call.
            say: prints a line of text in the terminal.
        """
        self.tape, self._line, self._model, self._model_id, self._say = Tape(), line, model, model_id, say
        self._phone, self._switches, self._lock = line.phone(pace=SPOKEN, speed=speed), Switches(), Lock()
        self._dialer, self._rings = Dialer(line, self._phone, there), there.rings if there else None
        self._call: Call | None = None
        self._fault: Fault | None = None
        self._saves = 0
        with environ(line.environment):
            self._log = DynamoLog(client(), line.table, 1)
        line.gateway.listen(lambda record: self.tape.add(_passed(record)))
        line.notes.follow(lambda item: self.tape.add(EntryAppended(moment(), item["log"]["S"], entry_of(item))))
        self._take(line.modules)
        self._news = ""
        if there:
            there.rings.follow(self._ring)

    @contextmanager
    def running(self) -> Iterator["Controller"]:
        """Import the agents again when they are saved, until the block ends; then hang up."""
        with Watch(self._line.load, self._take, self._tell).running():
            try:
                yield self
            finally:
                self._phone.close()

    # What the page shows besides the view

    @property
    def setting(self) -> Setting:
        """The settings of the view."""
        return Setting(agents_now().AGENTS, self._model, self._model_id)

    def state(self) -> dict[str, Any]:
        """Return what the page shows besides the view."""
        with self._lock:
            call, fault = self._call, self._fault
        switches = self._switches
        return {
            "mode": "phone",
            "model": self._model,
            "model_id": self._model_id,
            "model_label": chosen(self._model)[0].provider.label,
            "numbers": [{"number": number, "agent": agent} for number, agent in agents_now().NUMBERS.items()],
            "call": _shown(call) if call else None,
            "switches": {
                "slow table": switches.slow_table,
                "throttled model": switches.throttled_model,
                "frames twice": self._line.gateway.faults.copies is _twice,
            },
            "fault": {"text": _sentence(str(fault)), "still": STILL} if fault else None,
            "news": self._news,
            "rings": bool(self._rings and self._rings.ringing),
        }

    def log(self, call: str) -> str:
        """Return the log of a call as a file. Raises LogError."""
        seen = {(one.log, one.entry.key): one.at for one in self.tape.call() if isinstance(one, EntryAppended)}
        lines = of_call(self._log, call)
        return write(Line(one.log, one.entry, seen.get((one.log, one.entry.key))) for one in lines)

    # What the page orders

    def do(self, order: Order) -> None:
        """Do what the page orders. Raises OrderError, DialError, and CallError if the call does not allow it."""
        match order:
            case {"do": "call", "agent": str(agent), **more}:
                wanted = _wish(agent, more)
                self._begin(lambda on_event: self._dialer.begin(wanted, on_event))
            case {"do": "answer"}:
                self._begin(self._dialer.answer)
            case {"do": "hang up"}:
                self._under_way().hang_up()
            case {"do": "say", "text": str(text)} if text.strip():
                self._under_way().speak(text.strip())
            case {"do": "interrupt"}:
                self._under_way().speak("")
            case {"do": "press", "keys": str(keys)} if keys and set(keys) <= KEYS:
                self._under_way().press(keys)
            case {"do": "drop"}:
                self._under_way().drop()
            case {"do": "switch", "name": str(name), "on": bool(on)}:
                self._switch(name, on)
            case _:
                raise OrderError("The page sent an order that this version does not know; reload the page.")
        self.tape.tell()

    def _begin(self, begin: Callable[[Callable[[Event], None]], Call]) -> None:
        with self._lock:
            if self._call and not self._call.over:
                raise OrderError("A call is under way; hang up first.")
            self._news = ""
            self._call = begin(self._heard)

    def _under_way(self) -> Call:
        with self._lock:
            if self._call is None or self._call.over:
                raise OrderError("There is no call; press Call first.")
            return self._call

    def _switch(self, name: str, on: bool) -> None:
        match name:
            case "slow table":
                self._switches.slow_table = on
            case "throttled model":
                self._switches.throttled_model = on
            case "frames twice":
                self._line.gateway.faults.copies = _twice if on else None
            case _:
                raise OrderError(f"There is no switch {name!r}.")

    # What the phone and the agents' files report

    def _heard(self, event: Event) -> None:
        with self._lock:  # `_dial` holds it until the call is known
            call = self._call.sid if self._call else ""
        match event:
            case Clause(text):
                self.tape.add(ClauseBegun(moment(), call, text))
            case Words(text):
                self.tape.add(WordBegun(moment(), call, text))
            case CallOver(outcome):
                self.tape.add(CallEnded(moment(), call, outcome))
            case _:
                self.tape.tell()

    def _ring(self, words: str) -> None:
        with self._lock:
            self._news = f"{words}."
        self.tape.tell()

    def _take(self, modules: Modules) -> None:
        give_numbers(agents_now())
        watch(modules, self.tape, self._switches)
        self._line.put(modules)

    def _tell(self, fault: Fault | None) -> None:
        with self._lock:
            self._saves += 1
            self._fault, self._news = fault, "" if fault else f"{TAKEN_UP} Save {self._saves} of this run."
        self._say(f"{_sentence(str(fault))} {STILL}" if fault else TAKEN_UP)
        self.tape.tell()


def _wish(agent: str, more: Mapping[str, Any]) -> Wish:
    """Return the call that the page wants. Raises OrderError for a field of a wrong kind."""
    try:
        given = parameters(str(more.get("parameters", "")))
    except ArgumentTypeError as error:
        raise OrderError(f"Parameters: {error}.") from error
    return Wish(agent, str(more.get("number", "")).strip(), "", more.get("outbound") is True, given)


def _passed(record: Record) -> FramePassed:
    return FramePassed(moment(record.at), record.direction, record.connection_id, record.payload)


def _sentence(text: str) -> str:
    """Return a text with a full stop at its end, if it has no such mark."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _twice(_: object) -> int:
    return 2


def _shown(call: Call) -> dict[str, Any]:
    state = "over" if call.over else "open" if call.sessions else "ringing"
    language = next((one.attributes.get("language", "") for one in reversed(call.sessions)), "")
    return {
        "sid": call.sid,
        "state": state,
        "outcome": call.outcome,
        "dialed": call.dialed,
        "language": language,
        "errors": [f"Twilio would report {one.code}: {one.text}" for one in call.errors],
    }
