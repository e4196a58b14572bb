"""What happens when nobody speaks any more, and when a call has lasted long enough.

Both are seen when a reminder comes back, and decided by the log alone: whoever has spoken since has left a trace.
"""

from functions.live.deps import Deps, Frame
from functions.live.reminders import SilenceReminder, TimeLimitReminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.live.time_limit import LAST_MINUTE_S, wait_on
from functions.relay.call.call import Call, fold
from functions.relay.log.events import DigitsEntered, Entry, Event, KeyPressed, LastMinute, Silent, TimeUp
from functions.relay.log.keys import Key, session_log
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt

SPEAKING = ("agentSpeaking", "clientSpeaking")

TURNS: tuple[type[Event], ...] = (Prompt, KeyPressed, DigitsEntered, Silent, LastMinute, TimeUp)
"""What has something said."""

SIGNS: tuple[type[Event], ...] = (*TURNS, Partial, Interrupt, Dtmf)
"""What shows that somebody is there, beside the line's own word that somebody speaks."""

SOON_S = 5
"""Seconds after which a moment to speak is looked for again."""


def fell_silent(deps: Deps, frame: Frame) -> None:
    """Look after a while whether anybody has spoken since."""
    if (seconds := deps.soonest_silence) is not None:
        deps.remind(seconds, SilenceReminder(frame.connection, frame.key, seconds).write())


def check_silence(deps: Deps, note: SilenceReminder, tasks: TaskGroup) -> str:
    """Break the silence if it still lasts; return what was done. Raises LogError."""
    entries = deps.ports.log.read(session_log(note.connection))
    call = fold(entries)
    silence = deps.agent(call.opened.agent).silence if call.opened else None
    if silence is None or not _free(call) or call.collecting or _broken(entries, note.key):
        return "settled"
    if note.waited < silence.after:
        deps.remind(silence.after - note.waited, SilenceReminder(note.connection, note.key, silence.after).write())
        return "later"
    silent = Silent(1 + _silent_turns(call))
    return begin(deps, note.connection, Entry(note.key.after("silent"), silent), tasks)


def check_time(deps: Deps, note: TimeLimitReminder, tasks: TaskGroup) -> str:
    """Tell the caller that the last minute has come, or end the call; return what was done. Raises LogError."""
    if note.left:
        wait_on(deps, note)
        return "later"
    entries = deps.ports.log.read(session_log(note.connection))
    call = fold(entries)
    newest = max((entry.key for entry in entries), default=Key(0, ""))
    told = call.time_is_up or (note.last_minute and any(isinstance(one.cause, LastMinute) for one in call.turns))
    if not call.opened or call.over or told:
        return "settled"
    if not note.last_minute:
        return begin(deps, note.connection, Entry(newest.after("over"), TimeUp()), tasks)
    if not _free(call):
        wait_on(deps, TimeLimitReminder(note.connection, SOON_S))
        return "later"
    wait_on(deps, TimeLimitReminder(note.connection, LAST_MINUTE_S, last_minute=False))
    return begin(deps, note.connection, Entry(newest.after("minute"), LastMinute()), tasks)


def _free(call: Call) -> bool:
    """Return whether nobody is being answered."""
    return not call.over and all(turn.ended for turn in call.turns[-1:])


def _broken(entries: tuple[Entry, ...], since: Key) -> bool:
    """Return whether anything was heard since.

    A barge-in brings several frames in a millisecond, in no order: what came with the end of speech breaks no
    silence, unless it has something said.
    """
    later = any(_shows(one.event) and one.key.at > since.at for one in entries)
    return later or any(isinstance(one.event, TURNS) and one.key.at == since.at for one in entries)


def _shows(event: Event) -> bool:
    return isinstance(event, SIGNS) or (isinstance(event, Info) and event.name in SPEAKING)


def _silent_turns(call: Call) -> int:
    """Return how often on end the silence has been broken."""
    number = 0
    for turn in call.turns[::-1]:
        if not isinstance(turn.cause, Silent):
            break
        number += 1
    return number
