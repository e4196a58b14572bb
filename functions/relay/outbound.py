"""Decides whether a number may be called now, and tells how a call goes.

Each number has a log, `callee/<mark>`, with the attempts to call it and its opt-out. A call's log holds its progress.
No clock is read here. Sources: Twilio, "Answering Machine Detection", "Call resource", "Tracking call status".
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, time, tzinfo
from typing import Literal

from functions.relay.agent.caller import Caller
from functions.relay.agent.checks import check_number, of_kind
from functions.relay.agent.tools import AgentError, OptOut
from functions.relay.calling_hours import HOURS
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entry, OptedOut, Placed, Progressed, Screened, Suppressed
from functions.relay.log.keys import Key, Slot
from functions.relay.wire.callback import FINAL, whole

NumberKind = Literal["ordinary", "premium rate", "shared cost", "personal", "pager", "satellite", "unknown"]
"""The kind of a number, according to the numbering plan of its country."""

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
    "already planned",
    "too many attempts",
    "unknown time zone",
    "quiet hours",
    "limit reached",
    "declined by Twilio",
    "no consent",
    "on a list",
    "no DLT ids",
    "no plan",
    "stopped",
]

ATTEMPTS = "attempts"
"""A part of the keys of attempts to call a number. All agents share it, so their attempts are counted together."""


@dataclass(frozen=True, slots=True)
class Calling:
    """When, where and how often an agent may call people. Raises AgentError.

    The default hours are those of 47 CFR 64.1200(c)(1). Other countries allow fewer.
    """

    quiet_from: time = time(21)
    """When the quiet hours begin, in the callee's local time, such as `time(20)`. Default: 21:00."""

    quiet_until: time = time(8)
    """When the quiet hours end, such as `time(9, 30)`. The same time as `quiet_from` means no quiet hours. Default:
    8:00."""

    attempts: int = 3
    """How often one number may be called per day, 1 to 1000, such as `1`. Default: 3."""

    countries: frozenset[str] = frozenset()
    """Countries that may be called, as ISO 3166 codes, such as `frozenset({"US", "CA"})`. Default: the country of the
    number that calls."""

    country_hours: bool = True
    """Whether people are called only in the hours that the law of their country allows for sales calls, see
    docs/compliance.md. Write `False` for calls that this law does not cover, such as reminders that people asked for.
    Default: `True`."""

    def __post_init__(self) -> None:
        of_kind("Calling.quiet_from", self.quiet_from, time, "time(21), of the module datetime")
        of_kind("Calling.quiet_until", self.quiet_until, time, "time(8), of the module datetime")
        check_number("Calling.attempts", self.attempts, 1, 1000, "calls a day", whole=True)
        of_kind("Calling.countries", self.countries, Set, 'a set of texts: frozenset({"US", "CA"})')
        of_kind("Calling.country_hours", self.country_hours, bool, "True or False")
        if odd := [one for one in self.countries if not re.fullmatch("[A-Z]{2}", str(one))]:
            raise AgentError(f"Calling.countries has {odd[0]!r}; write two capital letters, such as 'US'.")

    def quiet_at(self, local: time) -> bool:
        """Return whether this local time of the callee is in the quiet hours."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in E.164, its kind and its country."""

    number: str
    kind: NumberKind
    country: str


@dataclass(frozen=True, slots=True)
class CallAllowed:
    """The number may be called."""

    slot: Key
    """The key of this attempt in the number's log. Only one attempt can have it."""


@dataclass(frozen=True, slots=True)
class CallRefused:
    """The number is not called."""

    why: Why
    """The reason, for programs."""

    words: str
    """The reason as a sentence, with the cure where there is one."""


@dataclass(frozen=True, slots=True)
class NumberHistory:
    """What a number's log says about one agent on one day, and about one request to call."""

    opted_out: bool
    attempts: int
    """How many attempts count on that day."""

    repeated: bool
    """Whether this request has placed its call already."""

    slot: Key
    """The key of the next attempt."""
    attempts_of_all: int = 0
    """How often any agent has called the number on this day."""

    on_list: str = ""
    """The list of people not to be called that holds the number."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a call that we placed."""

    status: str = "placed"
    """Twilio's newest CallStatus, or "placed" before the first one."""

    answered_by: str = ""
    """Twilio's AnsweredBy; empty if it is not known."""

    seconds: int = 0
    """How long the call lasted."""

    @property
    def over(self) -> bool:
        """Whether this is the final progress."""
        return self.status in FINAL


def opt_out(caller: Caller) -> OptOut:
    """Call this when the person on the phone does not want to be called any more. Tell them its result."""
    return OptOut()


def may_be_dialled(callee: PhoneNumber, ours: PhoneNumber, calling: Calling) -> CallRefused | None:
    """Return why a number may never be called; None if it may."""
    if callee.number == ours.number:
        return CallRefused("our own number", "This is the number that calls; it would talk with itself.")
    if callee.kind == "unknown":
        return CallRefused("unknown number", "No numbering plan has it, so the price of a call to it is not known.")
    if callee.kind != "ordinary":
        return CallRefused("costly number", f"Its kind is {callee.kind}; only ordinary numbers are called.")
    countries = calling.countries or {ours.country}
    if callee.country not in countries:
        named = ", ".join(sorted(countries))
        return CallRefused("other country", f"It is in {callee.country}; Calling.countries allows {named}.")
    return None


@dataclass(frozen=True, slots=True)
class Callee:
    """Where the owner of a number may be: their time zones, and their country as an ISO 3166 code."""

    zones: Sequence[tzinfo]
    country: str = ""


def may_call(
    callee: Callee, now: datetime, history: NumberHistory, calling: Calling, most_of_all: int | None = None
) -> CallAllowed | CallRefused:
    """Return whether a number may be called now. `now` must have a time zone.

    A number that may be in several zones is called only while none of them is in the quiet hours. All agents
    together may call it `most_of_all` times in a day.
    """
    if history.opted_out:
        return CallRefused("opted out", "This number has asked not to be called.")
    if history.on_list:
        return CallRefused("on a list", f"The list {history.on_list}, which make suppress imported, forbids it.")
    if history.repeated:
        return CallRefused("already placed", "This request has already placed its call, and is not placed twice.")
    if history.attempts >= calling.attempts:
        words = f"It was called {history.attempts} times today; Calling.attempts allows {calling.attempts}."
        return CallRefused("too many attempts", words)
    if most_of_all is not None and history.attempts_of_all >= most_of_all:
        times = f"{history.attempts_of_all} times today"
        words = f"All agents together called it {times}: Limits.outbound_calls_per_number."
        return CallRefused("too many attempts", words)
    if not callee.zones:
        return CallRefused("unknown time zone", "Its local time is not known, so it could be night there.")
    quiet = (_quiet(now.astimezone(zone), str(zone), callee.country, calling) for zone in callee.zones)
    return next((one for one in quiet if one), CallAllowed(history.slot))


def number_history(entries: Iterable[Entry], agent: str, day: int, request: str) -> NumberHistory:
    """Return what a number's log says about this agent on this day (see `day_of`), and about the id of a request."""
    entries = tuple(entries)
    today = [entry for entry in entries if entry.key.frame == (day, ATTEMPTS)]
    placed = [(entry.key, entry.event) for entry in today if isinstance(entry.event, Placed)]
    made = _made(today)
    return NumberHistory(
        opted_out=any(isinstance(entry.event, OptedOut) for entry in entries),
        attempts=sum(event.agent == agent for event in made),
        repeated=any(event.request == request for event in _made(entries)),
        slot=Key(day, ATTEMPTS, Slot.ATTEMPT.at(number=len(placed))),
        attempts_of_all=len(made),
        on_list=next((entry.event.list for entry in entries if isinstance(entry.event, Suppressed)), ""),
    )


def _made(entries: Iterable[Entry]) -> list[Placed]:
    """Return the attempts that may have rung at a phone."""
    found = {one.key: one.event for one in entries}
    return [one for key, one in found.items() if isinstance(one, Placed) and withdrawal(key) not in found]


def withdrawal(slot: Key) -> Key:
    """Return the key of the entry that says that an attempt rang at no phone, and so does not count."""
    return slot.under(Slot.WITHDRAWN.at(number=slot.slot))


def day_of(zones: Sequence[tzinfo], now: datetime) -> int:
    """Return the callee's local date, as the milliseconds of its midnight in UTC. Attempts are counted per date."""
    local = now.astimezone(zones[0]) if zones else now
    return int(datetime.fromisoformat(f"{local:%Y-%m-%d}T00:00:00+00:00").timestamp()) * 1000


def progress(entries: Iterable[Entry]) -> Progress:
    """Return the progress of a call. Twilio's callbacks may come in any order, and more than once."""
    events = [entry.event for entry in entries]
    newest = max((one for one in events if isinstance(one, Progressed)), key=lambda one: one.number, default=None)
    answered = next((one.answered_by for one in events if isinstance(one, Screened)), "")
    return Progress(newest.status, answered, newest.seconds) if newest else Progress(answered_by=answered)


def read_progress(form: Mapping[str, str], at: int = 0) -> tuple[Key, Progressed]:
    """Return the event of a status callback that came `at` (milliseconds) and its key, the same if it comes twice."""
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


def _quiet(local: datetime, zone: str, country: str, calling: Calling) -> CallRefused | None:
    """Return the refusal if the agent's or the country's hours forbid a call at this local time; else None."""
    told = f"It is {local:%H:%M} in {zone}"
    if calling.quiet_at(local.time()):
        hours = f"from {calling.quiet_from:%H:%M} to {calling.quiet_until:%H:%M}"
        return CallRefused("quiet hours", f"{told}, and the quiet hours are {hours}.")
    rule = HOURS.get(country) if calling.country_hours else None
    if rule is None or rule.allow(local):
        return None
    allowed = " and ".join(map(str, rule.on(local))) or "no calls"
    why = f"on a {local:%A} {country} allows {allowed} ({rule.source})"
    return CallRefused("quiet hours", f"{told}; {why}. Calling.country_hours is for calls that sell nothing.")
