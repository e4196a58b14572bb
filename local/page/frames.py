"""Lists the frames of a call in both directions.

A call that was watched has them as they were on the wire. Any other call has what its log says about them.
"""

from collections.abc import Iterator
from typing import Any

from functions.relay.log.events import AgentSaid, Entry
from functions.relay.wire.messages import Incoming
from local.page.call_view import SESSION, ObservedCall
from local.page.observations import EntryAppended, FramePassed
from local.page.shapes import Shape, Shapes, parsed, placed, plain, shaped


def frames(observed: ObservedCall) -> Shapes:
    """Return every frame in both directions, by an id that does not change."""
    return placed(_passed(observed) if observed.live else _logged(observed), observed.began)


def _passed(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    for number, observation in observed.observations:
        if isinstance(observation, FramePassed):
            frame = parsed(observation.text)
            kind = frame.get("type", "message") if isinstance(frame, dict) else "text"
            yield f"frame{number}", shaped(observation.way, kind, observation.at, _summary(frame), frame)


def _logged(observed: ObservedCall) -> Iterator[tuple[str, Shape]]:
    """Yield what the log says of the frames: those from Twilio, and the words that reached Twilio."""
    for number, observation in observed.observations:
        match observation:
            case EntryAppended(at, log, Entry(key, event) as entry) if log.startswith(SESSION):
                name = type(event).__name__
                about = plain(entry)
                if isinstance(event, Incoming):
                    yield f"frame{number}", shaped("in", name.lower(), float(key.at), _summary(about["event"]), about)
                elif isinstance(event, AgentSaid):
                    yield f"frame{number}", shaped("out", "said", at, event.text, about)


def _summary(frame: Any) -> str:
    """Return the most telling field of a frame."""
    if not isinstance(frame, dict):
        return str(frame)
    told = ("voicePrompt", "token", "text", "digit", "utteranceUntilInterrupt", "heard", "description", "message")
    named = f"{frame['name']} {frame.get('value', '')}" if frame.get("name") else ""
    return named or next((str(frame[name]) for name in told if frame.get(name)), "")
