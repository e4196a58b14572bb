"""Decides how a hand-off goes on: whose phones ring next, whether a person takes the call, who took it.

A hand-off rings its people in one or more rings. In turn, a ring is one person; at once, it is all people who have
not yet answered. Twilio connects the first phone that picks up and hangs up the rest, so the others ring again if
that person declines or is a machine. The call's log decides, so a callback that comes twice gets the same answer.

agent/hand_off.py defines a hand-off, live/hand_offs.py checks it first, after_session.py begins it, and
webhooks/transferring.py answers the webhooks of its rings.
Sources: Twilio, "<Number>" and "<Dial>"; "Answering Machine Detection", asynchronous.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entry, HandedOff, Tried
from functions.relay.log.keys import Key

MOST_ASKED = 2
"""How often a person who says nothing clear is asked."""

MOST_WORDS = 4
"""Words of the longest spoken answer. A longer text is the greeting of a machine."""

MACHINES = ("machine", "fax")
"""How Twilio's AnsweredBy begins if no person has answered."""

_YES: Mapping[str, frozenset[str]] = {
    "en": frozenset({"yes", "yeah", "yep", "sure", "okay", "ok", "one"}),
    "de": frozenset({"ja", "gern", "gerne", "okay", "ok", "eins"}),
    "es": frozenset({"sí", "si", "claro", "vale", "uno"}),
    "fr": frozenset({"oui", "d'accord", "ok", "un"}),
    "it": frozenset({"sì", "si", "certo", "ok", "uno"}),
}

_NO: Mapping[str, frozenset[str]] = {
    "en": frozenset({"no", "not", "nope", "don't", "can't", "two"}),
    "de": frozenset({"nein", "nicht", "zwei"}),
    "es": frozenset({"no", "dos"}),
    "fr": frozenset({"non", "pas", "deux"}),
    "it": frozenset({"no", "non", "due"}),
}

Reply = Literal["take", "decline", "unclear"]


@dataclass(frozen=True, slots=True)
class Ring:
    """People of a hand-off whose phones ring at the same time: one <Dial>."""

    hand_off: HandedOff
    number: int
    """Counts the rings of the hand-off from 0."""

    people: tuple[int, ...]
    """Their places in `hand_off.people`."""


def first_ring(hand_off: HandedOff) -> Ring:
    """Return the people whose phones ring first."""
    return Ring(hand_off, 0, tuple(range(len(hand_off.people))) if hand_off.at_once else (0,))


def ring_of(hand_off: HandedOff, number: int, log: Iterable[Entry]) -> Ring | None:
    """Return the ring of this number; None if no person is left for it."""
    everybody = range(len(hand_off.people))
    if not hand_off.at_once:
        return Ring(hand_off, number, (number,)) if number in everybody else None
    answered = {one.person for one in tries(hand_off.id, log) if one.ring < number}
    left = tuple(person for person in everybody if person not in answered)
    # The ring before this one must have ended with an answer: phones that were not answered do not ring again.
    again = number == 0 or any(one.ring == number - 1 for one in tries(hand_off.id, log))
    return Ring(hand_off, number, left) if left and again else None


def tries(hand_off: str, log: Iterable[Entry]) -> tuple[Tried, ...]:
    """Return what is known of the calls to the people of a hand-off."""
    return tuple(one.event for one in log if isinstance(one.event, Tried) and one.event.hand_off == hand_off)


def tried(hand_off: HandedOff, ring: int, person: int, how: str, leg: str) -> Entry:
    """Return the entry about the call to a person. Only one person can have taken a ring: that has one key."""
    name = "taken" if how == "taken" else f"{person}/{leg}/{how}"
    return Entry(Key(0, f"{hand_off.id}/{ring}/{name}"), Tried(hand_off.id, ring, person, how, leg))


def is_asked(hand_off: HandedOff, person: int) -> bool:
    """Return whether a person is asked to take the call. A client is not: its own app asks."""
    return hand_off.confirm and hand_off.people[person].startswith(("+", "sip:"))


def is_followed(hand_off: HandedOff) -> bool:
    """Return whether the log says what becomes of each call to a person."""
    return hand_off.confirm or bool(hand_off.others)


def reply_of(digits: str, speech: str, language: str, machine: bool) -> Reply:
    """Return what a dialled person answers. Words of a machine, and many words, do not count."""
    if digits:
        return "take" if digits == "1" else "decline" if digits == "2" else "unclear"
    if machine:
        return "decline"
    words = [word.strip(".,!?¡¿").lower() for word in speech.split()]
    if len(words) > MOST_WORDS:
        return "unclear"
    primary = language.partition("-")[0].lower()
    if _NO.get(primary, _NO["en"]).intersection(words):
        return "decline"
    return "take" if _YES.get(primary, _YES["en"]).intersection(words) else "unclear"


def missing_outcomes(ring: Ring, why: str, log: Iterable[Entry]) -> Iterator[tuple[int, str]]:
    """Yield the outcomes of a ring that are not in the log yet: the person, and how it went.

    `why` is why no person took the call; empty if one did. A person who answered and said nothing has hung up.
    """
    known: dict[int, set[str]] = {}
    for one in tries(ring.hand_off.id, log):
        if one.ring == ring.number:
            known.setdefault(one.person, set()).add(one.how)
    if known:
        yield from ((person, "declined") for person, how in known.items() if why and how == {"answered"})
    elif why or len(ring.people) == 1:
        yield from ((person, why or "taken") for person in ring.people)


def has_machine(leg: str, log: Iterable[Entry]) -> bool:
    """Return whether Twilio has heard a machine on the call to a person."""
    return any(isinstance(one.event, Tried) and one.event.leg == leg and one.event.how == "machine" for one in log)


def taker(hand_off: HandedOff, known: Sequence[Tried]) -> str:
    """Return the number or address of the person who took the call, if a person did; empty if it is not known."""
    taken = [one.person for one in known if one.how == "taken"]
    if not taken and known:
        newest = max(one.ring for one in known)
        taken = [one.person for one in known if one.ring == newest and one.how == "answered"]
    if not taken:
        return "" if hand_off.others else hand_off.to
    return hand_off.people[taken[-1]] if taken[-1] < len(hand_off.people) else ""


_FROM_LEAST = ("answered", "silent", "declined", "machine", "taken")
"""Outcomes that say more of a person come later. Twilio's status of a phone that did not answer comes first."""


def outcomes(hand_off: HandedOff, known: Sequence[Tried]) -> tuple[tuple[str, str], ...]:
    """Return what became of each person who was called: the number or address, and how it went."""
    found = {one.person: one.how for one in sorted(known, key=_telling)}
    return tuple((hand_off.people[person], how) for person, how in sorted(found.items()))


def _telling(one: Tried) -> tuple[int, int]:
    return one.ring, _FROM_LEAST.index(one.how) if one.how in _FROM_LEAST else -1
