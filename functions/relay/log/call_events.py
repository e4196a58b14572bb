"""Defines the events in the log of a call, and in the log of a phone number. Webhooks write most of them."""

from functions.relay.dataclass import dataclass
from functions.relay.log.earlier import EarlierCall
from functions.relay.log.hand_off_events import DialEnded, HandedOff, PersonLeft, Tried, Unreached
from functions.relay.log.memory import Value


@dataclass(frozen=True, slots=True)
class Announced:
    """A webhook answered with a session for this agent."""

    agent: str
    caller: str
    called: str
    parameters: tuple[tuple[str, str], ...] = ()
    language: str = ""
    """The language in which the session begins; empty for the agent's first."""

    greeting: str | None = None
    """The session's first sentence; None for the agent's own greeting."""

    facts: tuple[tuple[str, Value], ...] = ()
    """What the agent looked up while the phone rang."""

    outbound: bool = False
    """Whether we placed the call."""

    stir_verstat: str = ""
    """What the caller's carrier vouches for, in the words of Twilio's StirVerstat; empty if nothing is known."""

    forwarded_from: str = ""
    """The number from which the call was forwarded, as Twilio says."""

    caller_name: str = ""
    """The caller's name, if Twilio looked it up."""

    parent_call: str = ""
    """The SID of the call that began this one."""

    second: bool = False
    """Whether the session speaks and listens with the agent's second voices."""

    ticket: str = ""
    """The one-time value that the session must bring; empty if no session may take the call."""

    at: int = 0
    """When the webhook answered, in the gateway's milliseconds."""

    follows: str = ""
    """The id of the session or the hand-off after which this session begins; empty for the call's first."""

    version: str = ""
    """The agent's version: a hash of its file."""

    earlier: tuple[EarlierCall, ...] = ()
    """The person's last calls, if the agent remembers them, the newest first."""

    mark: str = ""
    """The keyed hash of the person's number or address; empty if the key could not be read."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The agent's `arrive` has ended the call while it rang."""


@dataclass(frozen=True, slots=True)
class SessionJoined:
    """At the key of a ticket: the session on this connection has used it, and now has the call."""

    connection: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Twilio's action callback has reported how a session ended."""

    session: str
    status: str
    error: str = ""
    call_over: bool = False
    """Whether the call has ended too."""


@dataclass(frozen=True, slots=True)
class PassedToAgent:
    """Under a turn: another agent takes the call when the session ends with this id."""

    id: str
    agent: str
    greeting: str | None = None
    """That agent's first sentence; None for its own greeting."""

    language: str = ""
    """The call's language. That agent begins in its nearest one, if it has one."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The call reached one of the LIMITS, and got no session."""

    limit: str
    """Whose calls are counted: see `LimitName`."""

    agent: str
    caller: str
    called: str
    at: int = 0
    """When, in the gateway's milliseconds."""


@dataclass(frozen=True, slots=True)
class MenuAnswered:
    """The caller hears the agent's menu: the agent has no prompt, or no session can take the call."""


@dataclass(frozen=True, slots=True)
class TimePaid:
    """The money of a day has paid for a slice of the call's time, beyond the first."""

    micros: int
    """Millionths of a dollar."""

    day: int
    """The day of that money, as days since 1970 in UTC."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Twilio has reported the status of a recording of the call."""

    recording: str
    """The recording's SID."""

    status: str
    """In the words of Twilio."""

    seconds: int = 0
    message: bool = False
    """Whether it is a message that the caller left at the end of a menu."""


@dataclass(frozen=True, slots=True)
class Screened:
    """Twilio heard a person or a machine answer a call that we placed."""

    answered_by: str
    """In the words of Twilio's AnsweredBy."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """Twilio has reported the progress of the call."""

    number: int
    """Twilio's sequence number: callbacks come in any order."""

    status: str
    seconds: int = 0
    caller: str = ""
    """The person on the phone, also in a call that we placed."""

    called: str = ""
    """Our own number."""

    outbound: bool = False
    """Whether we placed the call."""

    at: int = 0
    """When the callback came, in the gateway's milliseconds."""


@dataclass(frozen=True, slots=True)
class Placed:
    """In the log of a number that we call: an attempt, appended before it is made."""

    agent: str
    request: str
    """The id of the request to place the call."""

    parameters: tuple[tuple[str, str], ...] = ()
    consent: str = ""
    """The legal basis of the call, in the words of the order."""

    dlt_header: str = ""
    """The caller's id in the registry of an Indian operator."""

    dlt_template: str = ""
    """The text's id in that registry."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """In the log of a call that we placed: where its attempt is. In that of an id of orders: who is called."""

    callee: str
    """The mark of the number, under which its log is found."""

    request: str
    """The attempt's `Placed.request`."""

    agent: str = ""
    """The agent that calls."""

    version: str = ""
    """Its version: a hash of its file."""

    at: int = 0
    """When the call was placed, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """In the log of a number: a list that `make suppress` has imported forbids to call it."""

    list: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """In the log of a number, under an attempt: Twilio declined it, so no phone rang."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """In the log of a number: the person there does not want to be called."""

    call: str = ""
    """The SID of the call in which the person said so."""


@dataclass(frozen=True, slots=True)
class CallKnown:
    """In the log of a person, which is found by the hash of their number: they had this call."""

    call: str


CallEvent = (
    Announced | Declined | SessionJoined | SessionEnded | HandedOff | PassedToAgent | Unreached
    | DialEnded | Limited | MenuAnswered | TimePaid | Recorded | Screened | Progressed
    | Tried | PersonLeft | Placed | Ordered | Withdrawn | Suppressed | OptedOut | CallKnown
)  # fmt: skip
