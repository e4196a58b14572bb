"""The conversation as the caller heard it, and the history that the next request to the model will hold."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from functions.relay import Agent
from functions.relay.call.call import Call
from functions.relay.call.history import history
from functions.relay.call.turn import Turn
from functions.relay.log.events import DigitsEntered, KeyPressed, SessionOpened
from functions.relay.log.keys import Key
from functions.relay.text.letters import bare, split
from functions.relay.wire.messages import Dtmf, Info
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolResults
from local.page.call_view import ObservedCall, Session
from local.page.observations import WordBegun

Row = dict[str, Any]


def lines(observed: ObservedCall) -> list[Row]:
    """Return the conversation line by line: the words of each side, and those that were dropped unheard."""
    ends = [*(session.began for session in observed.sessions[1:]), float("inf")]
    return [
        row for session, end in zip(observed.sessions, ends, strict=False) for row in _lines(observed, session, end)
    ]


def _lines(observed: ObservedCall, session: Session, end: float) -> list[Row]:
    call = session.whole
    spoken = _words(observed, session.began, end)
    ahead = split(spoken, sum(len(bare(_reported(turn))) for turn in call.turns))[1]
    speaker = next((turn for turn in call.turns if turn.pending), None)
    rows: list[tuple[Key, Row]] = list(_keys(session))
    for turn in call.turns:
        if turn.caller:
            rows.append((turn.key, _begun(turn)))
        if row := _spoken(turn, ahead if turn is speaker else "", reported=observed.live or call.reports):
            rows.append((turn.key, row | {"speaking": turn is speaker and _voice(session)}))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _begun(turn: Turn) -> Row:
    """Return how the caller began a turn: with words, or with keys."""
    match turn.cause:
        case KeyPressed(digit):
            return {"who": "keys", "text": digit}
        case DigitsEntered(digits=digits):
            return {"who": "keys", "text": digits or "(keyed in)"}
        case _:
            return {"who": "caller", "text": turn.caller}


def _words(observed: ObservedCall, began: float, end: float) -> str:
    return "".join(
        one.text for _, one in observed.observations if isinstance(one, WordBegun) and began <= one.at < end
    )


def _spoken(turn: Turn, ahead: str, *, reported: bool) -> Row | None:
    """Return the agent's words in a turn; the line plays `ahead`, but has not reported it yet.

    If the line never reports what it plays and was not watched, these are the words that were sent to it.
    """
    heard = f"{_reported(turn)} {ahead}".strip() if reported else turn.audible
    rest = unheard(turn, heard) if turn.cut else ""
    return {"who": "agent", "text": heard, "rest": rest, "cut": turn.cut} if heard or rest else None


def _reported(turn: Turn) -> str:
    """Return the words that the line has reported of a turn; if the turn was cut, up to the word at which it was."""
    return turn.audible if turn.cut else turn.heard


def _voice(session: Session) -> bool:
    told = [info.value for _, info in session.of(Info) if info.name == "agentSpeaking"]
    return told[-1:] == ["on"]


def _keys(session: Session) -> Iterator[tuple[Key, Row]]:
    return ((key, {"who": "keys", "text": dtmf.digit}) for key, dtmf in session.of(Dtmf))


def unheard(turn: Turn, heard: str) -> str:
    """Return the words of a turn that were not heard: those between the first and the last words that were.

    Words that were sent just as the caller cut in are heard after the words that the interruption dropped.
    """
    said, played = bare(turn.said), bare(heard)
    begun = _alike(said, played)
    ended = _alike(said[begun:][::-1], played[begun:][::-1])
    return split(split(turn.said, begun)[1], len(said) - begun - ended)[0]


def _alike(one: str, other: str) -> int:
    """Return how many characters both texts begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def next_request(session: Session, agents: Mapping[str, Agent], prompts: Mapping[str, str]) -> Row:
    """Return the request to the model when the caller speaks next, with the words that were said but not heard.

    `prompts` has the prompts with which sessions began. Without it, the agent's prompt of today is shown.
    """
    call = session.call
    return {**(_instructions(call.opened, agents, prompts) if call.opened else {}), "rows": _rows(call)}


def _instructions(opened: SessionOpened, agents: Mapping[str, Agent], prompts: Mapping[str, str]) -> Row:
    """Return the prompt, whether it is only that of today, the agent's version, and the tools."""
    agent, kept = agents.get(opened.agent), prompts.get(opened.prompt)
    about: Row = {"agent": opened.agent, "version": opened.version}
    if kept is not None:
        about |= {"prompt": kept, "today": False}
    elif agent:
        about |= {"prompt": agent.prompt_in(agent.language), "today": agent.version != opened.version}
    return {**about, **({"tools": [spec.name for spec in agent.specs]} if agent else {})}


def _rows(call: Call) -> list[Row]:
    """Return the lines of the history. `unheard` is at the line before the words that were not heard."""
    rows = [_row(line) for line in history(call)]
    first: Row = {"who": "agent", "text": "", "unheard": ""}
    for number, turn in enumerate(call.turns):
        if lost := unheard(turn, turn.audible):
            known = len(history(replace(call, turns=call.turns[: number + 1])))
            row = rows[known - 1] if 0 < known <= len(rows) else first
            row["unheard"] = f"{row.get('unheard', '')} {lost}".strip()
    return [first, *rows] if first["unheard"] else rows


def _row(line: Message) -> Row:
    match line:
        case CallerMessage(text):
            return {"who": "caller", "text": text}
        case AgentMessage(text, asks):
            return {"who": "agent", "text": text, "asks": [f"{ask.name}({ask.arguments})" for ask in asks]}
        case ToolResults(answers):
            return {"who": "tools", "answers": [{"text": one.text, "failed": one.failed} for one in answers]}
