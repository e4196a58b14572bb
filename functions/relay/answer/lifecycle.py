"""Keeps the state of an answer in step with the state of its speech, and knows how the answer ends."""

from functions.relay.answer.speech import CLOSING_S, Speech
from functions.relay.answer.states import (
    ANSWER,
    AnswerState,
    AnswerTrigger,
    SpeechState,
    StateMachine,
    Unexpected,
    refuse,
)
from functions.relay.log.events import EndClaimed, Ending
from functions.relay.wire.messages import End


class Lifecycle:
    """The states of one answer, from the first request to the last word."""

    def __init__(self, speech: Speech, unexpected: Unexpected = refuse) -> None:
        """`unexpected` is called with a transition that is not in the table."""
        self._speech = speech
        self._machine = StateMachine(AnswerState.READY, ANSWER, unexpected)
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
        """Whether the end of the answer is not decided yet."""
        return self.state in (AnswerState.READY, AnswerState.ASKING, AnswerState.WORKING)

    @property
    def over(self) -> bool:
        """Whether nothing more will be said."""
        spoken = self._speech.state in (SpeechState.SPOKEN, SpeechState.GIVEN_UP)
        return spoken or self.state is AnswerState.SILENT

    @property
    def how(self) -> Ending:
        """How the answer ended, as far as is known."""
        # If the last message was in flight when the answer was silenced, and it arrived, the answer ended as planned.
        silenced = None if self._speech.state is SpeechState.SPOKEN else self._silenced
        return silenced or self._ending or "failed"

    def on(self, event: AnswerTrigger) -> None:
        """Go to the state that follows this event."""
        self._machine.on(event)

    def finish(self, ending: Ending, end: End | None = None) -> None:
        """Decide how the answer ends: no more words come. If `end` is given, it is sent after the last words."""
        self._ending = ending
        self._machine.on(AnswerTrigger.DECIDE)
        self._speech.finish(end)

    def silence(self, ending: Ending) -> None:
        """Say nothing more, unless everything is said or this answer must end the session."""
        if not self.over and self.state is not AnswerState.LEAVING:
            self._silenced = ending
            self._speech.hush()
            self._machine.on(AnswerTrigger.SILENCE)

    def claim(self) -> None:
        """This answer holds the claim to end the session. It must send `end`, whatever is newer."""
        self._silenced = None
        self._speech.claim()
        self._machine.on(AnswerTrigger.CLAIM)

    def finish_again(self, claim: EndClaimed, now: float, deadline: float, *, purged: bool) -> None:
        """Only end the session: the invocation that held the claim has died.

        `purged` says whether an interrupt has purged the words that the line had still to play at the claim.
        """
        played_at = now + (0 if purged else claim.playing)
        self._ending = claim.how
        self._machine.on(AnswerTrigger.CLAIM)
        self._speech.finish_again(End(claim.handoff), min(played_at + CLOSING_S, deadline - CLOSING_S))

    def give_up(self) -> None:
        """Leave the end of the session to another invocation, if `end` has not arrived yet."""
        if self._speech.state is SpeechState.LEAVING:
            self._speech.give_up()
