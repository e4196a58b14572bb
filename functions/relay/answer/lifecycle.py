"""The state of an answer, kept together with the state of its speech: how the answer ends."""

from functions.relay.answer.speech import CLOSING_S, Speech
from functions.relay.answer.states import (
    ANSWER,
    AnswerEvent,
    AnswerState,
    Machine,
    SpeechState,
    Unexpected,
    refuse,
)
from functions.relay.log.events import EndClaimed, Ending
from functions.relay.wire.messages import End


class Lifecycle:
    """From the first question to the last word, and how it ended."""

    def __init__(self, speech: Speech, unexpected: Unexpected = refuse) -> None:
        """`unexpected` is called with a transition that is not in the table."""
        self._speech = speech
        self._machine = Machine(AnswerState.READY, ANSWER, unexpected)
        self._ending: Ending | None = None
        self._silenced: Ending | None = None

    @property
    def state(self) -> AnswerState:
        """What the answer is doing."""
        return self._machine.state

    @property
    def asking(self) -> bool:
        """Whether the model is asked, and its stream is open."""
        return self.state is AnswerState.ASKING

    @property
    def open(self) -> bool:
        """Whether it is not decided yet how the answer ends."""
        return self.state in (AnswerState.READY, AnswerState.ASKING, AnswerState.WORKING)

    @property
    def over(self) -> bool:
        """Whether nothing more will be said."""
        spoken = self._speech.state in (SpeechState.SPOKEN, SpeechState.GIVEN_UP)
        return spoken or self.state is AnswerState.SILENT

    @property
    def how(self) -> Ending:
        """How the answer ended, as far as it is known."""
        # If its last message was on the way when it was silenced, and arrived, it ended as it was meant to.
        silenced = None if self._speech.state is SpeechState.SPOKEN else self._silenced
        return silenced or self._ending or "failed"

    def on(self, event: AnswerEvent) -> None:
        """Go to the state that follows."""
        self._machine.on(event)

    def finish(self, ending: Ending, end: End | None = None) -> None:
        """Decide how the answer ends: no more words come, and then `end` is sent if it is given."""
        self._ending = ending
        self._machine.on(AnswerEvent.DECIDE)
        self._speech.finish(end)

    def silence(self, ending: Ending) -> None:
        """Say nothing more, unless all is said, or the session must be ended."""
        if not self.over and self.state is not AnswerState.LEAVING:
            self._silenced = ending
            self._speech.hush()
            self._machine.on(AnswerEvent.SILENCE)

    def claim(self) -> None:
        """Learn that this answer ends the session: it must do so, whatever is newer."""
        self._silenced = None
        self._speech.claim()
        self._machine.on(AnswerEvent.CLAIM)

    def finish_again(self, claim: EndClaimed, now: float) -> None:
        """Only end the session, as the invocation was to do that claimed this and died."""
        self._ending = claim.how
        self._machine.on(AnswerEvent.CLAIM)
        self._speech.finish_again(End(claim.handoff), now + claim.playing + CLOSING_S)

    def give_up(self) -> None:
        """Leave the end of the session to another invocation, if it is not sent yet."""
        if self._speech.state is SpeechState.LEAVING:
            self._speech.give_up()
