"""What the caller does in a session, and how much of it Twilio reports to the application.

`interruptible` decides whether speech or a key stops the agent. `reportInputDuringAgentSpeech` decides whether the
application learns of it while the agent speaks.
"""

from collections import deque
from dataclasses import dataclass
from functools import partial

from .clauses import Utterance, parts, utterance
from .effects import Finished, Warned
from .options import Pace, Quirks
from .outbox import Outbox
from .playback import Input, Playback
from .timers import Timers
from .twiml import Relay

_BACKCHANNEL = frozenset({"uh-huh", "uh huh", "mm-hmm", "mhm", "mm", "yeah", "right", "okay", "ok"})


@dataclass(slots=True)
class _Speech:
    """An utterance on its way. `barged`: it has interrupted the agent. `withheld`: it is not reported."""

    utterance: Utterance
    lang: str
    following: tuple[str, ...]
    barged: bool = False
    withheld: bool = False


class Caller:
    """The caller's end of a session. `lang` is the language that prompts name; `busy` counts inputs on their way."""

    def __init__(
        self,
        relay: Relay,
        pace: Pace,
        quirks: Quirks,
        *,
        playback: Playback,
        outbox: Outbox,
        timers: Timers,
    ) -> None:
        self._relay, self._pace, self._quirks = relay, pace, quirks
        self._playback, self._outbox, self._timers = playback, outbox, timers
        self.lang = relay.spoken_language
        self.busy = 0
        self._speaking = self._composing = False
        self._waiting: deque[tuple[tuple[str, ...], str]] = deque()

    def speak(self, now: float, text: str, lang: str | None) -> None:
        """Begin to say something, or queue it after the present words. Without text it is a noise."""
        self.busy += 1
        self._waiting.append((tuple(parts(text, self._quirks.finals)), lang or self.lang))
        if not self._speaking:
            self._begin_part(now, *self._waiting.popleft())

    def compose(self, on: bool) -> None:
        """Begin or stop to form words: the line reports that the caller speaks before it knows the words."""
        if on != self._composing and not self._speaking:
            self._composing = on
            self._outbox.spoke("caller", on)

    def press(self, now: float, keys: str) -> None:
        """Press keys, one after another."""
        self.busy += 1
        for index, key in enumerate(keys):
            self._timers.at(now + index * self._pace.key, partial(self._press, key))
        self._timers.at(now + (len(keys) - 1) * self._pace.key, self._finish)

    def _begin_part(self, now: float, texts: tuple[str, ...], lang: str) -> None:
        self._speaking = True
        recognised = self._quirks.recognised.get(texts[0]) or utterance(texts[0], self._pace)
        speech = _Speech(recognised, lang, texts[1:])
        if not self._composing:
            self._outbox.spoke("caller", True)
        self._composing = False
        self._break_in(now, speech)
        for after, text in speech.utterance.partials[1 if speech.barged else 0 :]:
            self._timers.at(now + after, partial(self._partial, speech, text))
        self._timers.at(now + speech.utterance.final_after, lambda at: self._conclude(at, speech))

    def _break_in(self, now: float, speech: _Speech) -> None:
        audible = self._playback.voice
        if self._is_backchannel(speech) or not self._barge_in(now, "speech"):
            return
        speech.barged = True
        speech.withheld = self._quirks.none_hides_interruption and "speech" not in self._relay.reported
        # The first words are those by which the recogniser noticed the interruption.
        for _, words in speech.utterance.partials[:1]:
            self._partial(speech, words, now)
        if audible:
            self._outbox.spoke("agent", False)

    def _partial(self, speech: _Speech, text: str, _now: float) -> None:
        if self._relay.partials and self._passes(speech):
            self._outbox.prompt(text, speech.lang, last=False)

    def _conclude(self, now: float, speech: _Speech) -> None:
        self._outbox.spoke("caller", False)
        text = speech.utterance.text
        if text and self._passes(speech):
            self._outbox.prompt(text, speech.lang, last=True)
        elif text:
            self._outbox.add(Warned(f"the application was not told that the caller said {text!r}"))
        if speech.following:
            self._waiting.appendleft((speech.following, speech.lang))
        else:
            self._finish(now)
        self._speaking = bool(self._waiting)
        if self._waiting:
            self._timers.at(now + self._pace.rest, lambda at: self._begin_part(at, *self._waiting.popleft()))

    def _passes(self, speech: _Speech) -> bool:
        if speech.withheld or self._is_backchannel(speech):
            return False
        return speech.barged or not self._playback.playing or "speech" in self._relay.reported

    def _is_backchannel(self, speech: _Speech) -> bool:
        return self._relay.ignores_backchannel and speech.utterance.text.lower().strip(" .,!") in _BACKCHANNEL

    def _press(self, key: str, now: float) -> None:
        if not self._relay.dtmf:
            self._outbox.add(Warned(f"the application was not told of key {key}: dtmfDetection is off"))
            return
        self._report(key)
        audible = self._playback.voice
        if self._barge_in(now, "dtmf") and audible:
            self._outbox.spoke("agent", False)

    def _report(self, key: str) -> None:
        stops = self._playback.yields_to("dtmf") and not self._quirks.none_hides_interruption
        if not self._playback.playing or stops or "dtmf" in self._relay.reported:
            self._outbox.send(type="dtmf", digit=key)
        else:
            self._outbox.add(Warned(f"the application was not told of key {key} while the agent spoke"))

    def _barge_in(self, now: float, kind: Input) -> bool:
        cut = self._playback.cut(now) if self._playback.yields_to(kind) else None
        if cut is None:
            return False
        self._outbox.played(cut.played)
        if late := self._quirks.late_interrupt:
            self._timers.at(now + late, lambda _: self._outbox.interrupt(cut))
        else:
            self._outbox.interrupt(cut)
        return True

    def _finish(self, _now: float) -> None:
        self.busy -= 1
        self._outbox.add(Finished())
