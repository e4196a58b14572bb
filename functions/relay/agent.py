"""The agent as plain data: what it is told, what it says first, its voices and its tools."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from functions.relay.model import ToolSpec
from functions.relay.phrases import Phrases, phrases
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
    `{"speechTimeout": 900}`. Raises AgentError for an agent that cannot work.
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
    toolbox: Mapping[str, Tool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _needed("Agent.prompt", self.prompt)
        _needed("Agent.voices", self.voices)
        _one_of("Agent.interruptible", self.interruptible, get_args(Input))
        _one_of("Agent.greeting_interruptible", self.greeting_interruptible, get_args(Input))
        object.__setattr__(self, "toolbox", _toolbox(self.tools))

    @property
    def language(self) -> str:
        """The language that a call begins in."""
        return next(iter(self.voices))

    @property
    def phrases(self) -> Phrases:
        """What Hotline says for this agent when something went wrong."""
        return self.own_phrases or phrases(self.language)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model sees them."""
        return tuple(one.spec for one in self.toolbox.values())


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
