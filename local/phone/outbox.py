"""The messages that Twilio sends in a session, in order with all other effects of the session.

https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
"""

from .effects import Effect, Heard, Send
from .playback import Begun, Cut, Played, Sound, Sounded, Voice
from .records import Clause, Speaker, Speaking, Words

_CLIENT = {"agent": "agentSpeaking", "caller": "clientSpeaking"}


class Outbox:
    """A list of effects, with one method for each message; `events` are those that the TwiML subscribed to."""

    def __init__(self, events: frozenset[str]) -> None:
        self._events = events
        self._effects: list[Effect] = []
        self.announced = True

    def take(self) -> list[Effect]:
        """Return the effects since the last time, in order."""
        effects, self._effects = self._effects, []
        return effects

    def add(self, effect: Effect) -> None:
        """Append any other effect."""
        self._effects.append(effect)

    def send(self, **message: object) -> None:
        """Send a message, its fields in this order."""
        self.add(Send(message))

    def error(self, description: str) -> None:
        """Send an `error`."""
        self.send(type="error", description=description)

    def prompt(self, text: str, lang: str, *, last: bool) -> None:
        """Send a `prompt`."""
        self.send(type="prompt", voicePrompt=text, lang=lang, last=last)

    def interrupt(self, cut: Cut) -> None:
        """Send an `interrupt`. Both its fields are about the chunk that was being spoken, not about the reply."""
        self.send(
            type="interrupt",
            utteranceUntilInterrupt=cut.played.text.strip() if cut.played.kind == "text" else "",
            durationUntilInterruptMs=cut.milliseconds,
        )

    def spoke(self, who: Speaker, on: bool) -> None:
        """Report that a voice began or stopped."""
        self.add(Speaking(who, on))
        if self.announced and "speaker-events" in self._events:
            self.send(type="info", name=_CLIENT[who], value="on" if on else "off")
        self.announced = True

    def played(self, event: Sound) -> None:
        """Report what the playback reports."""
        match event:
            case Voice(on):
                self.spoke("agent", on)
            case Begun(text):
                self.add(Clause(text))
            case Sounded(text):
                self.add(Words(text))
            case Played():
                self._tokens_played(event)

    def _tokens_played(self, event: Played) -> None:
        # A full chunk is reported with the space before it, a fragment without, as recorded calls show.
        shown = event.text if event.whole else event.text.strip()
        if event.kind == "media" or not shown:
            return
        if "tokens-played" in self._events:
            self.send(type="info", name="tokensPlayed", value=shown)
        if event.kind == "text":
            self.add(Heard(event.text, event.cycle))

    def unheard_of(self, cut: Cut) -> None:
        """Record what the caller heard of a chunk that cannot be reported, since the socket has died."""
        if cut.played.kind == "text" and cut.played.text:
            self.add(Heard(cut.played.text, cut.played.cycle))
        if cut.voice:
            self.add(Speaking("agent", False))
