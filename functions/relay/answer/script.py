"""Holds what one answer says, in order: words, and other messages in their places among the words."""

from dataclasses import dataclass
from itertools import pairwise

from functions.relay.text.spoken_text import set_apart
from functions.relay.wire.messages import Outgoing, Text


@dataclass(frozen=True, slots=True)
class SpeakingOptions:
    """How words are spoken. None means the setting of the session."""

    language: str | None = None
    """The BCP-47 tag of one of the session's languages."""

    interruptible: bool | None = None
    """Whether the caller may interrupt the words."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """A place in the text where a message is sent, or where other options begin."""

    at: int
    message: Outgoing | None
    options: SpeakingOptions


@dataclass(slots=True)
class _Cursor:
    """How far a script has been sent, in characters of its text."""

    taken: int = 0
    arrived: int = 0


class Script:
    """The text of one answer, with switches at places in it, and how far it has been sent."""

    def __init__(self, lead: str = "", options: SpeakingOptions = SpeakingOptions()) -> None:
        """`lead` is sent before the first word: without it, that word would join the last one of an open answer."""
        self.text = ""
        self._lead = lead
        self._options = self._options_sent = options
        self._switches: list[_Switch] = []
        self._part_starts = [0]
        self._set_off = False
        self._cursor = _Cursor()

    # --- Writing ---

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

    def put(self, message: Outgoing) -> None:
        """Send another message in its place among the words."""
        self._switch(message, self._options)

    def turn_to(self, language: str, message: Outgoing) -> None:
        """Send the message that switches the session's language, and say what follows in that language."""
        self._options = SpeakingOptions(language, self._options.interruptible)
        self._switch(message, self._options)

    def say_whole(self, sentence: str) -> None:
        """Say a sentence that the caller cannot interrupt."""
        self._switch(None, SpeakingOptions(self._options.language, interruptible=False))
        self.add_sentence(sentence)
        self._switch(None, self._options)

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
        return bool(self._switches)

    @property
    def started(self) -> bool:
        """Whether words have been sent."""
        return bool(self._cursor.taken)

    @property
    def exhausted(self) -> bool:
        """Whether everything has been sent."""
        return not self._switches and self._cursor.taken == len(self.text)

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
        if self._switches and self._switches[0].at == self._cursor.taken and (message := self._switches[0].message):
            self._options_sent = self._switches.pop(0).options
            self._apply_options()
            return message
        token, options = self._lead + self.ready, self._options_sent
        self._lead, self._cursor.taken = "", self._until
        self._apply_options()
        return Text(token, closing and not self._switches, options.language, options.interruptible)

    def arrive(self) -> None:
        """Remember that everything that was taken has arrived."""
        self._cursor.arrived = self._cursor.taken

    def _switch(self, message: Outgoing | None, options: SpeakingOptions) -> None:
        self._switches.append(_Switch(len(self.text), message, options))
        self._apply_options()

    def _apply_options(self) -> None:
        """Apply the switches at the current position that carry no message."""
        while self._switches and self._switches[0].at == self._cursor.taken and not self._switches[0].message:
            self._options_sent = self._switches.pop(0).options

    @property
    def _until(self) -> int:
        return self._switches[0].at if self._switches else len(self.text)
