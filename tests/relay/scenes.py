"""Logs written by hand and random ones, with what the caller of each really heard."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from functions.relay.call.turn import SAME_MOMENT_MS
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Ending,
    Entry,
    Event,
    SessionOpened,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Info, Interrupt, Partial, Prompt, Setup
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolResults

START = 1_790_000_000_000
GREETING = "Rosa's, good evening! How can I help?"


def at(moment: int, event: Event, id: str = "") -> Entry:
    """One frame at a moment of the call, in milliseconds."""
    return Entry(_key(moment, id), event)


def under(moment: int, slot: int, event: Event, id: str = "") -> Entry:
    """An entry of the agent under the frame at that moment."""
    return Entry(_key(moment, id).under(slot), event)


def answer(moment: int, *said: str, how: Ending = "complete") -> tuple[Entry, ...]:
    """An answer without tools, in one part or, with a round of tools between them, in several."""
    parts = [under(moment, 100 * (number + 1), AgentSaid(text)) for number, text in enumerate(said)]
    return (*parts, under(moment, 999, AnswerEnded(how)))


def played(moment: int, text: str, id: str = "") -> Entry:
    return at(moment, Info("tokensPlayed", text), id)


def opened(greeting: str = GREETING, remembered: tuple[Message, ...] = (), *, preemptible: bool = False) -> Entry:
    begins = SessionOpened("rosa", "CA1", "+15550101", "+15550100", greeting, (), remembered, preemptible=preemptible)
    return under(0, 2, begins)


def _key(moment: int, id: str) -> Key:
    return Key(START + moment, id or f"id{moment}")


def bare(text: str) -> str:
    return "".join(text.split())


def problems(lines: Iterable[Message]) -> list[str]:
    """Return what a model would refuse in these lines, or misunderstand."""
    lines = tuple(lines)
    found = [f"begins with {lines[0]}"] if lines and not isinstance(lines[0], CallerMessage) else []
    for one, other in zip(lines, [*lines[1:], None], strict=False):
        match one, other:
            case (CallerMessage(), CallerMessage()) | (AgentMessage(_, ()), AgentMessage()):
                found.append(f"not merged: {one}, {other}")
            case AgentMessage(_, asks), ToolResults(answers) if asks:
                if [ask.id for ask in asks] != [answer.id for answer in answers]:
                    found.append(f"asks and answers differ: {one}, {other}")
            case AgentMessage(_, asks), _ if asks:
                found.append(f"never answered: {one}")
            case ((CallerMessage() | AgentMessage(_, ())), ToolResults()):
                found.append(f"never asked: {other}")
            case _:
                pass
        silent = isinstance(one, CallerMessage | AgentMessage) and not one.text.strip()
        if silent and not getattr(one, "tool_calls", ()):
            found.append(f"nothing said: {one}")
    return found


@dataclass
class Scene:
    """A session as its log, and what was really played of each turn; the first is the greeting."""

    entries: list[Entry] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)


@dataclass
class _Line:
    """Plays what it gets in order, a clause at a time. An interruption drops everything that waits."""

    draw: st.DrawFn
    scene: Scene = field(default_factory=Scene)
    waiting: list[tuple[int, str]] = field(default_factory=list)
    now: int = 0
    words: int = 0
    reported: bool = False

    def open(self) -> None:
        clauses = self._clauses(1, 3)
        self._frame(Setup("VX1", "CA1", "+15550101", "+15550100"), "000000")
        self.scene.entries.append(
            Entry(Key(START, "000000", 2), SessionOpened("rosa", "CA1", "", "", " ".join(clauses)))
        )
        self._give(clauses)

    def prompt(self) -> None:
        self.now += self.draw(st.integers(1, 9))
        turn, before = len(self.scene.heard), self._clauses(0, 3)
        self._frame(Prompt(f"question {turn}"))
        key, acts = self.scene.entries[-1].key, [AgentSaid(" ".join(before))] if before else []
        self.scene.entries += [Entry(key.under(100), act) for act in acts]
        after = self._tool(key) if self.draw(st.booleans()) else []
        self.scene.entries.append(Entry(key.under(999), AnswerEnded("complete")))
        self._give([*before, *after])
        # No voice begins earlier, so nothing of this answer is reported or cut before.
        self.now += SAME_MOMENT_MS + 1

    def play(self) -> None:
        self.now += self.draw(st.integers(0, 9))
        if self.waiting:
            self._play(self.waiting.pop(0))

    def interrupt(self) -> None:
        self.now += self.draw(st.integers(1, 9))
        if not self.waiting:
            return
        turn, clause = self.waiting[0]
        words = clause.split()
        # A cut before the first sound looks like a line that never reports.
        fragment = " ".join(words[: self.draw(st.integers(0 if self.reported else 1, len(words)))])
        first, second = self.draw(st.permutations(["a", "b"]))
        if fragment:
            self._played(turn, fragment, fragment, f"{first}{self.words}")
        self._frame(Interrupt(fragment, 300), f"{second}{self.words}")
        self.scene.dropped |= {waiting for waiting, _ in self.waiting}
        self.waiting.clear()

    def chatter(self) -> None:
        self.now += self.draw(st.integers(0, 9))
        chatter: list[Event] = [Info("agentSpeaking", "on"), Partial("I"), Info("clientSpeaking", "off")]
        self._frame(self.draw(st.sampled_from(chatter)))

    def _tool(self, key: Key) -> list[str]:
        self.scene.entries.append(Entry(key.under(101), ToolCalled("ask", "find", "{}")))
        if self.draw(st.booleans()):
            self.scene.entries.append(Entry(key.under(102), ToolReturned("ask", "found")))
        after = self._clauses(0, 2)
        self.scene.entries += [Entry(key.under(200), AgentSaid(" ".join(after)))] if after else []
        return after

    def _clauses(self, least: int, most: int) -> list[str]:
        return [self._clause() for _ in range(self.draw(st.integers(least, most)))]

    def _clause(self) -> str:
        self.words += 1
        return " ".join(f"w{self.words}x{number}" for number in range(self.draw(st.integers(1, 4)))) + "."

    def _give(self, clauses: list[str]) -> None:
        turn = len(self.scene.heard)
        self.scene.heard.append("")
        self.scene.said.append(" ".join(clauses))
        self.waiting += [(turn, clause) for clause in clauses]

    def _play(self, waiting: tuple[int, str]) -> None:
        turn, clause = waiting
        self._played(turn, clause, self.draw(st.sampled_from([clause, f" {clause}", f"{clause}\n"])))

    def _played(self, turn: int, words: str, text: str, id: str = "") -> None:
        self.reported = True
        self.scene.heard[turn] = f"{self.scene.heard[turn]} {words}".strip()
        self._frame(Info("tokensPlayed", text), id)

    def _frame(self, event: Event, id: str = "") -> None:
        # Most frames of one millisecond have ids in the order of the socket. Tests of other orders say so.
        self.scene.entries.append(Entry(Key(START + self.now, id or f"{len(self.scene.entries):06d}"), event))


@st.composite
def scenes(draw: st.DrawFn, shortest: int = 0, longest: int = 24) -> Scene:
    """A session of so many steps, in the order of the socket, on a line that reports what it plays."""
    line = _Line(draw)
    line.open()
    steps = st.sampled_from([line.prompt, line.play, line.play, line.play, line.interrupt, line.chatter])
    for step in draw(st.lists(steps, min_size=shortest, max_size=longest)):
        step()
    return line.scene
