"""A call as a conversation: who said what, how each prompt was answered, and how fast."""

from dataclasses import dataclass, field, replace

from .effects import Heard, Took
from .frames import Text
from .records import Line, Speaker, Turn


@dataclass(slots=True)
class Transcript:
    """Lines and turns, which grow during the call."""

    lines: list[Line] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    _cycle: int = 0

    @property
    def heard(self) -> str:
        """Everything that the caller heard the agent say."""
        return " ".join(line.text.strip() for line in self.lines if line.who == "agent")

    def prompted(self, text: str, at: float) -> None:
        """Add a final prompt."""
        self._add("caller", text)
        self.turns.append(Turn(text, at))

    def keyed(self, digit: str) -> None:
        """Add a key."""
        self._add("caller", f"[{digit}]")

    def took(self, message: Took, at: float) -> None:
        """Add a message of the application."""
        if self.turns and isinstance(message.message, Text) and message.message.token:
            turn = self.turns[-1]
            first = at - turn.sent_at if turn.first_text is None else turn.first_text
            self.turns[-1] = replace(turn, first_text=first, texts=turn.texts + 1)

    def interrupted(self) -> None:
        """Add an interruption."""
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], interrupted=True)

    def played(self, heard: Heard) -> None:
        """Add what was played."""
        fresh, self._cycle = heard.cycle != self._cycle, heard.cycle
        self._add("agent", heard.text, fresh=fresh)
        if self.turns:
            turn = self.turns[-1]
            self.turns[-1] = replace(turn, heard=_join(turn.heard, heard.text, fresh=fresh))

    def __str__(self) -> str:
        return "\n".join(f"{line.who}: {line.text.strip()}" for line in self.lines)

    def _add(self, who: Speaker, text: str, *, fresh: bool = True) -> None:
        if self.lines and self.lines[-1].who == who:
            self.lines[-1] = Line(who, _join(self.lines[-1].text, text, fresh=fresh))
        else:
            self.lines.append(Line(who, text.lstrip()))


def _join(before: str, text: str, *, fresh: bool) -> str:
    """Join words as the caller hears them: chunks of one talk cycle as they are, cycles with a pause."""
    return f"{before.rstrip()} {text.lstrip()}".lstrip() if fresh else (before + text).lstrip()
