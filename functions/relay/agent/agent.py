"""The agent as plain data: what it is told, what it says first, its voices and its tools."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from functions.relay.agent.checks import check_attributes, check_hints, fits_twiml, not_empty, one_of
from functions.relay.agent.outcomes import EndCall, HandOff, PassTo, Speak, Utterance
from functions.relay.agent.phrases import Phrases, Spoken, has_phrases, nearest, phrases, spoken_in
from functions.relay.agent.tool_factory import key_action, tool, written_in
from functions.relay.agent.tools import AgentError, Caller, Tool, ToolExit
from functions.relay.agent.voices import Voice, check_voices
from functions.relay.agent.words import Words, check_arrive, check_words, stranger, words_for
from functions.relay.agent.zones import zone_of
from functions.relay.log.events import Announced
from functions.relay.log.memory import Value
from functions.relay.outbound import Calling
from functions.relay.text.speakable import Speakable, accepted, recursive
from functions.relay.wire.model import ToolSpec

Input = Literal["none", "dtmf", "speech", "any"]
"""What the caller may do: nothing, press keys, speak, or both."""

AfterNoise = Literal["continue", "ask"]
"""What follows a sound of the caller that cut the agent off and brought no words."""

Sensitivity = Literal["low", "medium", "high"]
"""How easily the caller's voice stops the agent's."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Records an agent's calls to their end, whoever the caller is handed to.

    The announcement is spoken before the recording begins, in the language that the call begins in: one text, or one
    for each language. `channels` are the recording's: with two, the caller's voice is apart from the others. Twilio
    keeps the recording; its SID is noted in the call's log.
    """

    announcement: Spoken
    channels: Literal["mono", "dual"] = "dual"

    def __post_init__(self) -> None:
        not_empty("Recording.announcement", spoken_in(self.announcement, "").strip())
        fits_twiml("Recording.announcement", self.announcement)
        one_of("Recording.channels", self.channels, ("mono", "dual"))


@dataclass(frozen=True, slots=True)
class Silence:
    """What the agent does when it has finished and nobody speaks for `after` seconds, 1 to 900.

    It says each of `reprompts` in turn, then `goodbye`, and hangs up; None means sentences in the call's language.
    """

    after: int = 10
    reprompts: Sequence[Spoken] | None = None
    goodbye: Spoken | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.after <= 900:
            raise AgentError(f"Silence.after is {self.after}; give 1 to 900 seconds.")

    def sentence(self, times: int, language: str, phrases: Phrases) -> str:
        """Return what is said the so-manyeth time on end that nobody has spoken; nothing when it is time to go."""
        reprompts = (phrases.still_there,) * 2 if self.reprompts is None else self.reprompts
        return spoken_in(reprompts[times - 1], language) if times <= len(reprompts) else ""


Arrival = Mapping[str, Value] | PassTo | HandOff | EndCall | None
"""What `Agent.arrive` returns: facts, another agent, somebody else, a refusal, or nothing."""

KeyAction = str | Utterance | ToolExit | Tool
"""What a key does: words as if the caller had spoken them, what a tool may return, or a function that returns it."""


@dataclass(frozen=True)
class Agent:
    """What a user writes. The first of `voices`, by BCP-47 language, is the one that the call begins with.

    `greeting` is one text, or one for each language. `keys` gives keys of the phone a meaning: words as if the caller
    had spoken them, what a tool may return, or a function that returns that. `silence` is what happens when nobody
    speaks, None for nothing. After `minutes` the call is ended, a minute after saying so. `own_phrases` replaces, by
    language, what Hotline says by itself.
    `relay` sets any other attribute of Twilio's <ConversationRelay>, by the SDK's name, such as
    `{"speechTimeout": 900}`. `say_as` gives words, as the model writes them, the form in which they are spoken:
    `{"Dr.": "Doctor"}`. `sensitivity` and `ignore_backchannel` say how easily the caller's voice stops the agent's,
    and whether an "uh-huh" does, or makes a turn. When the agent calls people, `voicemail` is left on machines, and
    `calling` says when it may.
    Raises AgentError for an agent that cannot work.
    """

    prompt: Words
    """What the model is told to be: a text, one for each language, or a function of the `Caller`."""

    greeting: Words
    """The first words: a text, one for each language, or a function of the `Caller`, such as
    `lambda caller: f"Hello {caller.facts.get('name', '')}!"`."""

    voices: Mapping[str, Voice]
    tools: Sequence[Callable[..., Any] | Tool] = ()
    keys: Mapping[str, KeyAction | Callable[..., Any]] = field(default_factory=dict)
    silence: Silence | None = Silence()
    minutes: float = 60
    interruptible: Input = "any"
    greeting_interruptible: Input = "any"
    sensitivity: Sensitivity = "high"
    ignore_backchannel: bool = False
    after_noise: AfterNoise = "continue"
    """What the agent does when a sound without words has cut it off: `continue` with what was not heard, or `ask` the
    caller to say it again."""
    partial_prompts: bool = False
    hints: Sequence[str] = ()
    relay: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    own_phrases: Mapping[str, Phrases] = field(default_factory=dict)
    say_as: Mapping[str, str] = field(default_factory=dict)
    spell_numbers: bool = True
    """Says numbers in words, as people say them in the call's language: `$5.50` is "five dollars and fifty cents",
    `8:30` "eight thirty", a phone number digit by digit. In en, de, es, fr, it and hi; elsewhere, and with False, the
    voice reads them as they are written."""
    voicemail: Spoken = ""
    calling: Calling = Calling()
    recording: Recording | None = None
    when_limited: HandOff | None = None
    """Where callers go who meet one of the `LIMITS`, such as `HandOff("busy", to="+15550100")`. By default they hear
    that we cannot take the call, and it ends."""
    arrive: Callable[[Caller], Arrival] | None = None
    """Looks the caller up while the phone rings, for three seconds at most: a function of the `Caller` that returns
    facts (`{"name": "Alma"}`), `PassTo` another agent, a `HandOff`, or an `EndCall` that refuses the call. If it is
    late or fails, the call goes on without it. Default: nothing is looked up."""

    zone: str = "UTC"
    """Where the agent is, for the date and time that the model is told: a name such as `Europe/Berlin`."""

    tell_number: bool = True
    """Whether the model is told the caller's number, if there is one."""

    toolbox: Mapping[str, Tool] = field(init=False, repr=False)
    acts: Mapping[str, KeyAction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        not_empty("Agent.voices", self.voices)
        one_of("Agent.interruptible", self.interruptible, get_args(Input))
        one_of("Agent.greeting_interruptible", self.greeting_interruptible, get_args(Input))
        one_of("Agent.after_noise", self.after_noise, get_args(AfterNoise))
        one_of("Agent.sensitivity", self.sensitivity, get_args(Sensitivity))
        _pronounceable(self.say_as)
        check_voices(self.voices)
        check_words("Agent.prompt", self.prompt, self.voices)
        check_words("Agent.greeting", self.greeting, self.voices, may_be_empty=True)
        zone_of(self.zone)
        if self.arrive is not None:
            check_arrive(self.arrive)
        check_attributes(self.relay)
        check_hints(self.hints)
        fits_twiml("Agent.greeting", {language: self.greeting_in(language) for language in self.voices})
        fits_twiml("Agent.voicemail", self.voicemail)
        _of_languages("voicemail", self.voicemail if isinstance(self.voicemail, Mapping) else {}, self.voices)
        _of_languages("own_phrases", self.own_phrases, self.voices)
        if self.minutes < 2:
            raise AgentError(f"Agent.minutes is {self.minutes}; give 2 or more: a minute before, the caller is told.")
        object.__setattr__(self, "toolbox", _toolbox(self.tools, tuple(self.voices)))
        object.__setattr__(self, "acts", {key: _act(key, one, self.voices) for key, one in self.keys.items()})

    @property
    def language(self) -> str:
        """The language that a call begins in."""
        return next(iter(self.voices))

    @property
    def phrases(self) -> Phrases:
        """What Hotline says for this agent in the language that a call begins in."""
        return self.phrases_in(self.language)

    def phrases_in(self, language: str) -> Phrases:
        """Return what Hotline says by itself in one of the languages."""
        return phrases(language, self.own_phrases.get(language))

    def nearest(self, language: str) -> str:
        """Return the agent's language that comes nearest to this one, such as `es-ES` for `es-MX`; empty for none."""
        return nearest(language, self.voices)

    def outside_session(self, text: Spoken, language: str, otherwise: str) -> tuple[str, str]:
        """Return what <Say> speaks in a call of this language, and the language to speak it in.

        A text without a language is written in the agent's first one. In a call of another language the caller hears
        `otherwise` instead: the name of the phrase of Hotline's that says it in general.
        """
        code = self.nearest(language) or self.language
        if not isinstance(text, str):
            return spoken_in(text, code), code
        own = self.own_phrases.get(code, Phrases())
        if code == self.language or not (has_phrases(code) or getattr(own, otherwise)):
            return text, self.language
        return str(getattr(self.phrases_in(code), otherwise)), code

    def greeting_in(self, language: str) -> str:
        """Return the first words in one of the languages, to a caller of whom nothing is known."""
        return words_for(self.greeting, stranger(language))

    def prompt_in(self, language: str) -> str:
        """Return the prompt in one of the languages, for a caller of whom nothing is known."""
        return words_for(self.prompt, stranger(language))

    def first_words(self, announced: Announced) -> str:
        """Return what a session begins with that was announced so."""
        own = self.greeting_in(announced.language or self.language)
        return own if announced.greeting is None else announced.greeting

    @property
    def destinations(self) -> frozenset[str]:
        """The agents that this one passes callers to, as far as can be known before a call."""
        listed = (one.destinations for one in (*self.toolbox.values(), *self.acts.values()) if isinstance(one, Tool))
        return frozenset().union(*listed, (one.agent for one in self.acts.values() if isinstance(one, PassTo)))

    def speakable(self, language: str) -> Speakable:
        """Return what makes the model's words speakable by the voice of one of the languages."""
        return Speakable(
            self.say_as, accepted(self.voices[language].provider, language), language, self.spell_numbers
        )

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model sees them."""
        return tuple(one.spec for one in self.toolbox.values())


def _pronounceable(say_as: Mapping[str, str]) -> None:
    for written, spoken in say_as.items():
        if not written.strip() or written != written.strip():
            raise AgentError(f"Agent.say_as has the key {written!r}; give a word without space around it.")
        not_empty(f"Agent.say_as[{written!r}]", spoken.strip())
    if word := recursive(say_as):
        raise AgentError(
            f"Agent.say_as[{word!r}] is spoken {say_as[word]!r}, which holds a word of the table; "
            "give the form in which it is spoken in the end."
        )


KEYS = frozenset("0123456789*#")


def _act(key: str, meaning: KeyAction | Callable[..., Any], languages: Mapping[str, Voice]) -> KeyAction:
    if key not in KEYS:
        raise AgentError(f"Agent.keys has the key {key!r}; a phone has 0 to 9, * and #.")
    match meaning:
        case Speak(language) if language not in languages:
            raise AgentError(f"Agent.keys[{key!r}] speaks {language}, which has no voice; add it to Agent.voices.")
        case str():
            not_empty(f"Agent.keys[{key!r}]", meaning.strip())
            return meaning
        case _ if isinstance(meaning, Utterance | ToolExit | Tool):
            return meaning
        case _:
            return key_action(meaning)


def _of_languages(name: str, given: Mapping[str, object], languages: Mapping[str, Voice]) -> None:
    if unknown := sorted(set(given) - set(languages)):
        raise AgentError(f"Agent.{name} has {', '.join(unknown)}, which has no voice; add it to Agent.voices.")


def _toolbox(tools: Sequence[Callable[..., Any] | Tool], languages: tuple[str, ...]) -> dict[str, Tool]:
    made = [one if isinstance(one, Tool) else tool(one) for one in tools]
    if len(languages) > 1 and all(one.spec.name != "switch_language" for one in made):
        made.append(_switch(languages))
    return _by_name(made)


def _by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    box: dict[str, Tool] = {}
    for one in tools:
        name = one.spec.name
        if name in box:
            raise AgentError(
                f"Agent.tools has two tools named {name}, of {written_in(box[name].function)} and "
                f"{written_in(one.function)}; rename one, since the model asks by name."
            )
        box[name] = one
    return box


def _switch(languages: tuple[str, ...]) -> Tool:
    """Return the tool with which an agent of several languages goes from one to another."""

    def switch_language(language: str) -> Speak:
        """Switch the call to another language, as soon as the caller speaks it or asks for it."""
        return Speak(language, answer=f"The call is in {language} from here on. Answer in that language.")

    switch_language.__annotations__["language"] = Literal[languages]
    return tool(switch_language)
