"""The timeline: the shapes of its lanes."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    DigitsEntered,
    Entry,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    Silent,
    TimeUp,
    ToolCalled,
    ToolReturned,
)
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from local.page.call_view import ObservedCall, Session
from local.page.observations import EntryAppended, MessagePosted, ModelAsked, ModelEnded, ModelSpoke, TableRequested
from local.page.shapes import Shape, Shapes, parsed, placed, plain, shaped


def shapes(observed: ObservedCall) -> Shapes:
    """Return the shapes of every lane, by an id that does not change."""
    told = [*_talk(observed), *_tools(observed), *_model(observed), *_table(observed), *_posts(observed)]
    return placed(told, observed.began)


# The caller and the agent, from the frames in the log


def _talk(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    for session in observed.sessions:
        for entry in session.entries:
            if shape := _caller(entry):
                yield f"{session.connection}{entry.key}", shape
        yield from _voice(session, observed.last)


def _caller(entry: Entry) -> Shape | None:
    at, about = float(entry.key.at), plain(entry)
    match entry.event:
        case Setup():
            return shaped("caller", "setup", at, "the call begins", about)
        case Prompt(text):
            return shaped("caller", "said", at, text, about)
        case Partial(text):
            return shaped("caller", "partial", at, text, about)
        case Dtmf(digit) | KeyPressed(digit):
            return shaped("caller", "key", at, digit, about)
        case DigitsEntered(digits=digits):
            return shaped("caller", "key", at, digits or "keyed in", about)
        case Silent() | LastMinute() | TimeUp() | MachineAnswered() as cause:
            return shaped("caller", "setup", at, _CAUSES[type(cause)], about)
        case Interrupt(heard):
            return shaped(
                "caller",
                "interrupt",
                at,
                f"interrupts after “{heard.strip()}”" if heard.strip() else "interrupts",
                about,
            )
        case Problem() | Unknown():
            return shaped("caller", "trouble", at, "a frame that Twilio or Hotline did not understand", about)
        case _:
            return None


_CAUSES = {
    Silent: "silence",
    LastMinute: "a minute is left",
    TimeUp: "the time is up",
    MachineAnswered: "a machine has answered",
}


def _voice(session: Session, last: float) -> Iterator[tuple[str, Shape]]:
    """Yield a span for each time that the agent speaks, with the words that were played in it."""
    span: Shape | None = None
    for entry in session.entries:
        at = float(entry.key.at)
        match entry.event:
            case Info("agentSpeaking", "on") if span is None:
                span = shaped("agent", "voice", at, "", [])
                yield f"voice{session.connection}{entry.key}", span
            case Info("agentSpeaking", "off") if span:
                span["to"], span = at, None
            case Info("tokensPlayed", text) if span:
                span["label"] = f"{span['label']}{text}".strip()
                span["json"].append(plain(entry))
            case Interrupt() if span:
                span["kind"] = "cut"
            case Closed() if span:
                span["to"], span["kind"], span = at, "cut", None
    if span:
        span["to"] = last


# Tools, model, table and posts: as they were watched, or else what the log says of them


def _tools(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    open_: dict[tuple[tuple[int, str], str], Shape] = {}
    for number, observation in observed.observations:
        match observation:
            case EntryAppended(at, _, Entry(key, ToolCalled(id, name, arguments))):
                label = f"{name}({arguments})"
                open_[key.frame, id] = shape = shaped("tools", "tool", at, label, {"asked": plain(observation.entry)})
                yield f"tool{number}", shape
            case EntryAppended(at, _, Entry(key, ToolReturned(id, text, failed))) if shape := open_.get(
                (key.frame, id), {}
            ):
                shape["to"], shape["kind"] = at, "trouble" if failed else "tool"
                shape["label"] = f"{shape['label']} → {text}"
                shape["json"]["answered"] = plain(observation.entry)


def _model(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    asked: dict[int, Shape] = {}
    for number, observation in observed.observations:
        match observation:
            case ModelAsked(at, which):
                asked[which] = shaped("model", "model", at, "asked", {"request": observation.plain})
                yield f"model{number}", asked[which]
            case ModelSpoke(at, which) if which in asked:
                wait = at - asked[which]["at"]
                asked[which] |= {"first": at, "label": f"first piece after {wait:.0f} ms"}
            case ModelEnded(at, which, how, usage) if which in asked:
                asked[which]["to"] = at
                asked[which]["json"] |= {"ended": how, "usage": asdict(usage)}
                asked[which] |= _model_end(asked[which], how)
            case EntryAppended(at, _, Entry(key, AnswerEnded() as ended)) if not observed.live and ended.model_ms:
                began, first = float(key.at), float(key.at + ended.model_ms)
                label = f"first piece after {ended.model_ms} ms"
                yield (
                    f"model{number}",
                    shaped("model", "model", began, label, plain(observation.entry), to=first, first=first),
                )


def _model_end(shape: Shape, how: str) -> Shape:
    sound = how in ("end", "tools", "length", "stopped")
    return {"kind": "model" if sound else "trouble", "label": shape["label"] if how == "end" else _and(shape, how)}


def _and(shape: Shape, how: str) -> str:
    said = {"tools": "calls a tool", "stopped": "stopped: not needed any more", "length": "cut at its length"}
    return f"{shape['label']}, {said.get(how, how)}"


def _table(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    for number, observation in observed.observations:
        match observation:
            case TableRequested(at, took, log, what, trouble):
                label = f"{what}, {took:.0f} ms{f': {trouble}' if trouble else ''}"
                kind = "trouble" if trouble else "look" if what == "look" else "table"
                about = {"log": log, "what": what, "ms": round(took, 1)}
                yield f"table{number}", shaped("table", kind, at - took, label, about, to=at)
            case EntryAppended(at, log, entry):
                name = type(entry.event).__name__
                yield f"entry{number}", shaped("table", "entry", at, name, {"log": log, **plain(entry)})
            case _:
                pass


def _posts(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    for number, observation in observed.observations:
        match observation:
            case MessagePosted(at, took, _, text, fate):
                delivered, about = fate == "delivered", parsed(text)
                label = f"{_words(about)}{'' if delivered else f' ({fate})'}"
                kind = "post" if delivered else "trouble"
                yield f"post{number}", shaped("posts", kind, at - took, label, about, to=at)
            case EntryAppended(at, _, Entry(_, AgentSaid(text)) as entry) if not observed.live:
                yield f"post{number}", shaped("posts", "post", at, text, plain(entry))


def _words(frame: Any) -> str:
    match frame:
        case {"type": "text", "token": str(token)}:
            return token.strip() or "(end of the answer)"
        case {"type": kind}:
            return str(kind)
        case _:
            return str(frame)
