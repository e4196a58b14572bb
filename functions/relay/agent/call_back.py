"""Defines the call back that a tool returns: the agent calls the person again, once, at a time."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from functions.relay.agent.caller import Caller
from functions.relay.dataclass import dataclass
from functions.relay.log.events import CallPlanned
from functions.relay.wire.messages import MOST_NAME_CHARACTERS
from functions.relay.wire.party import kind_of

LANGUAGE = "language"
"""The parameter of an order that names the language in which the call begins."""

SOONEST = timedelta(minutes=1)
"""The shortest time until a call back: EventBridge Scheduler rings in the minute of its time."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that the agent places later to the person on the phone. A call's newest one counts. Raises ValueError.

    It comes from the number of this call, in its language if the agent speaks it. All rules for calls hold when it is
    ordered and when its time has come: hours, countries, attempts, wishes not to be called.
    """

    at: datetime | timedelta
    """When, as a time with its zone, such as `datetime(2026, 5, 4, 10, tzinfo=ZoneInfo("Europe/Berlin"))`, or as the
    time from now, such as `timedelta(hours=2)`. At least a minute ahead; it rings within that minute."""

    agent: str | None = None
    """The name of the agent that calls, such as `"reminder"`. Default: None, the agent of this call."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the agent then reads with `caller.given`, such as `{"about": "the offer"}`. Default: nothing."""

    answer: str | None = None
    """What the model is told, such as `"You will be called."`; it then continues. Default: None, when it is due."""

    def __post_init__(self) -> None:
        match self.at:
            case timedelta():
                pass
            case datetime() if self.at.utcoffset() is not None:
                pass
            case datetime():
                raise ValueError(
                    "CallBack.at has no time zone; write one: datetime(…, tzinfo=ZoneInfo('Europe/Berlin'))."
                )
            case _:
                raise ValueError(f"CallBack.at is {self.at!r}; write a datetime with its zone, or a timedelta.")
        for name, text in self.parameters.items():
            if not isinstance(text, str) or len(text) > MOST_NAME_CHARACTERS:
                fault = f"CallBack.parameters has {name!r}"
                raise ValueError(f"{fault}; each is a text of up to {MOST_NAME_CHARACTERS} characters.")

    def due(self, now: datetime) -> datetime:
        """Return when the call is due, if it is ordered `now`, a time with its zone."""
        return now + self.at if isinstance(self.at, timedelta) else self.at

    def planned(self, caller: Caller, agent: str, now: datetime, most_ahead: timedelta) -> CallPlanned:
        """Return the plan for the call's log. `agent` is the agent of this call.

        Raises ValueError if the time has passed or is too far ahead, or if one of the two has no number.
        """
        if caller.kind != "number":
            raise ValueError("No call back is possible: the caller has no number. Ask for one, and have people call.")
        if kind_of(caller.called) != "number":
            raise ValueError("No call back is possible: the call has no number of ours from which it could come.")
        due = self.due(now)
        if due < now + SOONEST:
            raise ValueError(f"That time has passed: it is {now:%Y-%m-%d %H:%M %Z} now. Choose a later one.")
        if due > now + most_ahead:
            raise ValueError(f"The call back is more than {most_ahead.days} days ahead. Choose an earlier time.")
        return CallPlanned(
            to=caller.number,
            sender=caller.called,
            agent=self.agent or agent,
            at=int(due.timestamp() * 1000),
            request=f"back-{caller.call}",
            parameters=tuple(sorted({LANGUAGE: caller.language, **self.parameters}.items())),
            consent=f"asked to be called back in the call {caller.call}",
        )
