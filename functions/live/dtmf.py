"""Handles a key of the phone: a digit for a tool, a key with a meaning for the agent, or one that is only logged."""

from itertools import pairwise
from math import ceil

from functions.live.deps import Deps, Frame
from functions.live.digits import completing, digits_prompt_of, digits_since, in_a_row, is_late, late_until
from functions.live.reading import read_for_reminder, read_open
from functions.live.reminders import DigitsReminder
from functions.live.reply import begin
from functions.live.tasks import TaskGroup
from functions.relay import Agent
from functions.relay.agent.outcomes import Say
from functions.relay.agent.tools import DigitsPrompt
from functions.relay.call.call import Call, fold
from functions.relay.call.timers import HandIn, Later, Settled, StillKeying, digits_step, spoken_instead
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Digit, DigitsEntered, DigitsRequested, EarlyKey, Entry, KeyPressed
from functions.relay.log.keys import Key, private_log
from functions.relay.wire.messages import Dtmf

SETTLE_S = 0.5
"""Seconds to wait for earlier keys whose invocations are slower than the last one's."""

EARLY_S = 1.0
"""Seconds that a key waits for the next one if digits are private: several in a row are not a choice in a menu."""

PIN_KEY_GAP_MS = 2000
"""Milliseconds within which two keys that nothing asked for count as a part of a PIN."""

LATE_PIN_KEY_MS = 3000
"""Milliseconds within which a later key continues a PIN that has two keys or more."""


@dataclass(frozen=True, slots=True)
class _Collection:
    """The digits that the caller is asked for, and the key of that question."""

    at: Key
    collecting: DigitsRequested
    digits_prompt: DigitsPrompt
    late: int = 0
    """Until when keys belong to the entry before, in the gateway's milliseconds."""

    words: Key | None = None
    """The newest words that the caller spoke instead; None for none. With them the first reminder has ended."""

    def keyed(self, digits: tuple[Entry, ...]) -> Entry | None:
        """Return the entry that hands the digits in, at the key of the last one; None while digits are missing."""
        if (last := completing(digits, self.digits_prompt)) is None:
            return None
        keys = self.digits_prompt.whole(in_a_row(digits)) or ""
        known = "" if self.digits_prompt.private else keys
        # The key that ends the digits, alone, is no answer: the model is told that none came.
        event = DigitsEntered(self.collecting.tool, self.collecting.arguments, self.at, bool(keys), known)
        return Entry(last.key, event)

    def at_the_end(self, digits: tuple[Entry, ...]) -> DigitsEntered:
        """Return the event that hands in the digits that came before their time was over."""
        known = "" if self.digits_prompt.private else in_a_row(digits)
        return DigitsEntered(self.collecting.tool, self.collecting.arguments, self.at, bool(digits), known)


def press(deps: Deps, frame: Frame, pressed: Dtmf, tasks: TaskGroup) -> str:
    """Handle one key; return one word for the debug log. Raises LogError."""
    call = fold(read_open(deps, frame, tasks).entries)
    agent = deps.agent(call.opened.agent) if call.opened else None
    if agent and not call.over:
        late, asked = is_late(agent, call, frame.key, pressed.digit), _open_request(agent, call)
        if asked and not (late and not digits_since(deps, frame.connection, asked.at, asked.late)):
            return _take(deps, frame, pressed, asked, tasks)
        meaning = None if late else agent.acts.get(pressed.digit)
        if _asks_in_private(agent) and _in_a_row(deps, frame, pressed, tasks, has_meaning=meaning is not None):
            meaning = None
        if meaning is not None:
            words, says = (
                meaning if isinstance(meaning, str) else "",
                meaning.text if isinstance(meaning, Say) else "",
            )
            return begin(deps, frame.connection, Entry(frame.key, KeyPressed(pressed.digit, words, says)), tasks)
    # A key that was pressed too early or too late may be part of a PIN: the log then gets it without its digit.
    noted = Dtmf("") if agent and _asks_in_private(agent) else pressed
    deps.ports.log.append(frame.log, Entry(frame.key, noted))
    return "dtmf"


def check_digits(deps: Deps, reminder: DigitsReminder, tasks: TaskGroup) -> str:
    """Give up waiting for digits if no new one has come; return one word for the debug log. Raises LogError."""
    entries = read_for_reminder(deps, reminder.connection, tasks)
    call = fold(entries)
    if call.opened is None or call.over or call.collecting is None:
        return "settled"
    # A deployment may have removed the tool. The model is told that no digits came: nothing else ends the request.
    gone = _Collection(*call.collecting, DigitsPrompt(""))
    asked = _open_request(deps.agent(call.opened.agent), call) or gone
    digits = digits_since(deps, reminder.connection, asked.at, asked.late)
    time = {"waited": reminder.waited, "after": reminder.after, "timeout": asked.digits_prompt.timeout}
    match digits_step(call, entries, digits, reminder.key, last=reminder.last, **time):
        case Settled():
            return "settled"
        case StillKeying(last, seconds):
            deps.remind(seconds, reminder.again(seconds, last=last).write())
            return "still keying"
        case Later(seconds):
            deps.remind(seconds, reminder.again(seconds, waited=reminder.waited + seconds).write())
            return "later"
        case HandIn(key):
            return begin(deps, reminder.connection, Entry(key, asked.at_the_end(digits)), tasks)


def _open_request(agent: Agent, call: Call) -> _Collection | None:
    if call.collecting is None:
        return None
    digits_prompt = digits_prompt_of(agent, call.collecting[1].tool)
    late = late_until(agent, call, call.collecting[0])
    return _Collection(*call.collecting, digits_prompt, late, spoken_instead(call)) if digits_prompt else None


def _asks_in_private(agent: Agent) -> bool:
    return any(tool.digits_prompt and tool.digits_prompt.private for tool in agent.toolbox.values())


def _in_a_row(deps: Deps, frame: Frame, pressed: Dtmf, tasks: TaskGroup, *, has_meaning: bool) -> bool:
    """Put a key that no tool has asked for into the private log; return whether it is one of several, as in a PIN.

    A key without a meaning does nothing in either case, so it does not wait for the next one.
    """
    deps.ports.private.append(private_log(frame.connection), Entry(frame.key, EarlyKey(pressed.digit)))
    if not has_meaning or _continues_pin(deps, frame):
        return True
    tasks.wait(lambda: False, EARLY_S)
    return any(abs(key.at - frame.key.at) <= PIN_KEY_GAP_MS for key in _without_choices(deps, frame))


def _continues_pin(deps: Deps, frame: Frame) -> bool:
    """Return whether the keys before this one look like a PIN: two or more. One alone may be a mistake."""
    earlier = [key.at for key in _without_choices(deps, frame) if key < frame.key]
    a_row = any(later - one <= PIN_KEY_GAP_MS for one, later in pairwise(sorted(earlier)))
    return a_row and frame.key.at - max(earlier) <= LATE_PIN_KEY_MS


def _without_choices(deps: Deps, frame: Frame) -> list[Key]:
    """Return the other early keys, without those that were a choice in a menu."""
    turns = fold(deps.ports.log.read(frame.log)).turns
    apart = {frame.key.frame, *(turn.key.frame for turn in turns if isinstance(turn.cause, KeyPressed))}
    kept = deps.ports.private.read(private_log(frame.connection))
    return [entry.key for entry in kept if isinstance(entry.event, EarlyKey) and entry.key.frame not in apart]


def _take(deps: Deps, frame: Frame, pressed: Dtmf, asked: _Collection, tasks: TaskGroup) -> str:
    deps.ports.private.append(private_log(frame.connection), Entry(frame.key, Digit(pressed.digit)))
    digits = digits_since(deps, frame.connection, asked.at, asked.late)
    if not asked.keyed(digits):
        _remind_again(deps, frame, asked, digits)
        return "a digit"
    tasks.wait(lambda: False, SETTLE_S)
    keyed = asked.keyed(digits_since(deps, frame.connection, asked.at, asked.late))
    return begin(deps, frame.connection, keyed, tasks) if keyed else "a digit"


def _remind_again(deps: Deps, frame: Frame, asked: _Collection, digits: tuple[Entry, ...]) -> None:
    """Send a new reminder with the first digit after words that the caller spoke instead: no more may come."""
    after_words = (one.key for one in digits if asked.words and one.key > asked.words)
    if min(after_words, default=None) != frame.key:
        return
    timeout = asked.digits_prompt.timeout
    after = ceil((frame.key.at - asked.at.at) / 1000) + timeout
    deps.remind(timeout, DigitsReminder(frame.connection, asked.at, str(frame.key), after=after).write())
