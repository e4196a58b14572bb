"""Calling people: whether a number may be called now, what follows from who answered, and how far a call has got.

Each number has a log, `callee/+1555…`: the attempts to call it, and its wish to be left alone. The call's log holds
what is known of a call. Nothing here looks at a clock.
Sources: Twilio, "Answering Machine Detection", "Call resource", "Tracking call status".
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any, Literal

from functions.relay.agent.checks import check_number, of_kind
from functions.relay.agent.tools import AgentError, Caller, OptOut
from functions.relay.log.events import Entry, OptedOut, Placed, Progressed, Screened, Withdrawn
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.callback import FINAL, whole
from functions.relay.wire.messages import LONGEST_NAME, MOST_PARAMETERS, TICKET

RESERVED = frozenset({"agent", TICKET})
"""The parameters that Hotline sets on every call."""

LANGUAGE = "language"
"""The parameter of an order that says in which language the call begins."""

NumberKind = Literal["ordinary", "premium rate", "shared cost", "personal", "pager", "satellite", "unknown"]
"""What is at a number, as the numbering plan of its country has it."""

Why = Literal[
    "bad request",
    "unknown agent",
    "unknown language",
    "unknown number",
    "costly number",
    "our own number",
    "other country",
    "no caller id",
    "opted out",
    "already placed",
    "too many attempts",
    "unknown time zone",
    "quiet hours",
    "limit reached",
    "declined by Twilio",
]

Verdict = Literal["talk", "leave a message", "hang up"]


@dataclass(frozen=True, slots=True)
class Calling:
    """How an agent calls people: never in the quiet hours where they are, and so often a day. Raises AgentError.

    The defaults are the hours of 47 CFR 64.1200(c)(1), which other countries narrow.
    """

    quiet_from: time = time(21)
    """When the quiet hours begin where the callee is, such as `time(20)`. Default: 21:00."""

    quiet_until: time = time(8)
    """When they end, such as `time(9, 30)`; the same time as `quiet_from` means no quiet hours. Default: 8:00."""

    attempts: int = 3
    """How many times a day one number is called at most, 1 to 1000. Default: 3."""

    countries: frozenset[str] = frozenset()
    """Countries that are called, as ISO 3166 names them, such as `frozenset({"US", "CA"})`. Default: the country of
    the number that calls."""

    def __post_init__(self) -> None:
        of_kind("Calling.quiet_from", self.quiet_from, time, "time(21), of the module datetime")
        of_kind("Calling.quiet_until", self.quiet_until, time, "time(8), of the module datetime")
        check_number("Calling.attempts", self.attempts, 1, 1000, "calls a day", whole=True)
        of_kind("Calling.countries", self.countries, Set, 'a set of texts: frozenset({"US", "CA"})')
        if odd := [one for one in self.countries if not re.fullmatch("[A-Z]{2}", str(one))]:
            raise AgentError(f"Calling.countries has {odd[0]!r}; write two capital letters, such as 'US'.")

    def quiet_at(self, local: time) -> bool:
        """Return whether nobody is called at this time of their day."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A request to place a call; `sender` is the number that it comes from, if not the usual one."""

    to: str
    agent: str
    sender: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def language(self) -> str:
        """The language that the call is to begin in; empty for the agent's first one."""
        return dict(self.parameters).get(LANGUAGE, "")

    @classmethod
    def read(cls, payload: Any) -> "CallOrder | CallRefused":
        """Return the order in an invocation's payload, or what is wrong with it."""
        match payload:
            case {"to": str(to), "agent": str(agent), **more} if more.keys() <= {"from", "parameters"}:
                given, sender = more.get("parameters", {}), more.get("from", "")
                if isinstance(sender, str) and isinstance(given, dict):
                    return _fault(given) or cls(to, agent, sender, tuple(sorted(given.items())))
        return CallRefused("bad request", 'Send {"to": "+1…", "agent": "…"}; "from" and "parameters" are optional.')


@dataclass(frozen=True, slots=True)
class Line:
    """A number in E.164, what is there, and its country."""

    number: str
    kind: NumberKind
    country: str


@dataclass(frozen=True, slots=True)
class CallAllowed:
    """The number may be called; `slot` is where the attempt is to stand in its log, once."""

    slot: Key


@dataclass(frozen=True, slots=True)
class CallRefused:
    """The number is not called: why, for programs, and in words."""

    why: Why
    words: str


@dataclass(frozen=True, slots=True)
class NumberHistory:
    """What the log of a number says, for one agent on one day, and for one request to call."""

    opted_out: bool
    attempts: int
    repeated: bool
    slot: Key


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a call has got, by the highest number that Twilio told; what answered, as Twilio names it."""

    status: str = "placed"
    answered_by: str = ""
    seconds: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.status in FINAL


def opt_out(caller: Caller) -> OptOut:
    """Use it when the person on the phone does not want to be called any more. Tell them what it answers."""
    return OptOut()


def may_be_dialled(callee: Line, ours: Line, calling: Calling) -> CallRefused | None:
    """Return why a number is called at no hour; None if it may be called."""
    if callee.number == ours.number:
        return CallRefused("our own number", "This is the number that calls; it would talk with itself.")
    if callee.kind == "unknown":
        return CallRefused("unknown number", "No numbering plan has it, so nobody knows what a call to it costs.")
    if callee.kind != "ordinary":
        return CallRefused("costly number", f"Its kind is {callee.kind}; only ordinary numbers are called.")
    countries = calling.countries or {ours.country}
    if callee.country not in countries:
        named = ", ".join(sorted(countries))
        return CallRefused("other country", f"It is in {callee.country}; Calling.countries allows {named}.")
    return None


def may_call(
    zones: Sequence[tzinfo], now: datetime, history: NumberHistory, calling: Calling
) -> CallAllowed | CallRefused:
    """Return whether a number in one of these time zones may be called; `now` knows its own zone.

    A number that may be in several zones is called only when it is no quiet hour in any of them.
    """
    if history.opted_out:
        return CallRefused("opted out", "This number has asked not to be called.")
    if history.repeated:
        return CallRefused("already placed", "This very request has placed its call; Lambda has repeated it.")
    if history.attempts >= calling.attempts:
        return CallRefused("too many attempts", f"It was called {history.attempts} times today, which is the most.")
    if not zones:
        return CallRefused("unknown time zone", "Nobody knows what time it is there, so it could be night.")
    return next((quiet for zone in zones if (quiet := _quiet(zone, now, calling))), CallAllowed(history.slot))


def number_history(entries: Iterable[Entry], agent: str, day: int, request: str) -> NumberHistory:
    """Return what a number's log says of this agent on this day (see `day_of`), and of a request by its id."""
    entries = tuple(entries)
    today = [entry.event for entry in entries if entry.key.frame == (day, agent)]
    placed = [event for event in today if isinstance(event, Placed)]
    return NumberHistory(
        opted_out=any(isinstance(entry.event, OptedOut) for entry in entries),
        attempts=len(placed) - sum(isinstance(event, Withdrawn) for event in today),
        repeated=any(event.request == request for event in placed),
        slot=Key(day, agent, Slot.ATTEMPT.at(number=len(placed))),
    )


def withdrawal(slot: Key) -> Key:
    """Return where it stands that an attempt reached nobody, and so does not count."""
    return slot.under(Slot.WITHDRAWN.at(number=slot.slot))


def day_of(zones: Sequence[tzinfo], now: datetime) -> int:
    """Return the callee's date, as the milliseconds of its midnight in UTC: attempts are counted by it."""
    local = now.astimezone(zones[0]) if zones else now
    return int(datetime.fromisoformat(f"{local:%Y-%m-%d}T00:00:00+00:00").timestamp()) * 1000


def screen(answered_by: str, voicemail: bool) -> Verdict:
    """Return what to do on a call that was answered; `answered_by` is empty where Twilio did not listen.

    A machine's verdict comes after its greeting: DetectMessageEnd. Whatever may be a person is talked to.
    """
    if answered_by == "fax":
        return "hang up"
    if answered_by.startswith("machine"):
        return "leave a message" if voicemail else "hang up"
    return "talk"


def progress(entries: Iterable[Entry]) -> Progress:
    """Return how far a call has got; Twilio's callbacks may have come in any order, and more than once."""
    events = [entry.event for entry in entries]
    newest = max((one for one in events if isinstance(one, Progressed)), key=lambda one: one.number, default=None)
    answered = next((one.answered_by for one in events if isinstance(one, Screened)), "")
    return Progress(newest.status, answered, newest.seconds) if newest else Progress(answered_by=answered)


def read_progress(form: Mapping[str, str], at: int = 0) -> tuple[Key, Progressed]:
    """Return what a status callback says, and its key: the same however often and in whatever order it comes.

    `at` is when it came, in the gateway's milliseconds.
    """
    outbound = form.get("Direction", "inbound") != "inbound"
    theirs, ours = ("To", "From") if outbound else ("From", "To")
    event = Progressed(
        whole(form, "SequenceNumber"),
        form.get("CallStatus", ""),
        whole(form, "CallDuration"),
        form.get(theirs, ""),
        form.get(ours, ""),
        outbound,
        at,
    )
    return Key(event.number, event.status or "status"), event


def _quiet(zone: tzinfo, now: datetime, calling: Calling) -> CallRefused | None:
    local = now.astimezone(zone)
    if not calling.quiet_at(local.time()):
        return None
    hours = f"from {calling.quiet_from:%H:%M} to {calling.quiet_until:%H:%M}"
    return CallRefused("quiet hours", f"It is {local:%H:%M} in {zone}, and nobody is called {hours}.")


def _fault(parameters: Mapping[Any, Any]) -> CallRefused | None:
    """Return what keeps parameters from standing in TwiML, whose own one comes on top."""
    if taken := RESERVED & parameters.keys():
        return CallRefused("bad request", f"The parameter {min(taken)} is Hotline's own.")
    if len(parameters) >= MOST_PARAMETERS:
        return CallRefused("bad request", f"A call takes {MOST_PARAMETERS - 1} parameters.")
    texts = [text for pair in parameters.items() for text in pair]
    if all(isinstance(text, str) and text.isprintable() and len(text) <= LONGEST_NAME for text in texts):
        return None
    return CallRefused("bad request", f"Parameters are printable texts of up to {LONGEST_NAME} characters.")
