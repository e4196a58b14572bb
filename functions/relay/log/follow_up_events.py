"""Defines the events of what follows a call: its summary, its analysis, its text messages, planned
calls, and what was told."""

from functions.relay.dataclass import dataclass
from functions.relay.wire.model import Usage


@dataclass(frozen=True, slots=True)
class FollowUpClaimed:
    """An invocation tells others of the call, which is over. No other invocation does so meanwhile."""

    by: str
    """What sent its reminder first."""

    until: int = 0
    """Milliseconds since 1970: then the invocation has ended, even if it has died."""


@dataclass(frozen=True, slots=True)
class FollowUpEnded:
    """An invocation that told others of the call has ended. What has failed is tried again."""


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """Something that follows a call was done."""

    what: str
    """Such as `event`, `webhook`, or an agent and its function: `front_desk.tell_team`."""


@dataclass(frozen=True, slots=True)
class Summarized:
    """A model has read the whole call, which is over; or it failed several times, and there is no summary."""

    summary: str = ""
    fields: str = "{}"
    """What `After.fields` asks for: a JSON object as text."""

    model: str = ""
    """The model, such as `openai:gpt-6-luna`."""

    usage: Usage = Usage()
    error: str = ""
    """Why there is no summary; empty if there is one."""


@dataclass(frozen=True, slots=True)
class TranscriptReady:
    """In the log of a transcript: Conversational Intelligence has its results."""

    service: str = ""
    """The SID of the Intelligence service."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """Conversational Intelligence has analysed a transcript of the call."""

    transcript: str
    findings: tuple[tuple[str, str, str | int | float | bool], ...] = ()
    """The operator, its type, and its answer."""


@dataclass(frozen=True, slots=True)
class SmsOrdered:
    """Under a turn, or after the call: a text message is to be sent."""

    to: str
    text: str
    sender: str
    """Our number in this call."""


@dataclass(frozen=True, slots=True)
class SmsClaimed:
    """One invocation sends this text message, and no other does."""

    order: str
    """The key of its order."""


@dataclass(frozen=True, slots=True)
class SmsEnded:
    """Twilio has taken a text message, or it will not be sent."""

    order: str
    """The key of its order."""

    sid: str = ""
    """The SID of the message; empty if it was not sent."""

    error: str = ""
    """Why it was not sent, or that this is not known."""


@dataclass(frozen=True, slots=True)
class CallPlanned:
    """A call is to be placed at a time. Under a turn: the agent calls the person back."""

    to: str
    sender: str
    """Our number, from which it comes."""

    agent: str
    at: int
    """When, in milliseconds since 1970."""

    request: str
    """The id of its order: with one id, a number is called once."""

    parameters: tuple[tuple[str, str], ...] = ()
    consent: str = ""
    """The legal basis of the call."""

    dlt_header: str = ""
    dlt_template: str = ""
    retries: int = 0
    """How often it is planned again if nobody answers."""


@dataclass(frozen=True, slots=True)
class PlanScheduled:
    """EventBridge Scheduler knows the time of this plan."""

    plan: str
    """The key of the plan."""


@dataclass(frozen=True, slots=True)
class PlanDone:
    """The time of this plan has come: its call was placed, or not."""

    plan: str
    """The key of the plan."""

    call: str = ""
    """The SID of the call; empty if none was placed."""

    why: str = ""
    """Why it was not placed, such as "opted out"."""


@dataclass(frozen=True, slots=True)
class OrdersStopped:
    """In the log of an id of orders: no planned call with this id is placed any more."""


FollowUpEvent = (
    FollowUpClaimed
    | FollowUpEnded
    | FollowedUp
    | Summarized
    | TranscriptReady
    | Analysed
    | SmsOrdered
    | SmsClaimed
    | SmsEnded
    | CallPlanned
    | PlanScheduled
    | PlanDone
    | OrdersStopped
)
