"""Defines the hand-off of a call to people: whom a tool may name, how their phones ring, and what follows.

Sources: Twilio, "<Dial>", "<Number>", "<Sip>", "<Client>" and "<Enqueue>".
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from functions.relay.agent.outcomes import EndCall, PassTo, Say
from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.agent.twiml_text import MOST_SPOKEN_CHARACTERS, text_fault
from functions.relay.dataclass import dataclass
from functions.relay.log.events import HandedOff
from functions.relay.ports import OperatorError
from functions.relay.wire.messages import well_formed

if TYPE_CHECKING:
    from functions.relay.agent.hours import Hours

MOST_BRIEF_CHARACTERS = 500
"""Most characters of a text in a hand-off. To say them takes half a minute."""

_TOLD_AT_MOST = ("a person is told", MOST_BRIEF_CHARACTERS)

MOST_PEOPLE = 10
"""Most people of a hand-off. Source: Twilio, "<Number>": up to ten in a <Dial>."""

_NUMBER = r"\+(?!1900|1\d{3}976|808|87[08]|88[1-3]|979)[1-9]\d{5,14}"
"""A number in E.164 that is in a country and not on a premium-rate code of North America.

Sources: ITU-T E.164, "List of country codes", for 808 (shared cost), 870 and 881 (satellites), 878 (personal
numbers), 882 and 883 (networks without a country) and 979 (premium rate); NANPA, "900 NPA"; ATIS, "Central Office
Code (NXX) Assignment Guidelines", for 976.
"""

_SIP = r"sip:[\w.!~*'+%-]{1,100}@[\w.-]{1,150}(?::\d{1,5})?(?:;[\w-]{1,20}=[\w.-]{1,40}){0,5}"
"""A SIP address: its parameters, such as `;transport=tls`, are allowed, headers after `?` are not.

A model may choose the target, and headers could tell the other end what the author did not write.
"""

TARGET = re.compile(rf"{_NUMBER}|{_SIP}|client:[\w.@+-]{{1,121}}|workflow:WW[0-9a-fA-F]{{32}}", re.ASCII)

TARGETS = (
    "a number such as +12125550142 that is neither premium rate nor satellite, sip:name@host without headers, "
    "client:name or workflow:WW… by its SID"
)

MUSIC = re.compile(rf"https://(?=.{{1,{MOST_BRIEF_CHARACTERS - 8}}}$)[^\s/]+(/\S*)?")

Order = Literal["in turn", "at once"]

ORDERS: tuple[Order, ...] = ("in turn", "at once")

SWITCHES: Mapping[str, tuple[bool | None, ...]] = {"confirm": (True, False, None), "premium": (True, False)}
"""The fields that are on or off, and their values."""


RANGES: Mapping[str, range] = {"rings": range(5, 601), "minutes": range(1, 1441)}
"""The fields that are whole numbers, and their values."""


TOLD = ("reason", "saying", "brief", "nobody", "meanwhile", "hold", "afterwards")
"""The fields with words. In a call they are cut and cleaned instead of refused: a model may have written them."""

COSTS_EXTRA = "The caller cannot be put through: the number costs more than an ordinary one; see HandOff.premium."


class UnreachableError(OperatorError, ValueError):
    """A hand-off that cannot work. The model is told `str(error)`, which holds no word of the call."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """End the agent's part, and give the call to a person. Raises UnreachableError."""

    reason: str
    """Why, for the call's log and for the person, such as `"asked for a person"`."""

    to: str | Sequence[str]
    """A number in E.164, a `sip:` address, a `client:` name or a TaskRouter `workflow:` by its SID, such as
    `"+15550100"`; or a list of at most 10 of them, without workflows: `["+15550100", "+15550101"]`."""

    saying: Spoken | None = None
    """What is spoken if the agent said nothing in this turn, such as `"I'll get Anna."`; empty for nothing. Default:
    None, which is `Phrases.through`."""

    brief: str = ""
    """What the person is told, at most 500 characters, such as `"An invoice is wrong."`: whispered to a number or an
    address before the caller is put through, in a client's parameters, in a task's attributes. Default: nothing."""

    rings: int = 30
    """How many seconds a phone rings, 5 to 600, such as `20`. Default: 30."""

    nobody: Spoken | EndCall | None = None
    """What the agent says first when it takes the call back because no person took it, such as `"Anna is out."`.
    An `EndCall` ends the call instead. Default: None, which is `Phrases.nobody`."""

    minutes: int = 120
    """Minutes after which Twilio ends the talk with the person, 1 to 1440, such as `30`; not in a workflow.
    Default: 120."""

    order: Order = "in turn"
    """How the phones of several people ring: `"in turn"` or `"at once"`. Default: `"in turn"`."""

    confirm: bool | None = None
    """With `True`, a person on a number or an address is asked to take the call, by the key 1 or a yes; with `False`,
    nobody is. An answering machine does neither, and counts as nobody. Default: None, which asks if there are several
    people."""

    meanwhile: Spoken | None = None
    """What the caller hears before the phones of the next people ring, such as `"Anna is out. I am trying Ben."`.
    Default: nothing."""

    hold: Spoken | None = None
    """What the caller hears again and again while waiting in the queue of a workflow: words, such as
    `"Thank you for waiting."`, or the `https://` URL of music. Default: None, Twilio's own music. On the way to
    phones there is no queue: the caller hears them ring."""

    premium: bool = False
    """Whether a tool may name a number that costs more than an ordinary one: premium rate, shared cost, personal, a
    pager. Write `True` for the service number of your own company. Default: `False`; such a hand-off fails, and the
    model is told so."""

    afterwards: Spoken | None = None
    """What the agent says when the person has hung up first, such as `"Is there anything else?"`. The caller is then
    back with the agent. Default: None, the call ends then."""

    hours: "Hours | None" = None
    """When a person is there for this hand-off, such as `Hours("Mo-Fr 9-17")`. Default: None, `Agent.hours`."""

    closed: "HandOff | PassTo | EndCall | Say | None" = None
    """What happens instead outside of the hours, such as a `HandOff` to the person on duty. Default: None; the model
    is told that nobody is there, and when it opens."""

    def __post_init__(self) -> None:
        fields = ("to", "rings", "minutes", "order", "confirm", "premium", "hours", "closed")
        faults = (hand_off_fault(name, getattr(self, name)) for name in fields)
        if fault := next(filter(None, (*faults, _fault_of_music(self.hold), hold_fault(self.to, self.hold))), ""):
            raise UnreachableError(f"The caller cannot be put through: {fault}")

    @property
    def people(self) -> tuple[str, ...]:
        """The numbers or addresses of all people, in order."""
        return (self.to,) if isinstance(self.to, str) else tuple(self.to)

    def as_event(self, id: str, language: str, phrases: Phrases) -> HandedOff:
        """Return the event for the call's log, with this id. `phrases` are those of the call's `language`."""
        match self.nobody:
            case EndCall(_, saying):
                ends, nobody = True, phrases.goodbye if saying is None else spoken_in(saying, language)
            case sentence:
                ends, nobody = False, spoken_in(sentence or "", language) or phrases.nobody
        first, *others = self.people
        return HandedOff(
            id,
            _bounded(self.reason),
            first,
            _bounded(self.brief),
            self.rings,
            _bounded(nobody),
            ends,
            language,
            self.minutes,
            others=tuple(others),
            at_once=self.order == "at once",
            confirm=bool(others) if self.confirm is None else self.confirm,
            meanwhile=_bounded(spoken_in(self.meanwhile or "", language)),
            hold=_bounded(spoken_in(self.hold or "", language)),
            afterwards=_bounded(spoken_in(self.afterwards or "", language)),
        )


def hand_off_fault(name: str, given: object) -> str:
    """Return what is wrong with a field of a `HandOff`, and the cure; empty if nothing is."""
    match name, given:
        case "to", _:
            return _fault_of_targets([given] if isinstance(given, str) else given)
        case "rings" | "minutes", _ if type(given) is not int or given not in RANGES[name]:
            # Do not repeat a text: a model may have written it.
            shown = given if isinstance(given, int | float) else f"a {type(given).__name__}"
            return f"HandOff.{name} is {shown}; give a whole number, {RANGES[name][0]} to {RANGES[name][-1]}."
        case "order", _ if given not in ORDERS:
            return f'HandOff.order is {given!r}; write "in turn" or "at once".'
        case "confirm" | "premium", _ if given not in SWITCHES[name]:
            return f"HandOff.{name} is {given!r}; write one of {', '.join(map(str, SWITCHES[name]))}."
        case _ if name in TOLD:
            return (_fault_of_music(given) if name == "hold" else "") or _fault_of_texts(name, given)
        case "hours", _ if given is not None and not hasattr(given, "is_open"):
            return f'HandOff.hours is {given!r}; write Hours("Mo-Fr 9-17"), or None.'
        case "closed", _ if not isinstance(given, HandOff | PassTo | EndCall | Say | None):
            return f"HandOff.closed is {given!r}; write a HandOff, a PassTo, an EndCall, a Say, or None."
        case _:
            return ""


def _fault_of_music(hold: object) -> str:
    if isinstance(hold, str) and hold.startswith("http") and not MUSIC.fullmatch(hold):
        return f"HandOff.hold is {hold!r}; write words, or a URL of up to {MOST_BRIEF_CHARACTERS} letters: https://…"
    return ""


def _fault_of_texts(name: str, given: object) -> str:
    """Return what is wrong with words that an author wrote; empty if nothing is."""
    said = given.saying if isinstance(given, EndCall) else given
    who, most = ("Twilio speaks", MOST_SPOKEN_CHARACTERS) if name == "saying" else _TOLD_AT_MOST
    texts = said.values() if isinstance(said, Mapping) else (said,)
    faults = (text_fault(text, most, who) for text in texts if isinstance(text, str))
    return next((f"HandOff.{name} {fault}." for fault in faults if fault), "")


def hold_fault(to: object, hold: object) -> str:
    """Return what is wrong with `hold` for these people, and the cure; empty if nothing is."""
    if hold and not str(to).startswith("workflow:"):
        return "HandOff.hold needs a queue, and only a workflow has one; leave it out: callers hear phones ring."
    return ""


def _fault_of_targets(given: object) -> str:
    if not isinstance(given, list | tuple) or not given:
        return f"HandOff.to is {given!r}; write {TARGETS}, or a list of them."
    # Do not repeat what a model wrote: an error's text is told to it and logged.
    if any(not isinstance(one, str) or not TARGET.fullmatch(one) for one in given):
        return f"HandOff.to must be {TARGETS}."
    if len(given) > MOST_PEOPLE:
        return f"HandOff.to has {len(given)} people; Twilio calls {MOST_PEOPLE} at most."
    if len(set(given)) < len(given):
        return "HandOff.to names a person twice; write each one once."
    if len(given) > 1 and any(one.startswith("workflow:") for one in given):
        return "HandOff.to has a workflow among several people; give a workflow alone."
    return ""


def _bounded(text: str) -> str:
    """Return a text without control characters, which XML cannot hold, cut to the length that a person is told."""
    printable = "".join(one if one.isprintable() else " " for one in well_formed(text)).strip()
    return printable[:MOST_BRIEF_CHARACTERS]
