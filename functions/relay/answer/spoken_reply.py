"""Writes what one answer says: the model's words made speakable, and what Hotline and tools say and play.

The path of a word from the model to the caller: an adapter streams it, live/answer_runner.py reads it, answer.py
gives it to this file, text/speakable.py makes it speakable, script.py holds it, speech.py sends it when
live/barge_in.py lets it, and adapters/line.py posts it. docs/architecture.md draws this path.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from functions.relay.agent.agent import Agent
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.outcomes import (
    MOST_TEXT_CHARACTERS,
    PassTo,
    Play,
    Say,
    SendDigits,
    Speak,
    Utterance,
    Written,
)
from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.answer.script import Script, SpeakingOptions
from functions.relay.call.call import Call
from functions.relay.text.output_guard import OutputGuard, Reason
from functions.relay.wire.messages import Language, Media, Tones

GuardFor = Callable[[str], OutputGuard]


def unguarded(language: str) -> OutputGuard:
    """Return a guard that stops nothing."""
    return OutputGuard("", ())


class SpokenReply:
    """Writes the script of one answer, in order."""

    def __init__(self, agent: Agent, language: str, lead: str = "", guard: GuardFor = unguarded) -> None:
        """Begin in this language of the call. `lead` is that of `Script`, and `guard` returns a language's guard."""
        self.language = language if language in agent.voices else agent.language
        options = SpeakingOptions(self.language if self.language != agent.language else None)
        self.script = Script("" if agent.preemptible else lead, options)
        if lead and agent.preemptible:
            self.script.close_older()
        self.spoke = False
        """Whether the model or a tool has said or played anything that can be heard."""

        self.spoke_now = False
        """Whether that has happened since the model was last asked."""

        self._agent, self._guard_for = agent, guard
        self._guard = guard(self.language)
        self._speakable = agent.speakable(self.language)

    @property
    def stopped(self) -> Reason | None:
        """Why the model's words were stopped and replaced by a sentence; None if they were not."""
        return self._guard.stopped

    @property
    def called(self) -> bool:
        """Whether the model has written a tool's call into its text since it was last asked."""
        return self._speakable.called

    @property
    def phrases(self) -> Phrases:
        """The sentences that Hotline says by itself, in the language of the call."""
        return self._agent.phrases_in(self.language)

    def begin(self) -> None:
        """Begin a new text of the model."""
        self.spoke_now = False
        self._speakable = self._agent.speakable(self.language)

    def model_says(self, text: str) -> None:
        """Add a piece of the model's text, and say what is speakable so far."""
        self._say(self._guard.feed(self._speakable.feed(text)))

    def model_stops(self, *, cut: bool = False) -> None:
        """Say the words of the model that were held back, because no more come for now.

        `cut`: the text was cut off, so its last number may be a part of one. It is left out: the model says it again.
        """
        self._say(self._guard.feed(self._speakable.rest(cut=cut)) + self._guard.rest())

    def add(self, sentence: Spoken) -> None:
        """Say a sentence of Hotline or of the agent's author."""
        self.script.add_sentence(spoken_in(sentence, self.language))

    def say(self, sentence: Spoken) -> None:
        """Say a sentence of a tool, or the sentence that replaces it: the model may have chosen the tool's words.

        A longer text than a tool may return is cut.
        """
        self.add(self.judged(spoken_in(sentence, self.language)[:MOST_TEXT_CHARACTERS]))

    def judged(self, words: str) -> str:
        """Return the words of a tool as they may be spoken, with a sentence in place of what must not be said."""
        guard = self._guard_for(self.language)
        return guard.feed(words) + guard.rest()

    def passed(self, to: HandOff | PassTo) -> HandOff | PassTo:
        """Return where a call goes, with words for the caller that may be spoken there."""
        match to:
            case PassTo(greeting=str(words)):
                return replace(to, greeting=self.judged(words))
            case HandOff(nobody=str() | Mapping() as words):
                return replace(to, nobody=self.judged(spoken_in(words, self.language)))
            case _:
                return to

    def utter(self, utterances: tuple[Utterance | Written, ...]) -> None:
        """Say and play these after all words before them."""
        self.model_stops()
        for one in utterances:
            self.spoke = self.spoke_now = True
            match one:
                case Say(text, interruptible, preemptible):
                    self.script.say(self.judged(text), whole=not interruptible, preemptible=preemptible)
                case Written(text):
                    self.model_says(text)
                    self.model_stops()
                case Play(source, loop, interruptible, preemptible):
                    self.script.put(Media(source, loop, interruptible, preemptible), apart=preemptible)
                case SendDigits(digits):
                    self.script.put(Tones(digits))
                case Speak(language, answer):
                    self._speak(language, greet=not answer)

    def _speak(self, language: str, greet: bool) -> None:
        if language not in self._agent.voices:
            return
        if language != self.language:
            self.language = language
            self._speakable = self._agent.speakable(language)
            self._guard = self._guard_for(language)
            self.script.turn_to(language, Language(language))
        if greet:
            self.say(self._agent.greeting_in(language))

    def _say(self, words: str) -> None:
        # A voice says nothing for punctuation alone, such as "…", or for an emoji.
        if any(character.isalnum() for character in words):
            self.spoke = self.spoke_now = True
        self.script.add(words)


def lead(call: Call) -> str:
    """Return a space if an older answer may be open on the line: its last word would join our first; else ""."""
    spoke = (turn for turn in call.turns[-2::-1] if turn.ended is None or turn.said)
    before = next(spoke, None)
    return " " if before and (before.ended is None or before.ended.how == "superseded") else ""
