"""Makes the turns of a call's record, each with its times."""

from collections.abc import Iterator

from functions.relay.call.turn import Turn
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    AnswerEnded,
    DigitsEntered,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    Silent,
    TimeUp,
    ToolCalled,
    ToolReturned,
)
from functions.relay.record.logs import SessionLog, of_kind
from functions.relay.record.turn_record import ToolOutcome, ToolRecord, TurnCause, TurnRecord
from functions.relay.wire.messages import Info, Setup

FOR_EVER_MS = 9_999_999_999_999
"""Milliseconds since 1970 that are later than all turns."""


def turns_of(sessions: tuple[SessionLog, ...], began: int) -> tuple[TurnRecord, ...]:
    """Return the turns of all sessions, in order. `began` is when the call began, in the gateway's milliseconds."""
    return tuple(turn for session in sessions for turn in _turns(session, began))


def _turns(session: SessionLog, began: int) -> Iterator[TurnRecord]:
    call = session.call
    agent = call.opened.agent if call.opened else ""
    starts = [0, *(turn.key.at for turn in call.turns), FOR_EVER_MS]
    voices = _Voices(session)
    for turn, before, after in zip(call.turns, starts, starts[2:], strict=False):
        greeting = not (turn.caller or turn.cause)
        at = _joined(session, began) if greeting else turn.key.at
        yield _turn(turn, agent, at - began, Moments() if greeting else voices.around(turn.key.at, before, after))


def _joined(session: SessionLog, began: int) -> int:
    """Return when a session began, in the gateway's milliseconds."""
    return next((key.at for key, _ in of_kind(session.entries, Setup)), began)


@dataclass(frozen=True, slots=True)
class Moments:
    """When the voices began and ended around a turn, in milliseconds from the caller's words; None if not known."""

    last_word_ms: int | None = None
    voice_ms: int | None = None


class _Voices:
    """When the line reported that a voice began or ended."""

    def __init__(self, session: SessionLog) -> None:
        told = [(key.at, info.name, info.value) for key, info in of_kind(session.entries, Info)]
        self._silent = [at for at, name, value in told if (name, value) == ("clientSpeaking", "off")]
        self._speaks = [at for at, name, value in told if (name, value) == ("agentSpeaking", "on")]

    def around(self, at: int, before: int, after: int) -> Moments:
        """Return what the line reported around the turn at `at`, between the turns before and after it."""
        return Moments(
            max((one - at for one in self._silent if before < one <= at), default=None),
            min((one - at for one in self._speaks if at <= one < after), default=None),
        )


def _turn(turn: Turn, agent: str, at_ms: int, moments: Moments) -> TurnRecord:
    ended = turn.ended or AnswerEnded("gone")
    return TurnRecord(
        cause=_cause(turn),
        agent=agent,
        at_ms=max(0, at_ms),
        caller=turn.caller,
        said=turn.said,
        heard=turn.audible,
        interrupted=turn.cut,
        how=ended.how if turn.ended else "",
        last_word_ms=moments.last_word_ms,
        first_token_ms=ended.model_ms if ended.model else None,
        first_words_ms=ended.first_words_ms or None,
        voice_ms=moments.voice_ms,
        model=ended.model,
        model_error=ended.failure,
        tokens=ended.usage,
        tools=tuple(_tools(turn)),
    )


def _cause(turn: Turn) -> TurnCause:
    match turn.cause:
        case None:
            return TurnCause.WORDS if turn.caller else TurnCause.GREETING
        case KeyPressed():
            return TurnCause.KEY
        case DigitsEntered():
            return TurnCause.DIGITS
        case Silent():
            return TurnCause.SILENCE
        case LastMinute():
            return TurnCause.LAST_MINUTE
        case TimeUp():
            return TurnCause.TIME_UP
        case MachineAnswered():
            return TurnCause.MACHINE
        case NoiseEnded():
            return TurnCause.NOISE


def _tools(turn: Turn) -> Iterator[ToolRecord]:
    returned = {act.id: act for act in turn.acts if isinstance(act, ToolReturned)}
    for act in turn.acts:
        if isinstance(act, ToolCalled):
            result = returned.get(act.id)
            if result is None:
                yield ToolRecord(act.name, act.arguments, ToolOutcome.UNKNOWN)
            else:
                outcome = ToolOutcome.FAILED if result.failed else ToolOutcome.DONE
                yield ToolRecord(act.name, act.arguments, outcome, result.text, result.took_ms)
