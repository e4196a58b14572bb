"""A note to look at a call again. No note is ever cancelled: one that comes back is compared with the log."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowUpNote:
    """Something ended in a log of a call; look whether the call is over."""

    log: str
    """The name of the call's log, or of one of its sessions'."""

    waited: int
    """Seconds that have passed since, when this note comes back."""

    def write(self) -> str:
        """Return the note as text."""
        return json.dumps([self.log, self.waited])


def read(text: str) -> FollowUpNote:
    """Return the note in a text. Raises ValueError for any other text."""
    try:
        match json.loads(text):
            case [str(log), int(waited)]:
                return FollowUpNote(log, waited)
            case _:
                pass
    except (ValueError, RecursionError):
        pass
    raise ValueError("no note of a follow-up")
