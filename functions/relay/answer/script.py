"""Holds what one answer says, in order: words, and other messages in their places among the words.

The words are one talk cycle. A preemptible sentence or recording is set apart from them: only another talk cycle cuts
it off.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from functions.relay.text.spoken_text import set_apart
from functions.relay.wire.messages import Media, Outgoing, Text


@dataclass(frozen=True, slots=True)
class SpeakingOptions:
    """How words are spoken. None means the setting of the session."""

    language: str | None = None
    """The BCP-47 tag of one of the session's languages."""

    interruptible: bool | None = None
    """Whether the caller may interrupt the words."""

    preemptible: bool | None = None
    """Whether the next talk cycle cuts the words off."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """A place in the text where a message is sent, or where other options begin."""

    at: int
    message: Outgoing | None
    options: SpeakingOptions
    closes: bool = False
    """Whether the words before this place close their talk cycle."""


@dataclass(slots=True)
class _Cursor:
    """How far a script has been sent, in characters of its text."""

    taken: int = 0
    arrived: int = 0
    open: bool = False
    """Whether words were sent that did not close their talk cycle."""

    preemptible: bool = False
    """Whether the newest message is cut off by the next one."""


class Script:
    """The text of one answer, with switches at places in it, and how far it has been sent."""

    def __init__(self, lead: str = "", options: SpeakingOptions = SpeakingOptions()) -> None:
        """`lead`, a space or nothing, keeps the first word apart from the last one of an older open answer."""
        self.text = ""
        self._lead = lead
        self._options = self._options_sent = options
        self._switches: list[_Switch] = []
        self._part_starts = [0]
        self.preemptible_parts: set[int] = set()
        """The numbers, from 0, of the parts with a preemptible sentence."""

        self._set_off = False
        self._cursor = _Cursor()

    # --- Writing ---

    def close_older(self) -> None:
        """Close the talk cycle of an older answer before the first words: in one cycle they would not cut it off."""
        self._cursor.open = True
        self._switch(None, self._options, closes=True)

    def add(self, words: str) -> None:
        """Say these words after everything before them."""
        if self._set_off and words:
            words, self._set_off = words if words[0].isspace() else f" {words}", False
        self.text += words

    def add_sentence(self, sentence: str) -> None:
        """Say a sentence, with a space between it and the words before and after it.

        Words before it that end in the middle of a sentence get a dash: a voice would run on without a pause.
        """
        if sentence:
            self.add(set_apart(self.text, sentence))
            self._set_off = True

    def put(self, message: Outgoing, *, apart: bool = False) -> None:
        """Send another message in its place among the words; `apart` closes their talk cycle first."""
        self._switch(message, self._options, closes=apart)

    def turn_to(self, language: str, message: Outgoing) -> None:
        """Send the message that switches the session's language, and say what follows in that language."""
        self._options = replace(self._options, language=language)
        self._switch(message, self._options)

    def say(self, sentence: str, *, whole: bool, preemptible: bool) -> None:
        """Say a sentence. If `whole`, the caller cannot interrupt it; if `preemptible`, the next words cut it off."""
        if preemptible:
            self.preemptible_parts.add(len(self._part_starts) - 1)
        own = replace(
            self._options,
            interruptible=False if whole else self._options.interruptible,
            preemptible=True if preemptible else self._options.preemptible,
        )
        self._switch(None, own, closes=preemptible)
        self.add_sentence(sentence)
        self._switch(None, self._options, closes=preemptible)

    def begin_part(self) -> None:
        """Begin a new part, with a space before it: the model answers another request."""
        if self.text and not self.text[-1].isspace():
            self.add(" ")
        self._part_starts.append(len(self.text))

    # --- Reading ---

    @property
    def waiting(self) -> str:
        """The words that are not sent yet."""
        return self.text[self._cursor.taken :]

    @property
    def ready(self) -> str:
        """The words that can be sent in one message."""
        return self.text[self._cursor.taken : self._until]

    @property
    def has_switches(self) -> bool:
        """Whether a message other than words, or a change of options, is not sent yet."""
        return bool(self._switches) and (bool(self.text) or self._switches[-1].message is not None)

    @property
    def started(self) -> bool:
        """Whether words have been sent."""
        return bool(self._cursor.taken)

    @property
    def exhausted(self) -> bool:
        """Whether everything has been sent."""
        return not self._switches and self._cursor.taken == len(self.text)

    @property
    def ends_preemptible(self) -> bool:
        """Whether the next message, even one without words, cuts off the newest one."""
        return self._cursor.preemptible

    def last_part(self) -> str:
        """Return all words of the newest part, sent or not."""
        return self.text[self._part_starts[-1] :].strip()

    def parts(self) -> tuple[str, ...]:
        """Return the words of each part that have arrived."""
        edges = [*self._part_starts, len(self.text)]
        return tuple(self.text[start : min(stop, self._cursor.arrived)] for start, stop in pairwise(edges))

    # --- Sending ---

    def take(self, closing: bool) -> Outgoing:
        """Return the next message. `closing` says that no words will be added: the last ones close the talk cycle."""
        if (switch := self._reached) and switch.message:
            self._options_sent = self._switches.pop(0).options
            self._cursor.preemptible = isinstance(switch.message, Media) and switch.message.preemptible
            self._apply_options()
            return switch.message
        token, options = self._lead + self.ready, self._options_sent
        self._lead, self._cursor.taken = "", self._until
        closes = bool(self._switches) and self._switches[0].closes
        self._cursor.open, self._cursor.preemptible = not closes, options.preemptible is True
        self._apply_options()
        last = closes or (closing and self.exhausted)
        self._cursor.open = not last
        return Text(token, last, options.language, options.interruptible, options.preemptible)

    def arrive(self) -> None:
        """Remember that everything that was taken has arrived."""
        self._cursor.arrived = self._cursor.taken

    def _switch(self, message: Outgoing | None, options: SpeakingOptions, *, closes: bool = False) -> None:
        self._switches.append(_Switch(len(self.text), message, options, closes))
        self._apply_options()

    def _apply_options(self) -> None:
        """Apply the switches at the current position that carry no message."""
        while (switch := self._reached) and not switch.message:
            self._options_sent = self._switches.pop(0).options

    @property
    def _reached(self) -> _Switch | None:
        """The switch at the current position; None if there is none, or if a talk cycle must be closed first."""
        if not self._switches or self._switches[0].at != self._cursor.taken:
            return None
        return None if self._switches[0].closes and self._cursor.open else self._switches[0]

    @property
    def _until(self) -> int:
        return self._switches[0].at if self._switches else len(self.text)
