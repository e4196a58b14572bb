"""The waterfall of each turn: what the caller waited for, from their last word to the agent's first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.relay.messages import Info
from functions.relay.turn import Turn
from local.page.seen import Seen, Session, answers
from local.page.shapes import parsed
from local.page.sights import ModelAsked, ModelSpoke, Posted

TABLE, MODEL, WORDS, VOICE = "table", "model", "words", "voice"
"""Until the model is asked; until its first piece; until the first words are on the line; until they sound."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the wait, in milliseconds from the caller's last word."""

    name: str
    begins: float
    ends: float


def waits(seen: Seen) -> list[dict[str, Any]]:
    """Return the waterfall of each turn that the caller began."""
    turns = [(session, turn) for session in seen.sessions for turn in session.whole.turns if turn.caller]
    ends = [*(float(turn.key.at) for _, turn in turns[1:]), float("inf")]
    return [_wait(seen, *one, end) for one, end in zip(turns, ends, strict=False)]


def _wait(seen: Seen, session: Session, turn: Turn, end: float) -> dict[str, Any]:
    stages = list(_live(seen, session, turn, end) if seen.live else _told(session, turn, end))
    return {
        "caller": turn.caller,
        "at": round(turn.key.at - seen.began, 1),
        "how": turn.ended.how if turn.ended else "",
        "stages": [{"name": one.name, "from": round(one.begins, 1), "to": round(one.ends, 1)} for one in stages],
        "total": round(stages[-1].ends, 1) if stages else None,
    }


def _live(seen: Seen, session: Session, turn: Turn, end: float) -> Iterator[Stage]:
    """Yield the parts as they were watched; without the model's where it was not asked."""
    begins = 0.0
    for name, at in _watched(seen, session, turn, end):
        ends = max(begins, at - turn.key.at)
        yield Stage(name, begins, ends)
        begins = ends


def _watched(seen: Seen, session: Session, turn: Turn, end: float) -> Iterator[tuple[str, float]]:
    """Yield when the model was asked, when it spoke, when the first words were on the line, when they sounded."""
    asked = next((one for one in _since(seen, ModelAsked, turn, end) if answers(one.request, [turn.caller])), None)
    spoke = asked and next((one for one in _since(seen, ModelSpoke, turn, end) if one.number == asked.number), None)
    posted = next((one for one in _since(seen, Posted, turn, end) if _answers(one, asked) and _speaks(one)), None)
    if asked:
        yield TABLE, asked.at
    if spoke:
        yield MODEL, spoke.at
    if posted:
        yield WORDS, posted.at
        if (sound := _sound(session, posted.at - posted.took, end)) is not None:
            yield VOICE, sound


def _answers(posted: Posted, asked: ModelAsked | None) -> bool:
    """Return whether a post may be the answer: what left before the model was asked is an older one's."""
    return asked is None or posted.at > asked.at


def _since(seen: Seen, kind: type[Any], turn: Turn, end: float) -> Iterator[Any]:
    return (one for _, one in seen.sights if isinstance(one, kind) and turn.key.at <= one.at < end)


def _speaks(posted: Posted) -> bool:
    match parsed(posted.text):
        case {"type": "text", "token": str(token)}:
            return posted.fate == "delivered" and bool(token.strip())
        case _:
            return False


def _told(session: Session, turn: Turn, end: float) -> Iterator[Stage]:
    """Yield the parts as the log tells them: it holds no time of the table's."""
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
