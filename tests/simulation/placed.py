"""Calls that the agent places, and when Twilio reports who has answered them."""

from dataclasses import dataclass

from tests.simulation.chance import Chance

ODDS = 0.1
"""The share of the calls that the agent places."""

LOOKS_AFTER_S = 0.01
"""Seconds from the append of a report to the read that looks for the session."""

OPENS_WITHIN_S = 0.15
"""Seconds in which a session opens, about: a report may come before, after, or meanwhile."""

LATEST_S = 20.0
"""Seconds after which Twilio has made up its mind."""

ANSWERS = (*("machine_end_beep", "machine_end_silence", "machine_end_other", "fax") * 2, "human", "unknown")


@dataclass(frozen=True, slots=True)
class Placed:
    """Whether the agent places the call, who answers it, and when Twilio reports that, in seconds of the run."""

    direction: str = ""
    answered_by: str = ""
    reports: tuple[float, ...] = ()

    @classmethod
    def of(cls, chance: Chance) -> "Placed":
        """Return what a seed decides. A report may come twice, as any webhook may."""
        if not chance.happens("a call of ours", ODDS):
            return cls()
        early = chance.happens("who answered is heard as the session opens", 0.4)
        first = chance.between("who answered is heard at", 0.0, OPENS_WITHIN_S if early else LATEST_S)
        again = chance.happens("who answered is heard twice", 0.5)
        moments = (first, first + chance.between("who answered is heard again after", 0.0, 3.0))
        return cls("outbound-api", chance.one_of("who answered", ANSWERS), moments[: 1 + again])
