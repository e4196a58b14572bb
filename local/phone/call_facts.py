"""What can be read of a call: what the caller heard, how it ended, and what went wrong."""

from .call_record import CallRecord
from .dialing import dialed
from .forms import Identity
from .records import Frame, Line, Outcome, Problem, SessionRecord, Turn
from .twiml import Verb


class CallFacts:
    """The facts of one call so far. Any thread may read them."""

    def __init__(self, identity: Identity, record: CallRecord) -> None:
        self._identity, self._record = identity, record
        self._answered_from = 0

    @property
    def sid(self) -> str:
        """The CallSid."""
        return self._identity.call_sid

    @property
    def outcome(self) -> Outcome | None:
        """How the call ended; None while it goes on. The caller of a refused call hears `busy`."""
        return self._record.outcome

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._record.outcome is not None

    @property
    def listening(self) -> bool:
        """Whether a <Gather> or a <Record> waits for the caller now."""
        return self._record.listening

    @property
    def speaking(self) -> bool:
        """Whether the agent's voice can be heard now."""
        return self._record.speaking

    @property
    def heard(self) -> str:
        """Exactly what the caller has heard the agent say so far, including the greeting and any <Say>."""
        with self._record.changed:
            return self._record.transcript.heard

    @property
    def answer(self) -> str:
        """What the caller has heard so far in answer to their last `say` or `interrupt`."""
        return " ".join(turn.heard for turn in self.turns[self._answered_from :]).strip()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The conversation as it was heard: one line until the other side speaks."""
        return tuple(self._record.snapshot()[0])

    @property
    def transcript(self) -> str:
        """The conversation as it was heard, one `who: text` on each line."""
        with self._record.changed:
            return str(self._record.transcript)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One record for each final prompt."""
        return tuple(self._record.snapshot()[1])

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Every frame in both directions, in the order of their times."""
        with self._record.changed:
            return tuple(self._record.frames)

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        """Every session that was set up."""
        with self._record.changed:
            return tuple(self._record.sessions)

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """Every verb that was run, in order, except those of the sessions."""
        with self._record.changed:
            return tuple(self._record.verbs)

    @property
    def dialed(self) -> str | None:
        """The number, address, `client:` or `workflow:` to which the caller was last put through; None if to none."""
        dials = [verb for verb in self.verbs if verb.name in ("Dial", "Enqueue")]
        return dialed(dials[-1]) if dials else None

    @property
    def whispered(self) -> str:
        """Everything that the dialled persons heard before they were connected to the caller."""
        with self._record.changed:
            return " ".join(self._record.whispers)

    @property
    def recordings(self) -> tuple[Verb, ...]:
        """Every <Recording> that was started, in order."""
        starts = (verb for verb in self.verbs if verb.name == "Start")
        return tuple(noun for start in starts for noun in start.nouns if noun.name == "Recording")

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What the application did wrong; empty if nothing."""
        with self._record.changed:
            return tuple(self._record.errors)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Twilio would ignore without a word: unknown attributes, words that were never passed on."""
        with self._record.changed:
            return tuple(self._record.warnings)

    def __repr__(self) -> str:
        return f"<Call {self.sid} {self.outcome or 'in progress'}>"

    @property
    def _ended_sessions(self) -> int:
        return sum(session.ended is not None for session in self._record.sessions)
