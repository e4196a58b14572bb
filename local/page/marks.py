"""The timeline: what each lane shows, and when; and the frames, as they stood on the wire.

Times are milliseconds from the beginning of the call. A mark's `json` is what it is about, whole.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from functions.relay.events import Answered, Asked, Ended, Entry, Said, dump
from functions.relay.messages import Dtmf, Incoming, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown
from local.page.seen import SESSION, Seen, Session
from local.page.sights import Kept, ModelAsked, ModelEnded, ModelSpoke, Passed, Posted, Tabled

LANES = ("caller", "agent", "tools", "model", "table", "posts")

Mark = dict[str, Any]
Marks = dict[str, Mark]


def marks(seen: Seen) -> Marks:
    """Return the marks of every lane, by an id that stays."""
    told = [*_talk(seen), *_tools(seen), *_model(seen), *_table(seen), *_posts(seen)]
    return {name: _relative(mark, seen.began) for name, mark in told}


def frames(seen: Seen) -> Marks:
    """Return every frame both ways, by an id that stays."""
    told = _passed(seen) if seen.live else _logged(seen)
    return {name: _relative(mark, seen.began) for name, mark in told}


def _mark(lane: str, kind: str, at: float, label: str, about: Any, *, to: float | None = None, **more: Any) -> Mark:
    return {"lane": lane, "kind": kind, "at": at, "to": to, "label": label, "json": about, **more}


def _relative(mark: Mark, began: float) -> Mark:
    times = {name: round(mark[name] - began, 1) for name in ("at", "to", "first") if mark.get(name) is not None}
    return mark | times


# The caller and the agent, from the frames that the log holds


def _talk(seen: Seen) -> Iterator[tuple[str, Mark]]:
    for session in seen.sessions:
        for entry in session.entries:
            if mark := _caller(entry):
                yield f"{session.connection}{entry.key}", mark
        yield from _voice(session, seen.last)


def _caller(entry: Entry) -> Mark | None:
    at, about = float(entry.key.at), plain(entry)
    match entry.event:
        case Setup():
            return _mark("caller", "setup", at, "setup", about)
        case Prompt(text):
            return _mark("caller", "said", at, text, about)
        case Partial(text):
            return _mark("caller", "partial", at, text, about)
        case Dtmf(digit):
            return _mark("caller", "key", at, digit, about)
        case Interrupt(heard):
            return _mark(
                "caller",
                "interrupt",
                at,
                f"interrupts after “{heard.strip()}”" if heard.strip() else "interrupts",
                about,
            )
        case Problem() | Unknown():
            return _mark("caller", "trouble", at, "a frame that Twilio or Hotline did not understand", about)
        case _:
            return None


def _voice(session: Session, last: float) -> Iterator[tuple[str, Mark]]:
    """Yield a span for each time that the agent speaks, with the words that were played in it."""
    span: Mark | None = None
    for entry in session.entries:
        at = float(entry.key.at)
        match entry.event:
            case Info("agentSpeaking", "on") if span is None:
                span = _mark("agent", "voice", at, "", [])
                yield f"voice{session.connection}{entry.key}", span
            case Info("agentSpeaking", "off") if span:
                span["to"], span = at, None
            case Info("tokensPlayed", text) if span:
                span["label"] = f"{span['label']}{text}".strip()
                span["json"].append(plain(entry))
            case Interrupt() if span:
                span["kind"] = "cut"
    if span:
        span["to"] = last


# Tools, model, table and posts, as they were watched; or as far as the log tells of them


def _tools(seen: Seen) -> Iterator[tuple[str, Mark]]:
    open_: dict[tuple[tuple[int, str], str], Mark] = {}
    for number, sight in seen.sights:
        match sight:
            case Kept(at, _, Entry(key, Asked(id, name, arguments))):
                label = f"{name}({arguments})"
                open_[key.frame, id] = mark = _mark("tools", "tool", at, label, {"asked": plain(sight.entry)})
                yield f"tool{number}", mark
            case Kept(at, _, Entry(key, Answered(id, text, failed))) if mark := open_.get((key.frame, id), {}):
                mark["to"], mark["kind"] = at, "trouble" if failed else "tool"
                mark["label"] = f"{mark['label']} → {text}"
                mark["json"]["answered"] = plain(sight.entry)


def _model(seen: Seen) -> Iterator[tuple[str, Mark]]:
    asked: dict[int, Mark] = {}
    for number, sight in seen.sights:
        match sight:
            case ModelAsked(at, which, request):
                asked[which] = _mark("model", "model", at, "asked", {"request": asdict(request)})
                yield f"model{number}", asked[which]
            case ModelSpoke(at, which) if which in asked:
                wait = at - asked[which]["at"]
                asked[which] |= {"first": at, "label": f"first piece after {wait:.0f} ms"}
            case ModelEnded(at, which, how, usage) if which in asked:
                asked[which]["to"] = at
                asked[which]["json"] |= {"ended": how, "usage": asdict(usage)}
                asked[which] |= _model_end(asked[which], how)
            case Kept(at, _, Entry(key, Ended() as ended)) if not seen.live and ended.model_ms:
                began, first = float(key.at), float(key.at + ended.model_ms)
                label = f"first piece after {ended.model_ms} ms"
                yield (
                    f"model{number}",
                    _mark("model", "model", began, label, plain(sight.entry), to=first, first=first),
                )


def _model_end(mark: Mark, how: str) -> Mark:
    sound = how in ("end", "tools", "length", "stopped")
    return {"kind": "model" if sound else "trouble", "label": mark["label"] if how == "end" else _and(mark, how)}


def _and(mark: Mark, how: str) -> str:
    said = {"tools": "wants a tool", "stopped": "stopped: not wanted any more", "length": "cut at its length"}
    return f"{mark['label']}, {said.get(how, how)}"


def _table(seen: Seen) -> Iterator[tuple[str, Mark]]:
    for number, sight in seen.sights:
        match sight:
            case Tabled(at, took, log, what, trouble):
                label = f"{what}, {took:.0f} ms{f': {trouble}' if trouble else ''}"
                kind = "trouble" if trouble else "look" if what == "look" else "table"
                about = {"log": log, "what": what, "ms": round(took, 1)}
                yield f"table{number}", _mark("table", kind, at - took, label, about, to=at)
            case Kept(at, log, entry):
                name = type(entry.event).__name__
                yield f"entry{number}", _mark("table", "entry", at, name, {"log": log, **plain(entry)})


def _posts(seen: Seen) -> Iterator[tuple[str, Mark]]:
    for number, sight in seen.sights:
        match sight:
            case Posted(at, took, _, text, fate):
                delivered, about = fate == "delivered", parsed(text)
                label = f"{_words(about)}{'' if delivered else f' ({fate})'}"
                kind = "post" if delivered else "trouble"
                yield f"post{number}", _mark("posts", kind, at - took, label, about, to=at)
            case Kept(at, _, Entry(_, Said(text)) as entry) if not seen.live:
                yield f"post{number}", _mark("posts", "post", at, text, plain(entry))


def _words(frame: Any) -> str:
    match frame:
        case {"type": "text", "token": str(token)}:
            return token.strip() or "(end of the answer)"
        case {"type": kind}:
            return str(kind)
        case _:
            return str(frame)


# Frames


def _passed(seen: Seen) -> Iterator[tuple[str, Mark]]:
    for number, sight in seen.sights:
        if isinstance(sight, Passed):
            frame = parsed(sight.text)
            kind = frame.get("type", "message") if isinstance(frame, dict) else "text"
            yield f"frame{number}", _mark(sight.way, kind, sight.at, _summary(frame), frame)


def _logged(seen: Seen) -> Iterator[tuple[str, Mark]]:
    """Yield what the log tells of the frames: those from Twilio, and the words that reached it."""
    for number, sight in seen.sights:
        match sight:
            case Kept(at, log, Entry(key, event) as entry) if log.startswith(SESSION):
                name = type(event).__name__
                about = plain(entry)
                if isinstance(event, Incoming):
                    yield f"frame{number}", _mark("in", name.lower(), float(key.at), _summary(about["event"]), about)
                elif isinstance(event, Said):
                    yield f"frame{number}", _mark("out", "said", at, event.text, about)


def _summary(frame: Any) -> str:
    """Return the field of a frame that tells most."""
    if not isinstance(frame, dict):
        return str(frame)
    told = ("voicePrompt", "token", "text", "digit", "utteranceUntilInterrupt", "heard", "description", "message")
    named = f"{frame['name']} {frame.get('value', '')}" if frame.get("name") else ""
    return named or next((str(frame[name]) for name in told if frame.get(name)), "")


def plain(entry: Entry) -> dict[str, Any]:
    """Return an entry as its item in the table shows it."""
    return {"key": str(entry.key), "event": json.loads(dump(entry.event))}


def parsed(text: str) -> Any:
    """Return the JSON in a text, or the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
