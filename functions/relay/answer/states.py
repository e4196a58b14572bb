"""Holds the states of an answer and of its speech as tables: what may happen in a state, and which state follows.

docs/states.md is drawn from these tables (`make states`). Only `StateMachine.on` changes a state.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Generic, TypeVar


class AnswerState(Enum):
    """What an answer is doing."""

    READY = "ready"
    """Nothing is done yet."""

    ASKING = "asking"
    """The model is asked, and its stream is open."""

    WORKING = "working"
    """The stream has ended, or none was needed. Tools may run, and the next step is open."""

    ENDING = "ending"
    """It is decided how the answer ends. Its last words are being sent."""

    LEAVING = "leaving"
    """The log says that this answer ends the session: `end` must be sent, whatever is newer."""

    SILENT = "silent"
    """The caller said something newer, or the socket has closed: nothing more is said."""

    DONE = "done"
    """Nothing is left to do."""


class AnswerTrigger(Enum):
    """What changes the state of an answer."""

    ASK = "ask the model"
    ANSWER = "answer without the model"
    MODEL_ENDED = "the stream ends"
    DECIDE = "decide how to end"
    SILENCE = "superseded or gone"
    CLAIM = "the end is claimed"
    REST = "nothing is left to do"


ANSWER: Mapping[AnswerState, Mapping[AnswerTrigger, AnswerState]] = {
    AnswerState.READY: {
        AnswerTrigger.ASK: AnswerState.ASKING,
        AnswerTrigger.ANSWER: AnswerState.WORKING,
        # The answer is taken over: its claim is in the log already.
        AnswerTrigger.CLAIM: AnswerState.LEAVING,
    },
    AnswerState.ASKING: {
        AnswerTrigger.MODEL_ENDED: AnswerState.WORKING,
        AnswerTrigger.SILENCE: AnswerState.SILENT,
    },
    AnswerState.WORKING: {
        AnswerTrigger.ASK: AnswerState.ASKING,
        AnswerTrigger.DECIDE: AnswerState.ENDING,
        AnswerTrigger.SILENCE: AnswerState.SILENT,
    },
    AnswerState.ENDING: {
        AnswerTrigger.SILENCE: AnswerState.SILENT,
        AnswerTrigger.CLAIM: AnswerState.LEAVING,
        AnswerTrigger.REST: AnswerState.DONE,
    },
    AnswerState.LEAVING: {
        AnswerTrigger.REST: AnswerState.DONE,
    },
    AnswerState.SILENT: {
        # The claim was being written when the caller spoke. Once it is in the log, this answer must send `end`.
        AnswerTrigger.CLAIM: AnswerState.LEAVING,
        AnswerTrigger.REST: AnswerState.DONE,
    },
    AnswerState.DONE: {},
}


class SpeechState(Enum):
    """How far the talk cycle of one answer is: its messages, from the first words to the one with `last: true`."""

    OPEN = "open"
    """More words may come."""

    CLOSING = "closing"
    """No more words come. The last ones are being sent."""

    CLOSED = "closed"
    """The last words have arrived. `end` is not sent yet."""

    LEAVING = "leaving"
    """This answer has claimed the end: it sends `end` until the outcome is known."""

    SPOKEN = "spoken"
    """Everything has arrived."""

    HUSHED = "hushed"
    """Nothing more is sent."""

    GONE = "gone"
    """The socket has closed, or was busy for too long."""

    GIVEN_UP = "given up"
    """`end` is left to another invocation."""


class SpeechTrigger(Enum):
    """What changes the state of a speech."""

    FINISH = "no more words"
    CLOSE = "the last words arrive, `end` follows"
    ARRIVE = "the last message arrives"
    CLAIM = "the end is claimed"
    HUSH = "hush"
    DROP = "the line is gone"
    GIVE_UP = "no time is left"


SPEECH: Mapping[SpeechState, Mapping[SpeechTrigger, SpeechState]] = {
    SpeechState.OPEN: {
        SpeechTrigger.FINISH: SpeechState.CLOSING,
        SpeechTrigger.HUSH: SpeechState.HUSHED,
        SpeechTrigger.DROP: SpeechState.GONE,
    },
    SpeechState.CLOSING: {
        SpeechTrigger.CLOSE: SpeechState.CLOSED,
        SpeechTrigger.ARRIVE: SpeechState.SPOKEN,
        SpeechTrigger.CLAIM: SpeechState.LEAVING,
        SpeechTrigger.HUSH: SpeechState.HUSHED,
        SpeechTrigger.DROP: SpeechState.GONE,
    },
    SpeechState.CLOSED: {
        SpeechTrigger.ARRIVE: SpeechState.SPOKEN,
        SpeechTrigger.CLAIM: SpeechState.LEAVING,
        SpeechTrigger.HUSH: SpeechState.HUSHED,
        SpeechTrigger.DROP: SpeechState.GONE,
    },
    SpeechState.LEAVING: {
        SpeechTrigger.ARRIVE: SpeechState.SPOKEN,
        SpeechTrigger.GIVE_UP: SpeechState.GIVEN_UP,
    },
    SpeechState.SPOKEN: {},
    SpeechState.HUSHED: {
        # A message was on its way when the speech was hushed.
        SpeechTrigger.CLOSE: SpeechState.HUSHED,
        SpeechTrigger.ARRIVE: SpeechState.SPOKEN,
        SpeechTrigger.CLAIM: SpeechState.LEAVING,
        SpeechTrigger.DROP: SpeechState.GONE,
    },
    SpeechState.GONE: {
        SpeechTrigger.HUSH: SpeechState.GONE,
    },
    SpeechState.GIVEN_UP: {},
}


class UnexpectedError(Exception):
    """An event came in a state whose row in the table does not have it: an error in Hotline."""


Unexpected = Callable[[str], None]
"""Called with a transition that is not in a table. It raises in tests and logs an error in production."""


def refuse(message: str) -> None:
    """Raise UnexpectedError."""
    raise UnexpectedError(message)


StateT = TypeVar("StateT", bound=Enum)
TriggerT = TypeVar("TriggerT", bound=Enum)


class StateMachine(Generic[StateT, TriggerT]):
    """One state, and the only way to change it."""

    def __init__(
        self, start: StateT, table: Mapping[StateT, Mapping[TriggerT, StateT]], unexpected: Unexpected = refuse
    ) -> None:
        """`unexpected` is called with each transition that the table does not have; the state then stays."""
        self.state = start
        self._table, self._unexpected = table, unexpected

    def on(self, trigger: TriggerT) -> None:
        """Go to the state that follows this trigger."""
        following = self._table[self.state].get(trigger)
        if following is None:
            self._unexpected(
                f"{type(trigger).__name__}.{trigger.name} in {type(self.state).__name__}.{self.state.name}"
            )
        else:
            self.state = following
