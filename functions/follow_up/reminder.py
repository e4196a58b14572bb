"""Defines the reminder to check a call again. No reminder is cancelled: when it comes, the log decides."""

import json

from functions.relay.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FollowUpReminder:
    """A part of a call has ended, or begun long ago: check whether the call is over."""

    log: str
    """The name of the call's log, or of the log of one of its sessions."""

    waited: int
    """Seconds from then until this reminder comes."""

    by: str = ""
    """What sent this reminder first: of several reminders about a call, one tells others of it."""

    tries: int = 0
    """How often a model has failed to summarize the call."""

    watches: bool = False
    """Whether a part of the call has begun, not ended: perhaps nothing reports its end."""

    def write(self) -> str:
        """Return the reminder as text."""
        return json.dumps([self.log, self.waited, self.by, self.tries, self.watches])


def read(text: str) -> FollowUpReminder:
    """Return the reminder in a text. Raises ValueError for any other text."""
    try:
        match json.loads(text):
            case [str(log), int(waited), str(by)]:  # as versions before 0.2 sent it
                return FollowUpReminder(log, waited, by)
            case [str(log), int(waited), str(by), int(tries), *more]:
                return FollowUpReminder(log, waited, by, tries, more == [True])
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    raise ValueError("not a reminder of a follow-up")
