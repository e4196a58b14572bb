"""Defines an agent's settings for silence, recordings and interruptions."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

from functions.relay.agent.checks import check_number, check_spoken, fits_twiml, listed, not_empty, one_of
from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.dataclass import dataclass

Input = Literal["none", "dtmf", "speech", "any"]
"""What the caller may do: nothing, press keys, speak, or both."""

AfterNoise = Literal["continue", "ask"]
"""What the agent does after a sound without words has interrupted it."""

Sensitivity = Literal["low", "medium", "high"]
"""How easily the caller's voice stops the agent."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Records an agent's calls until they end, also after a hand-off. Raises AgentError.

    Twilio keeps the recording. The call's log holds its SID.
    """

    announcement: Spoken
    """What is spoken before the recording begins, in the language in which the call begins: a text, or one text for
    each language, such as `"This call is recorded."`."""

    channels: Literal["mono", "dual"] = "dual"
    """The recording's channels. With `"dual"`, the default, the caller's voice has its own channel; with `"mono"` all
    voices share one."""

    def __post_init__(self) -> None:
        check_spoken("Recording.announcement", self.announcement)
        not_empty("Recording.announcement", spoken_in(self.announcement, "").strip())
        fits_twiml("Recording.announcement", self.announcement)
        one_of("Recording.channels", self.channels, ("mono", "dual"))


@dataclass(frozen=True, slots=True)
class Silence:
    """What the agent does when no one speaks: it asks, then it says goodbye and hangs up. Raises AgentError."""

    after: int = 10
    """Seconds without a word before each of the sentences, 1 to 900, such as `20`. Default: 10."""

    reprompts: Sequence[Spoken] | None = None
    """What the agent says, one sentence after each silence, such as `["Are you there?", "Hello?"]`. Default: None,
    which is `Phrases.still_there`, twice."""

    goodbye: Spoken | None = None
    """What the agent says before it hangs up, such as `"Goodbye!"`. Default: None, which is `Phrases.no_answer`."""

    def __post_init__(self) -> None:
        check_number("Silence.after", self.after, 1, 900, "seconds", whole=True)
        for sentence in listed("Silence.reprompts", self.reprompts or ()):
            check_spoken("Silence.reprompts", sentence)
        check_spoken("Silence.goodbye", self.goodbye or "")

    def sentence(self, times: int, language: str, phrases: Phrases) -> str:
        """Return the reprompt for the n-th silence in a row, from 1; empty when the call should end."""
        reprompts = (phrases.still_there,) * 2 if self.reprompts is None else self.reprompts
        return spoken_in(reprompts[times - 1], language) if times <= len(reprompts) else ""


def check_choices(agent: Any) -> None:
    """Raise AgentError if a setting of an agent is not one of its choices."""
    not_empty("Agent.voices", agent.voices)
    one_of("Agent.interruptible", agent.interruptible, get_args(Input))
    one_of("Agent.greeting_interruptible", agent.greeting_interruptible, get_args(Input))
    one_of("Agent.after_noise", agent.after_noise, get_args(AfterNoise))
    one_of("Agent.sensitivity", agent.sensitivity, get_args(Sensitivity))
