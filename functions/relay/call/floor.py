"""Reads from the log who has the floor: the caller, the agent, or neither. All timers ask here.

The line reports when a voice begins and ends. It may lose an end, and noise may look like a voice. So each report
counts for a limited time. No clock is read: each method is given the time, in the gateway's milliseconds.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from functools import reduce

from functions.relay.call.sorting import as_heard
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    Digit,
    DigitsEntered,
    Entry,
    Event,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    Silent,
    TimeUp,
)
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt

LONGEST_SPEECH_S = 45
"""Seconds for which a caller's voice counts without a word or an end. The longest in recorded calls was 17.5."""

LATE_WORDS_S = 3
"""Seconds for which words count as a voice whose end has come. In recorded calls the next ones came within 0.9 s."""

LONGEST_NOISE_S = 60
"""Seconds after their first one for which sounds of the caller count if no word comes with them."""

LONGEST_ANSWER_S = 120
"""Seconds for which the agent's voice counts without a report of what was played, or an end."""

SETTLE_MS = 1000
"""Milliseconds after the end of a voice within which its words may still reach the log."""

VOICES = ("agentSpeaking", "clientSpeaking")
"""The names of the frames that say who begins or stops speaking."""

TURNS: tuple[type[Event], ...] = (
    Prompt, KeyPressed, DigitsEntered, Silent, LastMinute, TimeUp, NoiseEnded, MachineAnswered
)  # fmt: skip
"""Events after which the agent speaks."""

WORDS: tuple[type[Event], ...] = (*TURNS, Partial, Dtmf, Digit)
"""Events that are more than a sound."""


class Holder(Enum):
    """Who has the floor."""

    CALLER = "caller"
    AGENT = "agent"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Floor:
    """What the log says about the voices. All times are the gateway's milliseconds."""

    caller_since: int | None = None
    """When the caller began to speak; None while the caller is silent."""

    caller_ended: bool = False
    """Whether the newest report of the caller's voice is its end. Words may come later."""

    caller_sign_at: int = 0
    """When the caller was last heard: a beginning or a word."""

    agent_since: int | None = None
    """When the agent began to speak; None while it is silent."""

    agent_sign_at: int = 0
    """When the agent was last heard: a beginning, or a report of what was played."""

    words_at: int = 0
    """When the newest words of the caller or the agent came."""

    sounds_since: int = 0
    """When the caller was first heard after those words; older than `words_at` if not since then."""

    free_since: int = 0
    """When the floor became free: the last voice ended, or a key or the turn of a reminder came after it."""

    def holder(self, now: int) -> Holder:
        """Return who has the floor. A caller who speaks over the agent has it."""
        if self._caller_speaks(now):
            return Holder.CALLER
        if self.agent_since is not None and now - self.agent_sign_at < LONGEST_ANSWER_S * 1000:
            return Holder.AGENT
        return Holder.NOBODY

    def since(self, now: int) -> int:
        """Return when the holder began to speak, or when the floor became free."""
        match self.holder(now):
            case Holder.CALLER:
                return self.caller_since or 0
            case Holder.AGENT:
                return self.agent_since or 0
            case Holder.NOBODY:
                return self.free_since

    def quiet_since(self, now: int) -> int:
        """Return from when a silence counts. Sounds alone end it only for a time."""
        if self.only_noise(now):
            return self.words_at
        # The end of a voice may be lost: then its last sign counts.
        lost = (self.agent_since and self.agent_sign_at, self.caller_since and self.caller_sign_at)
        return max(self.free_since, *(sign or 0 for sign in lost))

    def only_noise(self, now: int) -> bool:
        """Whether sounds of the caller no longer count, because no word has come with them for too long."""
        # A pause before the first sound proves nothing: who begins to speak after a minute has said no word yet.
        return self.sounds_since >= self.words_at and now - self.sounds_since >= LONGEST_NOISE_S * 1000

    def _caller_speaks(self, now: int) -> bool:
        longest = LATE_WORDS_S if self.caller_ended else LONGEST_SPEECH_S
        speaks = self.caller_since is not None and now - self.caller_sign_at < longest * 1000
        return speaks and not self.only_noise(now)


def floor(entries: Iterable[Entry]) -> Floor:
    """Return what these entries say about the voices. They may be in any order."""
    return reduce(_after, as_heard(entries), Floor())


def _after(before: Floor, entry: Entry) -> Floor:
    at = entry.key.at
    before = replace(before, words_at=before.words_at or at)
    match entry.event:
        case Info("clientSpeaking", "on"):
            sounds = at if before.sounds_since < before.words_at else before.sounds_since
            begun = replace(before, caller_since=_first(before.caller_since, at), caller_sign_at=at)
            return replace(begun, caller_ended=False, sounds_since=sounds)
        case Info("clientSpeaking", "off"):
            return replace(before, caller_since=None, caller_ended=True, free_since=at)
        case Info("agentSpeaking", "on"):
            return replace(before, agent_since=_first(before.agent_since, at), agent_sign_at=at, words_at=at)
        case Info("agentSpeaking", "off"):
            return replace(before, agent_since=None, free_since=at, words_at=at)
        case Info("tokensPlayed"):
            return replace(before, agent_sign_at=at, words_at=at)
        case Interrupt():
            return replace(before, agent_since=None, free_since=at)
        case Partial(text) if text.strip():
            return replace(before, caller_since=_first(before.caller_since, at), caller_sign_at=at, words_at=at)
        case Prompt():
            return replace(before, caller_since=None, words_at=at)
        case event if isinstance(event, WORDS):
            return replace(before, words_at=at, free_since=at)
        case _:
            return before


def _first(since: int | None, at: int) -> int:
    return at if since is None else since
