"""What a key of the phone makes happen: a tool asked for it, the agent gives it a meaning, or it is only noted."""

from dataclasses import dataclass

from functions.live.deps import Frame, Means
from functions.live.digits import completing, digits_since, in_a_row, keying_of
from functions.live.reminders import Awaited
from functions.live.reply import begin, read_open
from functions.live.silence import fell_silent
from functions.live.tasks import Crew
from functions.relay import Agent
from functions.relay.agent.tools import Keying
from functions.relay.call.call import Call, fold
from functions.relay.log.events import Collecting, Digit, Entry, Keyed, Pressed
from functions.relay.log.keys import Key, digits_log, session_log
from functions.relay.wire.messages import Dtmf

SETTLE = 0.5
"""Seconds that are waited for keys whose invocations are slower than that of a later one."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller is asked to key in, and where that was asked."""

    at: Key
    collecting: Collecting
    keying: Keying

    def keyed(self, digits: tuple[Entry, ...]) -> Entry | None:
        """Return what the last of the digits makes of them; None while others are to come."""
        if (last := completing(digits, self.keying)) is None:
            return None
        known = "" if self.keying.private else self.keying.whole(in_a_row(digits)) or ""
        return Entry(last.key, Keyed(self.collecting.tool, self.collecting.arguments, self.at, digits=known))

    @property
    def unkeyed(self) -> Keyed:
        """Return that they did not come."""
        return Keyed(self.collecting.tool, self.collecting.arguments, self.at, whole=False)


def press(means: Means, frame: Frame, pressed: Dtmf, crew: Crew) -> str:
    """Take in one key; return in a word what was done. Raises LogError."""
    call = fold(read_open(means, frame, crew))
    agent = means.agent(call.opened.agent) if call.opened else None
    if agent and not call.over:
        if asked := _asked(agent, call):
            return _take(means, frame, pressed, asked, crew)
        if (meaning := agent.acts.get(pressed.digit)) is not None:
            words = meaning if isinstance(meaning, str) else ""
            return begin(means, frame.connection, Entry(frame.key, Pressed(pressed.digit, words)), crew)
    # One that was pressed too early or too late may be part of a PIN.
    noted = Dtmf("") if agent and _asks_in_private(agent) else pressed
    means.ports.log.append(frame.log, Entry(frame.key, noted))
    fell_silent(means, frame)
    return "dtmf"


def check_digits(means: Means, note: Awaited, crew: Crew) -> str:
    """Give up waiting for digits if no new one has come; return what was done. Raises LogError."""
    entries = means.ports.log.read(session_log(note.connection))
    call = fold(entries)
    asked = _asked(means.agent(call.opened.agent), call) if call.opened and not call.over else None
    if not asked or asked.at.frame != note.key.frame:
        return "settled"
    digits = digits_since(means, note.connection, asked.at)
    last = str(digits[-1].key) if digits else ""
    if last != note.last:
        means.remind(asked.keying.timeout, Awaited(note.connection, note.key, last).write())
        return "still keying"
    newest = max(entry.key for entry in (*entries, *digits))
    return begin(means, note.connection, Entry(newest.after("unkeyed"), asked.unkeyed), crew)


def _asked(agent: Agent, call: Call) -> _Asked | None:
    if call.collecting is None:
        return None
    keying = keying_of(agent, call.collecting[1].tool)
    return _Asked(*call.collecting, keying) if keying else None


def _asks_in_private(agent: Agent) -> bool:
    return any(tool.keying and tool.keying.private for tool in agent.toolbox.values())


def _take(means: Means, frame: Frame, pressed: Dtmf, asked: _Asked, crew: Crew) -> str:
    means.ports.log.append(digits_log(frame.connection), Entry(frame.key, Digit(pressed.digit)))
    if not asked.keyed(digits_since(means, frame.connection, asked.at)):
        return "a digit"
    crew.wait(lambda: False, SETTLE)
    keyed = asked.keyed(digits_since(means, frame.connection, asked.at))
    return begin(means, frame.connection, keyed, crew) if keyed else "a digit"
