"""Random frames and logs: the strategies from which tests draw."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from hypothesis import strategies as st

from functions.relay import EndCall, HandOff
from functions.relay.agent.phrases import phrases
from functions.relay.call.call import fold
from functions.relay.call.history import history
from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Closed,
    Connected,
    DigitsEntered,
    DigitsRequested,
    Ending,
    Entry,
    Event,
    HandedOff,
    Heartbeat,
    KeyPressed,
    LanguageSwitched,
    LastMinute,
    MachineAnswered,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    SessionRefused,
    Silent,
    TakenOver,
    TimeUp,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import LAST_SLOT, Key
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Problem, Prompt, Setup, Unknown

WORST_TEXTS = (
    "",
    " \t\n",
    "\x00",
    "before\x00after",
    "\u202eturned round\u202c",
    "\u200f\u200e",
    "\u200b",
    "\ufeff",
    "e" + "\u0301" * 200,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e9\U0001f1ea",
    "\ud83d half of it",
    "\udc4d\ud83d",
    "\ufffe\uffff\U0010ffff",
    "\u2028\u2029\x85",
    "\u0130\u0131\u017f\u212a",
    "'\"\\</script>&<x>{}[]#\r\n",
    "y" * 5_000,
    "\x01" * 5_000,
    "\U0001d518" * 5_000,
)
"""Difficult Unicode, and longer than any utterance."""

TEXTS = st.sampled_from(WORST_TEXTS) | st.text(st.characters(), max_size=40)

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)

FRAMES: tuple[dict[str, Any], ...] = (
    {
        "type": "setup",
        "sessionId": "VX5d0c2f7a9b1e4c3d8a6f0b1c2d3e4f50",
        "accountSid": "AC11112222333344445555666677778888",
        "callSid": "CA9a8b7c6d5e4f30211203f4e5d6c7b8a9",
        "parentCallSid": "",
        "from": "+15550101",
        "to": "+15550100",
        "forwardedFrom": "",
        "callerName": "",
        "direction": "inbound",
        "callType": "PSTN",
        "callStatus": "RINGING",
        "customParameters": {"agent": "front_desk"},
    },
    {"type": "prompt", "voicePrompt": "A table for four.", "lang": "en-US", "last": True},
    {"type": "prompt", "voicePrompt": "A table", "lang": "en-US", "last": False},
    {"type": "interrupt", "utteranceUntilInterrupt": "Your next visit is on", "durationUntilInterruptMs": 912},
    {"type": "dtmf", "digit": "5"},
    {"type": "info", "name": "tokensPlayed", "value": " Holding."},
    {"type": "error", "description": 'Invalid message received, code: 64107, {"type":"txt"}'},
)
"""One of each kind that Twilio sends."""


@st.composite
def broken_frames(draw: st.DrawFn) -> Any:
    """A frame of Twilio in which a few fields were removed, replaced or added."""
    frame: Any = dict(draw(st.sampled_from(FRAMES)))
    for name in draw(st.lists(st.sampled_from(sorted(frame)), max_size=3)):
        if draw(st.booleans()):
            frame[name] = draw(JSON)
        else:
            frame.pop(name, None)
    return frame | draw(st.dictionaries(TEXTS, JSON, max_size=1))


@st.composite
def cut_short(draw: st.DrawFn) -> str:
    """The JSON of a frame, with a piece removed or replaced."""
    text = json.dumps(draw(broken_frames()), ensure_ascii=draw(st.booleans()))
    start, stop = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return text[:start] + draw(st.just("") | TEXTS) + text[stop:]


@st.composite
def nested(draw: st.DrawFn) -> str:
    """A frame with a field that is nested very deeply."""
    depth, inside = draw(st.integers(1, 3_000)), draw(st.sampled_from(["[]", "{}", '{"a":1}', ""]))
    opening, closing = draw(st.sampled_from([("[", "]"), ('{"a":', "}")]))
    field = draw(st.sampled_from(["digit", "voicePrompt", "customParameters", "type", "from"]))
    kind = draw(st.sampled_from(["dtmf", "prompt", "setup"]))
    return f'{{"type":"{kind}","{field}":' + opening * depth + inside + closing * depth + "}"


BODIES = (
    st.sampled_from(FRAMES).map(json.dumps)
    | broken_frames().map(json.dumps)
    | cut_short()
    | nested()
    | JSON.map(json.dumps)
    | TEXTS
)

# Logs: few moments, ids and words, so that they coincide

_WORDS = ("Hi", "Hi there", "there.", "One. Two.", "One.", " Two.", "Two", "One. Two. Three.", " ", "")
_words = st.sampled_from(_WORDS)
_ids = st.sampled_from(["a", "b", "c="])

st.register_type_strategy(Key, st.builds(Key, st.integers(), st.text(), st.integers(0, LAST_SLOT)))

KEYS = st.builds(Key, st.integers(1_000, 1_006), _ids, st.sampled_from([0, 1, 2, 3, 100, 101, 102, 199, 1000, 9999]))

_REMARKS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Prompt, _words),
    st.builds(Partial, _words),
    st.builds(Interrupt, _words, st.integers(0, 999)),
    st.builds(Info, st.sampled_from(["tokensPlayed", "agentSpeaking"]), _words),
    st.builds(AgentSaid, _words),
    st.builds(ToolCalled, _ids, st.just("find"), st.just("{}")),
    st.builds(ToolReturned, _ids, _words, st.booleans()),
    st.builds(AnswerEnded, st.sampled_from(get_args(Ending))),
)
_MARKS: st.SearchStrategy[Event] = st.sampled_from(
    [
        Heartbeat(),
        TakenOver(),
        SessionRefused(),
        Connected(),
        Closed(1006),
        Dtmf("5"),
        KeyPressed("1", "Hi"),
        KeyPressed("2"),
        LanguageSwitched("es-ES"),
        DigitsRequested("pin", "{}"),
        DigitsEntered("pin", "{}", Key(1_000, "a")),
        Silent(1),
        LastMinute(),
        TimeUp(),
        MachineAnswered("machine_end_beep"),
        Problem("code: 64107"),
        Unknown("{"),
        Setup("VX1", "CA1", "", ""),
        Announced("front_desk", "", ""),
        SessionJoined("c1"),
    ]
)


def _entries(events: st.SearchStrategy[Event]) -> st.SearchStrategy[list[Entry]]:
    return st.lists(st.builds(Entry, KEYS, events), max_size=24)


@st.composite
def openings(draw: st.DrawFn) -> SessionOpened:
    """A session's opening, which may hold what another log says."""
    remembered = history(fold(draw(_entries(_REMARKS)))) if draw(st.booleans()) else ()
    return SessionOpened("front_desk", "CA1", "", "", draw(_words), (), remembered, draw(st.booleans()))


LOGS = _entries(st.one_of(_REMARKS, _REMARKS, _MARKS, openings()))

EVENTS = st.one_of([*(st.from_type(kind) for kind in get_args(Event)), _REMARKS, _MARKS, openings()])

OUR_WORDS: st.SearchStrategy[Event] = st.one_of(
    st.builds(AgentSaid, TEXTS), st.builds(ToolCalled, TEXTS, TEXTS, TEXTS), st.builds(ToolReturned, TEXTS, TEXTS)
)
"""What a model or a tool may have given us to say or to store."""

LEAVINGS = st.builds(
    SessionEnded,
    st.sampled_from(["VX1", "VX2", ""]),
    st.sampled_from(["failed", "ended", "completed", ""]),
    st.sampled_from(["64105", "64101", ""]),
)

WISHES = st.sampled_from(["t1", "t2", ""])

_TARGETS = ("+15550100", "sip:rosa@example.com", "client:rosa", f"workflow:WW{'0' * 32}")

HAND_OFFS: st.SearchStrategy[HandedOff] = st.tuples(
    TEXTS, st.sampled_from(_TARGETS), TEXTS, TEXTS | TEXTS.map(lambda saying: EndCall(saying=saying)), WISHES
).map(lambda one: HandOff(one[0], one[1], brief=one[2], nobody=one[3]).as_event(one[4], "en-US", phrases("en-US")))
"""Hand-offs as they are logged; a model may have written their texts."""

CALL_LOGS = _entries(st.one_of(_MARKS, LEAVINGS, HAND_OFFS))

HANDOFFS = (
    TEXTS
    | JSON.map(json.dumps)
    | (WISHES | TEXTS).map(lambda wish: json.dumps({"hand_off": wish}))
    | st.integers(1, 100_000).map(lambda depth: '{"hand_off":' + "[" * depth)
)


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, including the names of fields."""
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield name
                yield from strings(inner)
        case list() | tuple():
            for inner in value:
                yield from strings(inner)
        case _:
            pass
