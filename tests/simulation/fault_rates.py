"""How often each fault happens in a run: each seed has some kinds of faults and none of the others."""

from dataclasses import dataclass, fields, replace

from tests.simulation.chance import Chance

KIND_ODDS = 0.3
"""The chance that a seed has a kind of fault at all: all kinds at once would hide each other."""


@dataclass(frozen=True, slots=True)
class FaultRates:
    """The odds of each fault, each time that it could happen."""

    late: float = 0.15  # an invocation starts late, so that frames overtake each other
    repeated: float = 0.1  # a frame or a reminder is delivered twice
    killed: float = 0.12  # an invocation that answers, or handles a key, is killed
    crashed: float = 0.03  # any other invocation is killed
    refused: float = 0.05  # the table refuses at once, and nothing happens
    hanging: float = 0.02  # the table does not answer in time, and has done nothing
    unanswered: float = 0.02  # the table does not answer in time, but has done it
    slow: float = 0.06  # the table is slow
    unnoted: float = 0.03  # the gateway cannot put a note of the line into the table
    busy: float = 0.1  # the line says 429
    timed_out: float = 0.04  # a post gets no answer, though the message has arrived
    lost: float = 0.02  # a post gets no answer, and the message has not arrived
    dropped: float = 0.6  # the socket is lost, and Twilio connects again
    unreporting: float = 0.4  # the line does not report what it has played
    skewed: float = 0.3  # the clock that stamps a frame is some milliseconds off
    gone: float = 0.02  # the caller hangs up in the middle
    failing: float = 0.1  # the model fails before its first word
    breaking: float = 0.1  # the model fails in the middle
    stalling: float = 0.08  # the model says nothing more until its client gives up
    empty: float = 0.12  # the model ends without words, or with nothing that can be spoken
    limited: float = 0.12  # the token limit ends its answer in the middle of a sentence
    cut: float = 0.12  # the token limit ends its answer in the middle of a tool call
    doubled: float = 0.3  # the model calls the same tool twice in one answer
    reminderless: float = 0.05  # a reminder cannot be sent, or the queue does not say that it was
    belated: float = 0.3  # a reminder comes a second late
    undisconnected: float = 0.5  # `$disconnect` never comes
    tools: float = 0.4  # the model calls a tool
    digits: float = 0.35  # the model calls the tool that asks for digits
    endless: float = 0.3  # the line does not report that the caller has stopped speaking
    # The name of this rate is drawn, so it stays: another name would change what the seeds do.
    parting: float = 0.06  # the model calls a tool that ends the session: a hand-off, or a goodbye

    @classmethod
    def of(cls, chance: Chance) -> "FaultRates":
        """Return the odds of a seed."""
        calm = {one.name: 0.0 for one in fields(cls) if chance.share(f"weather {one.name}") >= KIND_ODDS}
        return replace(cls(), **calm)
