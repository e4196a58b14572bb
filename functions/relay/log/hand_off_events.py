"""Defines the events of a hand-off to people, in the log of a call.

An answer writes the hand-off under its turn's key. Webhooks that run after the session write the rest.
"""

from functions.relay.dataclass import dataclass

MENU = "menu"
"""The reason of a hand-off by an agent's menu."""


@dataclass(frozen=True, slots=True)
class HandedOff:
    """Under a turn: the caller goes to a person when the session ends with this id."""

    id: str
    reason: str
    to: str
    brief: str = ""
    rings: int = 30
    """Seconds for which the person's phone rings."""

    nobody: str = ""
    """What the caller hears if no person answers, in the call's `language`."""

    ends: bool = False
    """Whether the call ends after these words."""

    language: str = ""
    minutes: int = 120
    others: tuple[str, ...] = ()
    """The people after `to`: numbers or addresses."""

    at_once: bool = False
    """Whether all phones ring at the same time; if not, one after another."""

    confirm: bool = False
    """Whether a person is asked to take the call. A machine that answers then does not count as a person."""

    meanwhile: str = ""
    """What the caller hears before the next phones ring, in the call's `language`."""

    hold: str = ""
    """What the caller hears in the queue of a workflow: words in the call's `language`, or the URL of music.
    Empty for Twilio's own music."""

    afterwards: str = ""
    """What the agent says when the person has hung up first; empty if the call ends then."""

    @property
    def people(self) -> tuple[str, ...]:
        """The numbers or addresses of all people, in order."""
        return (self.to, *self.others)


@dataclass(frozen=True, slots=True)
class Tried:
    """For a hand-off to people who are asked, or to several: what became of the call to one of them."""

    hand_off: str
    """The hand-off's id."""

    ring: int
    """The number of the <Dial>, from 0."""

    person: int
    """The person's place in `HandedOff.people`, from 0."""

    how: str
    """"answered", "taken", "declined", "silent", "machine", or a DialCallStatus of Twilio's."""

    leg: str = ""
    """The SID of the call to the person."""


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """Under a HandedOff: the person has hung up, and the caller is back with the agent."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """Under a HandedOff: no person took the call."""

    why: str
    """In the words of Twilio."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The call ended with a hand-off to a person: Twilio's action callback said so."""

    hand_off: str
    """Its id."""

    status: str
    """What became of the call to the person, in the words of Twilio."""

    at: int = 0
    """When the callback came, in the gateway's milliseconds."""
