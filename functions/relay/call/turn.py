"""Describes one turn of a call: what the caller said, what the agent did, and how much of that was heard."""

from dataclasses import replace
from itertools import groupby

from functions.relay.dataclass import dataclass
from functions.relay.log.events import AgentSaid, AnswerEnded, Cause, MachineAnswered, ToolCalled, ToolReturned
from functions.relay.log.keys import ROUND_SLOTS, Key, run_of
from functions.relay.text.letters import bare, split

TurnAct = AgentSaid | ToolCalled | ToolReturned


SAME_MOMENT_MS = 200
"""Milliseconds within which two frames count as one moment: neither can name words that began after the other.

An interrupt and the report of the clause that it cut come in either order, and the gateways' clocks differ by some
milliseconds. After an interrupt it takes 250 ms until a voice begins again. Source: recorded calls.
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller said, and the agent's answer. The greeting is a turn in which the caller says nothing."""

    key: Key
    caller: str = ""
    """What the caller said; empty if something other than a prompt began the turn."""

    acts: tuple[TurnAct, ...] = ()
    """What the agent said and did, in order, as far as it is logged."""

    heard: str = ""
    """The words that the line has reported as played."""

    reached: int = 0
    """How many letters of `said` the line is done with: it has played them, or dropped them and played later ones.

    Letters are all characters but white space, also digits and commas.
    """

    newest: str = ""
    """The letters of the newest report."""

    skipped: str = ""
    """Letters that seemed dropped when `newest` was reported. Their own report may come a moment later."""

    heard_at: int = 0
    """When `newest` was reported, in the gateway's milliseconds."""

    cut: bool = False
    """Whether an interrupt, or the end of the socket, dropped the words that were not played yet."""

    cut_at: int = 0
    """When the turn was cut, in the gateway's milliseconds."""

    fragment: str = ""
    """The words that played when the turn was cut; empty once the line has reported them too."""

    ended: AnswerEnded | None = None
    """How the answer ended; None while it is being given."""

    preemptible: bool = False
    """Whether the words of a newer turn cut off those that still play of this one."""

    followed: bool = False
    """Whether a newer turn has begun, on a line that reports what it plays."""

    heartbeats: int = 0
    """How many heartbeats the invocations of this answer have logged."""

    takeovers: int = 0
    """How often another invocation has taken the answer over."""

    cause: Cause | None = None
    """What began the turn; None for a prompt."""

    slots: tuple[int, ...] = ()
    """The slot of each act under the turn's key."""

    @property
    def rounds(self) -> list[list[TurnAct]]:
        """What was said and done, one list for each request to the model; at least one list."""
        groups = groupby(zip(self.acts, self.slots, strict=True), lambda pair: pair[1] // ROUND_SLOTS)
        return [[act for act, _ in group] for _, group in groups] or [[]]

    @property
    def said(self) -> str:
        """All words that are known to have reached the line."""
        return " ".join(act.text.strip() for act in self._words)

    @property
    def audible(self) -> str:
        """What the caller has heard. An ended answer that was not cut counts as heard: the line plays the rest."""
        if self.ended and not self.cut:
            return f"{self.heard} {self.to_come}".strip() if self.takeovers or self.preempted else self.said
        return self._up_to(self.fragment).heard if self.fragment else self.heard

    @property
    def played(self) -> int:
        """How many letters of `said` the line has played, with those of the clause that was cut."""
        return (self._up_to(self.fragment) if self.fragment else self).reached

    @property
    def logged(self) -> bool:
        """Whether the log holds all words of the turn: the answer has ended, and no invocation of it died."""
        return self.ended is not None and not self.takeovers

    @property
    def preempted(self) -> bool:
        """Whether newer words may have cut off words of this turn. Then only what the line reports was heard."""
        return (self.preemptible and self.followed) or any(act.preemptible for act in self._words)

    @property
    def to_come(self) -> str:
        """The words that the line has still to play."""
        start, left, words = 0, list[str](), self._words
        for act in words:
            replaced = (self.preemptible or act.preemptible) and self.followed
            if not replaced and not (act.preemptible and act is not words[-1]):
                left.append(split(act.text, max(self.reached - start, 0))[1])
            start += len(bare(act.text))
        return " ".join(filter(None, left))

    @property
    def _words(self) -> list[AgentSaid]:
        return [act for act in self.acts if isinstance(act, AgentSaid)]

    @property
    def pending(self) -> bool:
        """Whether words of this turn may still wait to be played."""
        return not self.cut and (self.ended is None or bool(self.to_come))

    @property
    def unfinished(self) -> bool:
        """Whether the caller did not hear the answer to its end."""
        return self.cut or self.ended is None or self.ended.how in ("superseded", "gone")

    @property
    def unlogged(self) -> str:
        """The heard words that are not logged: the invocation that sent them died before it logged them."""
        said = bare(self.said)
        return split(self.audible, len(said))[1] if bare(self.audible).startswith(said) else ""

    def logged_by(self, run: int) -> str:
        """The letters that one run of the answer has logged. `run` is its first slot."""
        pairs = zip(self.acts, self.slots, strict=True)
        return bare("".join(act.text for act, slot in pairs if isinstance(act, AgentSaid) and run_of(slot) == run))

    @property
    def letters_to_play(self) -> int:
        """How many letters of `said` the line has still to play."""
        return len(self._rest)

    def expects(self, text: str) -> bool:
        """Whether these words are among those that the line has still to play."""
        return bare(text) in self._rest

    def next_words_are(self, text: str) -> bool:
        """Whether these are the next words that the line plays of this turn."""
        return bool(bare(text)) and self._rest.startswith(bare(text))

    def is_finished_within(self, text: str) -> bool:
        """Whether this text begins with all that is still to play of this turn, and then goes on."""
        untouched = not self.cut or not self.heard
        return untouched and 0 < self.letters_to_play < len(bare(text)) and bare(text).startswith(self._rest)

    def may_own(self, text: str) -> bool:
        """Whether this text may belong to this turn: the words of a running answer may not be logged yet."""
        return self.ended is None or self.expects(text)

    def may_be_heard(self, at: int) -> bool:
        """Whether its first words may have been played by this time: no answer begins within a moment.

        The turn of an answering machine ends the session and has no words.
        """
        return not isinstance(self.cause, MachineAnswered) and at - self.key.at > SAME_MOMENT_MS

    def is_spared_by(self, interrupt: Key) -> bool:
        """Whether this interrupt happened before the first words of this turn were played: it cut older words."""
        known = any(isinstance(act, AgentSaid) and act.after >= str(interrupt) for act in self.acts)
        sent_ms = self.ended.first_words_ms if self.ended else 0
        begun = self.heard or not (self.caller or self.cause) or had_begun(sent_ms, interrupt.at - self.key.at)
        return known or (not begun and interrupt.at - self.key.at <= SAME_MOMENT_MS)

    def spoken_after(self, reminder: Key) -> bool:
        """Whether this turn's invocation began late, and knew that the turn of a newer reminder had spoken."""
        first = next((act for act in self.acts if isinstance(act, AgentSaid)), None)
        return first is not None and first.behind >= str(reminder)

    def is_sent_before(self, apology: "Turn") -> bool:
        """Whether this prompt's answer began before a late apology for an older prompt. Other keys tell no time."""
        behind = any(isinstance(act, AgentSaid) and act.behind == str(apology.key) for act in self.acts)
        older = apology.key < self.key and not apology.cause
        return older and not behind and 0 < self.sent_at <= apology._apologised_at

    @property
    def sent_at(self) -> int:
        """When its first words were sent, ms; 0 if it is not known: only the key of a prompt tells a time."""
        first_words_ms = self.ended.first_words_ms if self.ended and not self.cause else 0
        return self.key.at + first_words_ms if first_words_ms else self._apologised_at

    @property
    def _apologised_at(self) -> int:
        """When an apology that could not read the log was sent, ms; 0 if this turn has none."""
        moments = (Key.parse(act.after) for act in self.acts if isinstance(act, AgentSaid) and act.after)
        return next((moment.at for moment in moments if not moment.message), 0)

    def starts_with(self, text: str) -> bool:
        """Whether this turn starts with this text, although it seemed to be cut before its first words."""
        nothing = not self.heard and not self.fragment
        return self.cut and nothing and bool(bare(text)) and bare(self.said).startswith(bare(text))

    def starts_at_end_of(self, text: str) -> int:
        """Return how many letters at the end of this text are the first ones of this turn; 0 if all or none are."""
        if self.cut or self.reached:
            return 0
        ends = (bare(" ".join(text.split()[number:])) for number in range(1, len(text.split())))
        return next((len(end) for end in ends if self._rest.startswith(end)), 0)

    def just_cut(self, at: int) -> bool:
        """Whether the turn was cut within a moment of `at` (ms)."""
        return self.cut and at - self.cut_at <= SAME_MOMENT_MS

    def just_heard(self, text: str, at: int) -> bool:
        """Whether these words end with the words that were reported within a moment of `at` (ms)."""
        return bool(self.newest) and at - self.heard_at <= SAME_MOMENT_MS and bare(text).endswith(self.newest)

    def just_skipped(self, text: str, at: int) -> bool:
        """Whether these words seemed dropped, because a report within a moment of `at` (ms) named later words."""
        return at - self.heard_at <= SAME_MOMENT_MS and bool(bare(text)) and bare(text) in self.skipped

    def hear(self, text: str, at: int) -> "Turn":
        """Return the turn after a frame at `at` (ms) has reported these words as played."""
        if self.just_cut(at):
            return self._hear_of_the_cut(text, at)
        if self.just_skipped(text, at):
            before, after = split(self.heard, len(bare(self.heard)) - len(self.newest))
            return replace(self, heard=f"{before} {text.strip()} {after}".strip(), skipped="")
        whole = replace(self, cut=False) if self.starts_with(text) else self
        settled = replace(whole._up_to(whole.fragment), fragment="")
        heard = settled._after_a_gap(text) if settled.cut or settled.preempted else settled._up_to(text)
        return replace(heard, newest=bare(text), heard_at=at)

    def interrupted(self, text: str, at: int) -> "Turn":
        """Return the turn after a frame at `at` (ms) has cut it in the middle of these words."""
        fragment = "" if self.just_heard(text, at) or not self.may_own(text) else text.strip()
        return replace(self, cut=True, cut_at=at, fragment=fragment)

    def stopped(self, text: str, at: int) -> "Turn":
        """Return the turn cut in the middle of these words. The line does not report; it played all before them."""
        if self.cut and (self.heard or self.fragment):
            return self
        before = bare(self.said).find(bare(text)) if bare(text) else 0
        heard = split(self.said, max(before, 0))[0]
        return replace(self, heard=heard, reached=len(bare(heard)), cut=True, cut_at=at, fragment=text.strip())

    def played_out(self) -> "Turn":
        """Return the turn with all of its words played."""
        heard = f"{self.heard} {self.to_come}".strip() if self.preempted else self.said
        return replace(self, heard=heard, reached=len(bare(self.said)))

    def _hear_of_the_cut(self, text: str, at: int) -> "Turn":
        """Return the cut turn after a report of the cut clause, of a clause before it, or of late words after it."""
        fragment, rest = bare(self.fragment), self._rest
        if bare(text) == fragment:
            heard = replace(self._up_to(text), fragment="")
        elif rest.find(bare(text)) > rest.find(fragment):
            heard = replace(self._up_to(self.fragment), fragment="")._after_a_gap(text)
        else:
            heard = self._up_to(text)
        return replace(heard, newest=bare(text), heard_at=at)

    def _up_to(self, text: str) -> "Turn":
        """Return the turn with these words played, and all words before them: the line plays words in order."""
        before = self._rest.find(bare(text))
        if before < 0:
            return self if self.logged else replace(self, heard=f"{self.heard} {text.strip()}".strip())
        played = split(split(self.said, self.reached)[1], before + len(bare(text)))[0]
        return replace(self, heard=f"{self.heard} {played}".strip(), reached=self.reached + len(bare(played)))

    def _after_a_gap(self, text: str) -> "Turn":
        """Return the turn with these words played. They reached the line after it dropped the words before them."""
        skipped, found, _ = self._rest.partition(bare(text))
        reached, skipped = (self.reached + len(skipped) + len(found), skipped) if found else (self.reached, "")
        return replace(self, heard=f"{self.heard} {text.strip()}".strip(), reached=reached, skipped=skipped)

    @property
    def _rest(self) -> str:
        return bare(self.said)[self.reached :]


def had_begun(first_words_ms: int, after_ms: int) -> bool:
    """Return whether first words had been sent `after_ms` after their turn began. Those of a draft come at once."""
    return 0 < first_words_ms <= after_ms
