"""How one answer is delivered: the model's words made speakable, and what tools have spoken and played."""

from functions.relay.agent.agent import Agent
from functions.relay.agent.outcomes import Play, Say, SendDigits, Speak, Utterance
from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.answer.speech import SpeakingOptions, Speech
from functions.relay.wire.messages import Language, Media, Tones


class SpokenReply:
    """What is said in one answer, in order. `spoke` tells whether the agent has said anything of its own."""

    def __init__(self, agent: Agent, language: str, lead: str = "") -> None:
        """Begin in a language of the call; `lead` as in `Speech`."""
        self.language = language if language in agent.voices else agent.language
        self.speech = Speech(lead, SpeakingOptions(self.language if self.language != agent.language else None))
        self.spoke = False
        self._agent = agent
        self._speakable = agent.speakable(self.language)

    @property
    def phrases(self) -> Phrases:
        """What Hotline says by itself, in the language of the call."""
        return self._agent.phrases_in(self.language)

    def begin(self) -> None:
        """Begin a text of the model's."""
        self._speakable = self._agent.speakable(self.language)

    def model_says(self, text: str) -> None:
        """Say what can be spoken now of the model's words."""
        self._say(self._speakable.feed(text))

    def model_stops(self) -> None:
        """Say what was held back of them: no more come for now."""
        self._say(self._speakable.rest())

    def add(self, sentence: Spoken) -> None:
        """Say a sentence of Hotline's or of the agent's author."""
        self.speech.add_sentence(spoken_in(sentence, self.language))

    def utter(self, utterances: tuple[Utterance, ...]) -> None:
        """Say and play these in their place among the words."""
        self.model_stops()
        for one in utterances:
            self.spoke = True
            match one:
                case Say(text, interruptible=True):
                    self.speech.add_sentence(text)
                case Say(text):
                    self.speech.say_whole(text)
                case Play(source, loop, interruptible):
                    self.speech.put(Media(source, loop, interruptible))
                case SendDigits(digits):
                    self.speech.put(Tones(digits))
                case Speak(language, answer):
                    self._speak(language, greet=not answer)

    def _speak(self, language: str, greet: bool) -> None:
        if language not in self._agent.voices:
            return
        if language != self.language:
            self.language = language
            self.begin()
            self.speech.turn_to(language, Language(language))
        if greet:
            self.add(self._agent.greeting)

    def _say(self, words: str) -> None:
        self.spoke = self.spoke or bool(words.strip())
        self.speech.add(words)
