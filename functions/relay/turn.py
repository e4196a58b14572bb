"""One turn of a call: what the caller said, what the agent did about it, and how much of that was heard."""

from dataclasses import dataclass, replace

from functions.relay.events import Answered, Asked, Cause, Ended, Key, Said

Act = Said | Asked | Answered


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn; the greeting is one with no words of the caller. `cause` is what began it, if that was no prompt.

    `heard` is what the line reported as played; `cut` says that an interruption or the socket's end dropped the
    rest; `ended` is None while the answer is being given; `signs` are those of life that whoever gives it has left,
    `taken` is how often it was taken over.
    """

    key: Key
    caller: str = ""
    acts: tuple[Act, ...] = ()
    heard: str = ""
    cut: bool = False
    ended: Ended | None = None
    signs: int = 0
    taken: int = 0
    cause: Cause | None = None

    @property
    def said(self) -> str:
        """All the words known to have reached the line."""
        return " ".join(act.text.strip() for act in self.acts if isinstance(act, Said))

    @property
    def audible(self) -> str:
        """What the caller has heard or, if nothing was cut, will have heard by the time that it matters."""
        return self.heard if self.cut or not self.ended else self.said

    @property
    def pending(self) -> bool:
        """Whether words of this turn may still wait to be played."""
        return not self.cut and (self.ended is None or bare(self.heard) != bare(self.said))

    @property
    def unfinished(self) -> bool:
        """Whether the caller did not hear the answer to its end."""
        return self.cut or self.ended is None or self.ended.how in ("superseded", "gone")

    @property
    def unnoted(self) -> str:
        """What was heard beyond the words that were noted: whoever spoke them has not lived to note them."""
        said = bare(self.said)
        return split(self.heard, len(said))[1] if bare(self.heard).startswith(said) else ""

    def expects(self, text: str) -> bool:
        """Whether these words are among those that the line has yet to play of it."""
        return not self.cut and bare(text) in self._rest

    @property
    def left(self) -> int:
        """How many characters that are no white space the line has yet to play of it."""
        return 0 if self.cut else len(self._rest)

    def ends_in(self, text: str) -> bool:
        """Whether these words begin with all that is left of it, and go on."""
        return 0 < self.left < len(bare(text)) and bare(text).startswith(self._rest)

    def may_say(self, text: str) -> bool:
        """Whether these words are its own, as far as is known: it may not have noted them yet."""
        return self.ended is None or bare(text) in bare(self.said)

    def spared(self, interrupt: Key) -> bool:
        """Whether an interrupt was over before the first words of it left."""
        return any(isinstance(act, Said) and act.after >= str(interrupt) for act in self.acts)

    def begun(self, text: str) -> "Turn":
        """Return the turn, whole again if these are its first words: then the interruption was over before them."""
        return replace(self, cut=False) if self.begins(text) else self

    def begins(self, text: str) -> bool:
        """Whether these are the first words of a turn that seemed to be cut before them."""
        return self.cut and not self.heard and bool(bare(text)) and bare(self.said).startswith(bare(text))

    def hear(self, text: str) -> "Turn":
        """Return the turn with these words played, and with them all that stood before: the line keeps order."""
        before = self._rest.find(bare(text)) if self.expects(text) else 0
        if before:
            reached = len(bare(self.heard)) + before + len(bare(text))
            return replace(self, heard=split(self.said, reached)[0])
        return replace(self, heard=f"{self.heard} {text.strip()}".strip())

    def heard_last(self, text: str) -> bool:
        """Whether the words that were played last are these."""
        return bare(self.heard).endswith(bare(text))

    def has_heard(self, text: str) -> bool:
        """Whether these words are among those that were played."""
        return bare(text) in bare(self.heard)

    @property
    def _rest(self) -> str:
        said, heard = bare(self.said), bare(self.heard)
        return said[len(heard) :] if said.startswith(heard) else ""


def bare(text: str) -> str:
    """Return the text without white space: the line trims and regroups it."""
    return "".join(text.split())


def split(text: str, letters: int) -> tuple[str, str]:
    """Return the text up to so many characters that are no white space, and the rest; both trimmed."""
    for end, character in enumerate(text):
        if not letters:
            return text[:end].strip(), text[end:].strip()
        letters -= not character.isspace()
    return text.strip(), ""
