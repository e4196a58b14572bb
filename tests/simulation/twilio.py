"""Twilio's end of the socket: plays what it gets, reports what it plays, and handles the caller's actions."""

import json
from collections.abc import Callable
from typing import Any

from functions.relay.log.keys import Key
from local.phone.options import Pace
from local.phone.playback import Interruptibility, Playback, Played, Sound, Voice
from tests.simulation.records import Heard, Record
from tests.simulation.scheduler import Scheduler

PACE = Pace()

Emit = Callable[[str, dict[str, Any], frozenset[Key]], None]


class Twilio:
    """One session. What the caller hears is kept by turn, since each message comes with its turn."""

    def __init__(
        self, scheduler: Scheduler, record: Record, emit: Emit, changed: Callable[[], None], *, reports: bool = True
    ) -> None:
        """`emit` gets each frame with its kind and the turns that it purged; `changed` is called after any change.

        `reports` is whether the line reports what it plays. Another carrier's line does not.
        """
        self._scheduler, self._record, self._emit, self._changed = scheduler, record, emit, changed
        self._playback = Playback(PACE, self._played)
        self._queued: list[tuple[Key | None, int]] = []
        self._voice_since: float | None = None
        self._ending = False
        self._latest: Key | None = None
        self._due: float | None = None
        self._reports = reports
        self.open = True
        self.dropped = False
        self.handoff = ""

    @property
    def speaking(self) -> bool:
        """Whether the agent's voice can be heard."""
        return self._playback.voice

    @property
    def idle(self) -> bool:
        """Whether nothing plays and nothing waits."""
        return self._playback.idle

    def begin(self, setup: dict[str, Any], greeting: str) -> None:
        """Send setup, and speak the greeting."""
        self._send("setup", setup)
        if greeting:
            self._say(greeting, last=True, turn=None)

    def take(self, text: str, turn: Key | None) -> bool:
        """Handle a frame of the application; return False if the socket has closed."""
        if not self.open:
            return False
        self._record.wire.append((self._scheduler.now, turn, text))
        match _read(text):
            case {"type": "text", "token": str(token), **rest}:
                self._say(token, last=bool(rest.get("last")), turn=turn)
            case {"type": "end", **rest}:
                self._ending, self.handoff = True, str(rest.get("handoffData", ""))
            case _:
                self._send(
                    "error", {"type": "error", "description": f"Invalid message received, code: 64107, {text}"}
                )
        self._go_on()
        return True

    def break_in(self) -> None:
        """Let the caller's voice or key cut off what plays. After its socket has closed, a session plays nothing."""
        if not self.open:
            return
        playing = frozenset(turn for turn in (self._latest, *(turn for turn, _ in self._queued)) if turn is not None)
        cut = self._playback.cut(self._scheduler.now)
        if cut is None:
            return
        self._info("tokensPlayed", cut.played.text.strip()) if cut.played.text.strip() else None
        self._hear(cut.played.text)
        self._queued.clear()
        heard = {"utteranceUntilInterrupt": cut.played.text.strip(), "durationUntilInterruptMs": cut.milliseconds}
        self._send("interrupt", {"type": "interrupt", **heard}, playing)
        if cut.voice:
            self._info("agentSpeaking", "off")
        self._silent()
        self._changed()

    def tell(self, kind: str, frame: dict[str, Any]) -> None:
        """Send what the caller did."""
        self._send(kind, frame)

    def close(self, *, dropped: bool = False) -> None:
        """Close the socket, or lose it."""
        if self.open:
            self.open, self.dropped = False, dropped
            self._record.pending = frozenset(turn for turn, _ in self._queued)
            self._playback.cut(self._scheduler.now)
            self._silent()
            self._record.closed = self._scheduler.now
            self._record.note(self._scheduler.now, "Twilio", "loses the socket" if dropped else "closes the socket")
            self._changed()

    def _say(self, token: str, *, last: bool, turn: Key | None) -> None:
        self._queued.append((turn, _letters(token)))
        self._latest = turn
        self._playback.text(self._scheduler.now, token, last, Interruptibility())
        self._go_on()

    def _go_on(self) -> None:
        """Return when the next thing happens by itself."""
        if not self.open:
            return
        self._playback.advance(self._scheduler.now)
        due = self._playback.deadline
        if due is not None and due != self._due:
            self._due = due
            self._scheduler.at(due, self._go_on)
        elif self._ending and self.idle:
            self._scheduler.at(self._scheduler.now + PACE.close, self.close)

    def _played(self, happened: Sound) -> None:
        match happened:
            case Voice(True):
                self._voice_since = self._scheduler.now
                self._info("agentSpeaking", "on")
            case Voice(False):
                self._silent()
                self._info("agentSpeaking", "off")
            case Played(text):
                self._hear(text)
                self._info("tokensPlayed", text)
            case _:
                pass
        self._changed()

    def _silent(self) -> None:
        if self._voice_since is not None:
            self._record.audible.append((self._voice_since, self._scheduler.now))
            self._voice_since = None

    def _hear(self, text: str) -> None:
        """Record what was played, each word with the turn for which it was sent: words are played in order."""
        letters = _letters(text)
        words, turns = text, set[Key | None]()
        while letters and self._queued:
            turn, queued = self._queued[0]
            taken = min(letters, queued)
            heard, words = _cut(words, taken)
            turns.add(turn)
            if heard.strip():
                self._record.heard.append(Heard(self._scheduler.now, turn, heard))
                self._record.note(self._scheduler.now, "caller", f"hears {heard.strip()!r}")
            letters -= taken
            self._queued[0] = (turn, queued - taken)
            if queued == taken:
                self._queued.pop(0)
        while self._queued and not self._queued[0][1]:
            self._queued.pop(0)
        self._record.joined += [frozenset(turns)] if len(turns) > 1 else []

    def _info(self, name: str, value: str) -> None:
        if self._reports:
            self._send(name, {"type": "info", "name": name, "value": value})

    def _send(self, kind: str, frame: dict[str, Any], cut: frozenset[Key] = frozenset()) -> None:
        if self.open:
            self._emit(kind, frame, cut)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _cut(text: str, letters: int) -> tuple[str, str]:
    """Return a text up to so many letters, and the rest."""
    for end, letter in enumerate(text):
        if not letters:
            return text[:end], text[end:]
        letters -= not letter.isspace()
    return text, ""
