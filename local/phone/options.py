"""How fast a simulated call is, and the rare faults that it may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clauses import Utterance


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take on a call, in seconds of the call; the defaults are what recorded calls show.

    `Phone(speed=...)` divides all of them, so a pace never needs to be shortened for a test's sake.
    """

    voice: float = 20.0  # characters a second spoken by the agent: 17 to 22 in the recordings
    start: float = 0.3  # from the first token of silence broken to its first sound
    hold: float = 0.5  # how long words without closing punctuation wait for more
    preempted: float = 2.0  # from a preemption to the first sound of what preempted
    digit: float = 0.35  # one tone of `sendDigits`; a `w` is always half a second
    media: float = 2.0  # one pass of a `play` source, which is never fetched
    caller: float = 15.0  # characters a second spoken by the caller
    partial: float = 0.25  # between two partial prompts
    settle: float = 0.5  # from the caller's last word to the final prompt
    rest: float = 0.3  # between two parts of an utterance that is finalised in parts
    key: float = 0.38  # between two keys
    connect: float = 0.4  # from the TwiML to the handshake
    close: float = 0.09  # from `end`, with nothing left to play, to the close
    after_end: float = 0.3  # from an orderly close to the action callback
    after_loss: float = 1.2  # from a lost socket to the action callback
    ring: float = 1.0  # until a dialled person answers or declines; no recording shows it
    detect: float = 4.2  # from the answer until it is known who answered; no recording shows it
    talk: float = 2.0  # for which a dialled person talks with the caller; no recording shows it


AS_RECORDED = Pace()


@dataclass(frozen=True, slots=True)
class Quirks:
    """What Twilio does in some calls and not in others: every field is a fault to inject.

    `none_hides_interruption` is the one disputed point. With reportInputDuringAgentSpeech="none" the words that
    interrupt the agent were seen never to reach the application, though the documentation calls the two independent.
    """

    none_hides_interruption: bool = True
    finals: int = 1  # prompts into which one utterance is split
    late_interrupt: float = 0.0  # seconds of the call from the purge to the `interrupt` frame
    silent_greeting: bool = False  # leaves out the greeting's `agentSpeaking on`
    slow_handshake: float = 0.0  # further seconds of the call before the handshake
    voice_copies: int = 1  # times the voice webhook is delivered; the last answer counts
    action_copies: int = 1  # times the action callback is delivered; the last answer counts
    action_delay: float = 0.0  # further seconds of the call before the action callback
    action_echo: float | None = None  # seconds of the call until a stale copy of it, its answer ignored
    action_before_close: bool = False
    recognised: "Mapping[str, Utterance]" = field(default_factory=dict)
    """How the recogniser reports certain texts, instead of at its usual pace."""


NO_QUIRKS = Quirks()
