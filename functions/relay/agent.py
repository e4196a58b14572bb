"""The agent as plain data: what it is told, what it says first, its voices and its tools."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from functions.relay.model import ToolSpec
from functions.relay.outbound import Calling
from functions.relay.phrases import Phrases, phrases
from functions.relay.speakable import Speakable, accepted, recursive
from functions.relay.tools import AgentError, Tool, tool

Input = Literal["none", "dtmf", "speech", "any"]
"""What the caller may do: nothing, press keys, speak, or both."""

Speaker = Literal["ElevenLabs", "Google", "Amazon"]
Listener = Literal["Deepgram", "Google"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One language's voice: the provider's name for it, and who listens in that language (None: Twilio's choice)."""

    provider: Speaker
    name: str
    listener: Listener | None = None
    speech_model: str | None = None

    def __post_init__(self) -> None:
        _one_of("Voice.provider", self.provider, get_args(Speaker))
        if self.listener is not None:
            _one_of("Voice.listener", self.listener, get_args(Listener))
        if not self.name:
            raise AgentError("Voice.name is empty; give the provider's name of the voice.")


@dataclass(frozen=True)
class Agent:
    """What a user writes. The first of `voices`, by BCP-47 language, is the one that the call begins with.

    `relay` sets any other attribute of Twilio's <ConversationRelay>, by the SDK's name, such as
    `{"speechTimeout": 900}`. `say_as` gives words, as the model writes them, the form in which they are spoken:
    `{"Dr.": "Doctor"}`. When the agent calls people, `voicemail` is left on machines, and `calling` says when it may.
    Raises AgentError for an agent that cannot work.
    """

    prompt: str
    greeting: str
    voices: Mapping[str, Voice]
    tools: Sequence[Callable[..., Any] | Tool] = ()
    interruptible: Input = "any"
    greeting_interruptible: Input = "any"
    partial_prompts: bool = False
    hints: Sequence[str] = ()
    relay: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    own_phrases: Phrases | None = None
    say_as: Mapping[str, str] = field(default_factory=dict)
    voicemail: str = ""
    calling: Calling = Calling()
    toolbox: Mapping[str, Tool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _needed("Agent.prompt", self.prompt)
        _needed("Agent.voices", self.voices)
        _one_of("Agent.interruptible", self.interruptible, get_args(Input))
        _one_of("Agent.greeting_interruptible", self.greeting_interruptible, get_args(Input))
        _pronounceable(self.say_as)
        object.__setattr__(self, "toolbox", _toolbox(self.tools))

    @property
    def language(self) -> str:
        """The language that a call begins in."""
        return next(iter(self.voices))

    @property
    def phrases(self) -> Phrases:
        """What Hotline says for this agent when something went wrong."""
        return self.own_phrases or phrases(self.language)

    def speakable(self, language: str) -> Speakable:
        """Return what makes the model's words speakable by the voice of one of the languages."""
        return Speakable(self.say_as, accepted(self.voices[language].provider, language), language)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model sees them."""
        return tuple(one.spec for one in self.toolbox.values())


def _pronounceable(say_as: Mapping[str, str]) -> None:
    for written, spoken in say_as.items():
        if not written.strip() or written != written.strip():
            raise AgentError(f"Agent.say_as has the key {written!r}; give a word without space around it.")
        _needed(f"Agent.say_as[{written!r}]", spoken.strip())
    if word := recursive(say_as):
        raise AgentError(
            f"Agent.say_as[{word!r}] is spoken {say_as[word]!r}, which holds a word of the table; "
            "give the form in which it is spoken in the end."
        )


def _toolbox(tools: Sequence[Callable[..., Any] | Tool]) -> dict[str, Tool]:
    made = [one if isinstance(one, Tool) else tool(one) for one in tools]
    box = {one.spec.name: one for one in made}
    if len(box) < len(made):
        names = sorted(
            {one.spec.name for one in made if [other.spec.name for other in made].count(one.spec.name) > 1}
        )
        raise AgentError(
            f"Agent.tools has two tools named {', '.join(names)}; rename one, since the model asks by name."
        )
    return box


def _needed(name: str, value: object) -> None:
    if not value:
        raise AgentError(f"{name} is empty.")


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise AgentError(f"{name} is {value!r}; it is one of {', '.join(known)}.")
