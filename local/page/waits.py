"""Draws the waterfall of each turn: the stages between the caller's last word and the agent's first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from functions.relay.call.turn import Turn
from functions.relay.wire.messages import Info
from local.page.call_view import ObservedCall, Session, answers
from local.page.observations import MessagePosted, ModelAsked, ModelSpoke
from local.page.shapes import parsed

TABLE, MODEL, WORDS, VOICE = "table", "model", "words", "voice"
"""Until the model is asked; until its first piece; until the first words are on the line; until they are played."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the wait, in milliseconds after the caller's last word."""

    name: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class _Watched:
    """What was observed of the model and of the posts, in a whole call or in one turn."""

    asked: tuple[ModelAsked, ...]
    spoke: tuple[ModelSpoke, ...]
    posted: tuple[MessagePosted, ...]

    @classmethod
    def of(cls, observed: ObservedCall) -> Self:
        observations = [observation for _, observation in observed.observations]
        return cls(
            tuple(one for one in observations if isinstance(one, ModelAsked)),
            tuple(one for one in observations if isinstance(one, ModelSpoke)),
            tuple(one for one in observations if isinstance(one, MessagePosted)),
        )

    def between(self, begin: float, end: float) -> "_Watched":
        return _Watched(
            tuple(one for one in self.asked if begin <= one.at < end),
            tuple(one for one in self.spoke if begin <= one.at < end),
            tuple(one for one in self.posted if begin <= one.at < end),
        )


def waits(observed: ObservedCall) -> list[dict[str, Any]]:
    """Return the waterfall of each turn that the caller began."""
    turns = [(session, turn) for session in observed.sessions for turn in session.whole.turns if turn.caller]
    ends = [*(float(turn.key.at) for _, turn in turns[1:]), float("inf")]
    watched = _Watched.of(observed)
    return [_wait(observed, watched, *one, end) for one, end in zip(turns, ends, strict=False)]


def _wait(observed: ObservedCall, watched: _Watched, session: Session, turn: Turn, end: float) -> dict[str, Any]:
    mine = watched.between(turn.key.at, end)
    stages = list(_live(mine, session, turn, end) if observed.live else _told(session, turn, end))
    return {
        "caller": turn.caller,
        "at": round(turn.key.at - observed.began, 1),
        "how": turn.ended.how if turn.ended else "",
        "stages": [{"name": one.name, "from": round(one.begins, 1), "to": round(one.ends, 1)} for one in stages],
        "total": round(stages[-1].ends, 1) if stages else None,
    }


def _live(mine: _Watched, session: Session, turn: Turn, end: float) -> Iterator[Stage]:
    """Yield the stages as they were watched; without the model's if it was not asked."""
    begins = 0.0
    for name, at in _moments(mine, session, turn, end):
        ends = max(begins, at - turn.key.at)
        yield Stage(name, begins, ends)
        begins = ends


def _moments(mine: _Watched, session: Session, turn: Turn, end: float) -> Iterator[tuple[str, float]]:
    """Yield when the model was asked, when it spoke, when the first words were posted, and when they were played."""
    asked = next((one for one in mine.asked if answers(one.request, [turn.caller])), None)
    spoke = asked and next((one for one in mine.spoke if one.number == asked.number), None)
    posted = next((one for one in mine.posted if _answers(one, asked) and _speaks(one)), None)
    if asked:
        yield TABLE, asked.at
    if spoke:
        yield MODEL, spoke.at
    if posted:
        yield WORDS, posted.at
        if (sound := _sound(session, posted.at - posted.took, end)) is not None:
            yield VOICE, sound


def _answers(posted: MessagePosted, asked: ModelAsked | None) -> bool:
    """Return whether a post may be the answer: a post before the request to the model belongs to an older answer."""
    return asked is None or posted.at > asked.at


def _speaks(posted: MessagePosted) -> bool:
    match parsed(posted.text):
        case {"type": "text", "token": str(token)}:
            return posted.fate == "delivered" and bool(token.strip())
        case _:
            return False


def _told(session: Session, turn: Turn, end: float) -> Iterator[Stage]:
    """Yield the stages as the log says them. The log has no times of the table."""
    if turn.ended is None or not turn.ended.first_words_ms:
        return
    model = float(min(turn.ended.model_ms, turn.ended.first_words_ms))
    words = float(turn.ended.first_words_ms)
    yield Stage(MODEL, 0.0, model)
    yield Stage(WORDS, model, words)
    if (sound := _sound(session, turn.key.at + words, end)) is not None:
        yield Stage(VOICE, words, max(words, sound - turn.key.at))


def _sound(session: Session, after: float, end: float) -> float | None:
    """Return when the agent's voice began after a time."""
    on = (key.at for key, info in session.of(Info) if info.name == "agentSpeaking" and info.value == "on")
    return next((float(at) for at in on if after - 1 <= at < end), None)
