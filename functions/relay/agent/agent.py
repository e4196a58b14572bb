"""Defines the agent as plain data: its prompt, its first words, its voices, its tools and its settings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.relay.agent.after import AfterCalls
from functions.relay.agent.agent_checks import check_agent
from functions.relay.agent.answers import Answers, answers_prompt
from functions.relay.agent.call_settings import AfterNoise, Input, Recording, Sensitivity, Silence
from functions.relay.agent.caller import Caller
from functions.relay.agent.document_size import check_documents
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.hours import Hours
from functions.relay.agent.intelligence import Intelligence
from functions.relay.agent.language_tags import nearest
from functions.relay.agent.menu import Menu
from functions.relay.agent.outcomes import EndCall, PassTo
from functions.relay.agent.phrases import Phrases, Spoken, has_phrases, phrases, spoken_in
from functions.relay.agent.relay_attributes import RelayAttribute
from functions.relay.agent.toolbox import KeyAction, key_meaning, toolbox
from functions.relay.agent.tools import Tool
from functions.relay.agent.topics import Topics, topics_prompt
from functions.relay.agent.voices import Voice
from functions.relay.agent.words import AgentText, stranger, words_for
from functions.relay.agent.zones import zone_of
from functions.relay.log.events import Announced
from functions.relay.log.memory import Value
from functions.relay.outbound import Calling
from functions.relay.text.private import Private, PrivateKind
from functions.relay.text.speakable import Speakable, accepted_ssml
from functions.relay.wire.model import ToolSpec

Arrival = Mapping[str, Value] | PassTo | HandOff | EndCall | None
"""What `Agent.arrive` returns: facts, another agent, a person, a refusal, or nothing."""


@dataclass(frozen=True)
class Agent:
    """An agent that answers the phone: what it is told and says, its voices and tools, and how its calls run.

    Only `prompt`, `greeting` and `voices` are required. Raises AgentError for an agent that cannot work.
    """

    prompt: AgentText
    """The model's instructions: a text, one text for each language, or a function of the `Caller`, such as
    `"You answer the phone of a restaurant."`."""

    greeting: AgentText
    """The first words: a text, one text for each language, or a function of the `Caller`, such as
    `lambda caller: f"Hello {caller.facts.get('name', '')}!"`."""

    voices: Mapping[str, Voice]
    """A voice for each language by its BCP-47 tag, such as `{"en-US": Voice("Google", "en-US-Neural2-F")}`. A call
    begins in the first language. With several, the model can switch."""

    tools: Sequence[Callable[..., Any] | Tool] = ()
    """Tools that the model may call: plain functions with types and a docstring, or the results of `tool(…)` and
    `ask_digits(…)`, such as `[find, tool(book, saying="Let me see.")]`. Default: none."""

    keys: Mapping[str, KeyAction | Callable[..., Any]] = field(default_factory=dict)
    """What the keys of the phone do, such as `{"0": HandOff("pressed 0", to="+15550100")}`: a text counts as if the
    caller had said it; or anything that a tool may return, or a function of that. Default: a key is only logged."""

    silence: Silence | None = Silence()
    """What happens when no one speaks, such as `Silence(after=20)`. Default: after 10 seconds the agent asks, twice,
    and then hangs up. None: it waits until the call ends."""

    minutes: float = 60
    """Minutes that a call may last, 2 to 1440, such as `20`. The agent announces the last minute. Default: 60."""

    interruptible: Input = "any"
    """What stops the agent's words: `"none"`, `"dtmf"` (keys), `"speech"`, or `"any"`, the default."""

    greeting_interruptible: Input = "any"
    """What stops the greeting, such as `"none"`. Default: `"any"`."""

    preemptible: bool = False
    """With `True`, a newer answer cuts off words that still play. Default: `False`; it waits for their end."""

    sensitivity: Sensitivity = "high"
    """How easily the caller's voice stops the agent: `"low"`, `"medium"`, or `"high"`, the default."""

    ignore_backchannel: bool = False
    """With `True`, an "uh-huh" neither stops the agent nor begins a turn. Default: `False`."""

    after_noise: AfterNoise = "continue"
    """After a sound without words, `"continue"`, the default, says what was not heard; `"ask"` asks the caller."""

    partial_prompts: bool = False
    """With `True`, Twilio also sends what the caller has said so far, and the log keeps it. Default: `False`."""

    speculates: bool = True
    """With `True` and `partial_prompts`, the model is asked when the caller seems to have finished, before Twilio is
    sure. The first words come sooner, for about 1.6 requests to the model a turn. Default: `True`."""

    hints: Sequence[str] = ()
    """Words that callers say and that recognition may miss, such as `["Rosa"]`; 500 at most. Default: none."""

    relay: Mapping[str, RelayAttribute] = field(default_factory=dict)
    """Other attributes of <ConversationRelay>, by Twilio's SDK, such as `{"speechTimeout": 900}`. `customer_name` and
    `conversationId` are functions of the `Caller`. Default: none."""

    relay_extra: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    """Attributes of <ConversationRelay> that Hotline does not know yet, such as `{"newAttribute": True}`. Nothing
    checks them: Twilio ignores a name that it does not know, and ends calls for a wrong value. Default: none."""

    own_phrases: Mapping[str, Phrases] = field(default_factory=dict)
    """Sentences of your own, by language, such as `{"de-DE": Phrases(goodbye="Tschüs!")}`. Default: none."""

    say_as: Mapping[str, str] = field(default_factory=dict)
    """How to speak words that the model writes, such as `{"Dr.": "Doctor"}`. Default: as they are written."""

    spell_numbers: bool = True
    """With `True`, numbers are spoken as people say them in the call's language: `$5.50` is "five dollars and fifty
    cents", `8:30` "eight thirty", a phone number digit by digit. This works in en, de, es, fr, it and hi. In other
    languages, and with `False`, the voice gets the digits. Default: `True`."""

    voicemail: Spoken = ""
    """What the agent says to a machine that answers its call: a text, or one text for each language, such as
    `"Please call us back at {number}."`. `{number}` is our number; a message without a number gets a sentence with
    it. Default: nothing; the agent hangs up."""

    calling: Calling = Calling()
    """When and how often the agent may call people, such as `Calling(attempts=1)`. Default: three times a day, from
    8:00 to 21:00 in their local time."""

    recording: Recording | None = None
    """Records the calls, such as `Recording("This call is recorded.")`. Default: None, no recording."""

    discloses_ai: bool | None = None
    """With `True`, a call begins with "You are speaking with an automated assistant.", which nothing interrupts.
    Default: None; the calls that the agent places do. `Phrases.automated` has other words."""

    when_limited: HandOff | None = None
    """What happens to a caller who reaches one of the `LIMITS`, such as `HandOff("busy", to="+15550100")`. Default:
    the caller hears that we cannot take the call, and it ends."""

    menu: Menu | None = None
    """What a caller gets if no session can take the call, such as `Menu([Option("bookings", to="+15550100")])`:
    options that lead to people. With an empty prompt, it answers every call without a model. Default: an apology."""

    arrive: Callable[[Caller], Arrival] | None = None
    """Looks the caller up while the phone rings, for at most three seconds: a function of the `Caller` that returns
    facts (`{"name": "Alma"}`), `PassTo` another agent, a `HandOff`, or an `EndCall` that refuses the call. If it is
    late or fails, the call continues without it. Default: None; nothing is looked up."""

    zone: str = "UTC"
    """The agent's time zone, for the date and time the model is told, such as `"Europe/Berlin"`. Default: "UTC"."""

    hours: Hours | None = None
    """When people are there, such as `Hours("Mo-Fr 9-17", holidays=["12-25"])`: the model knows it, and tools read
    `caller.is_open`. Default: None; nothing is known."""

    tell_number: bool = True
    """Whether the model is told the caller's number, if there is one. Default: `True`."""

    after: AfterCalls = ()
    """What follows each call, such as `[After(summary=True), tell_team]`: what a model adds to its `CallRecord`, and
    functions that get the record, once. Default: nothing."""

    remembers: bool = False
    """With `True`, the next call of a number begins with what `after=[After(…)]` found out in its last five calls
    with this agent. The model and `caller.earlier` have it. A withheld number has none. Default: `False`."""

    intelligence: Intelligence | None = None
    """What follows the results of Conversational Intelligence, such as
    `Intelligence([lead_score], rules=[when(lead_score >= 8, tell_sales)])`. Default: None; nothing."""

    version: str = field(init=False, default="", repr=False, compare=False)
    """A hash of the agent's file, set where the agents are found."""

    redact: Collection[PrivateKind] = ("card", "ssn", "aadhaar")
    """Kinds of private data that the log gets as a placeholder such as `[card 1]`: "card", "iban", "ssn", "aadhaar",
    "email", "phone". Tools get the value. Default: cards and national ids. `()` logs what callers say as it is."""

    tell_private: bool = False
    """Whether the model gets private data. Default: `False`; it gets the placeholder, and tools get the value."""

    pci: bool = False
    """Whether the agent takes cards in PCI mode, which some of Twilio's services do not support. Default: `False`."""

    topics: Topics | None = None
    """What the agent may talk about, and what it says otherwise, such as
    `Topics(["opening hours"], "I can only help with our opening hours.")`. Default: None; anything."""

    never_say: Sequence[str] = ()
    """Words that stop an answer before they are spoken, such as `["Project Falcon"]`. Default: none."""

    tells_prompt: bool = False
    """Whether the agent may say long parts of its prompt word for word. Default: `False`; 25 words in a row stop the
    answer, except what the prompt has in quotes."""

    answers: Answers = field(default_factory=dict)
    """Common questions and their answers, such as `{"When do you open?": "At nine."}`. The model knows
    them. A caller who asks one almost word for word hears its answer at once, without the model. Default: none."""

    toolbox: Mapping[str, Tool] = field(init=False, repr=False)
    acts: Mapping[str, KeyAction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_agent(self)
        object.__setattr__(self, "toolbox", toolbox(self.tools, tuple(self.voices)))
        object.__setattr__(self, "acts", {key: key_meaning(key, one, self.voices) for key, one in self.keys.items()})
        check_documents(self)

    @property
    def private(self) -> frozenset[Private]:
        """The kinds of private data that the log does not get."""
        return frozenset(map(Private, self.redact))

    @property
    def language(self) -> str:
        """The language in which a call begins."""
        return next(iter(self.voices))

    @property
    def phrases(self) -> Phrases:
        """What Hotline says for this agent in the language in which a call begins."""
        return self.phrases_in(self.language)

    def phrases_in(self, language: str) -> Phrases:
        """Return what Hotline says by itself in this language of the agent."""
        return phrases(language, self.own_phrases.get(language))

    def nearest(self, language: str) -> str:
        """Return the agent's language nearest to this one, such as `es-ES` for `es-MX`; empty if there is none."""
        return nearest(language, self.voices)

    def outside_session(self, text: Spoken, language: str, otherwise: str) -> tuple[str, str]:
        """Return what <Say> speaks in a call in this language, and the language in which to speak it.

        A plain text is in the agent's first language. In a call in another language the caller hears the phrase named
        `otherwise` instead, which says the same in general words.
        """
        code = self.nearest(language) or self.language
        if not isinstance(text, str):
            return spoken_in(text, code), code
        own = self.own_phrases.get(code, Phrases())
        if code == self.language or not (has_phrases(code) or getattr(own, otherwise)):
            return text, self.language
        return str(getattr(self.phrases_in(code), otherwise)), code

    def speaking(self, second: bool) -> "Agent":
        """Return the agent with its second voices, where it has them; unchanged if `second` is False."""
        return self._with("voices", {tag: one.second or one for tag, one in self.voices.items()}) if second else self

    def with_relay(self, relay: Mapping[str, RelayAttribute]) -> "Agent":
        """Return the agent with these attributes of <ConversationRelay>, which belong to one call."""
        return self._with("relay", relay)

    def _with(self, name: str, value: object) -> "Agent":
        """Return a copy with another value of a field, which needs no check."""
        other = copy(self)
        object.__setattr__(other, name, value)
        return other

    def local_hours(self, now: int) -> datetime:
        """Return a moment, in milliseconds since 1970, in the time zone of the agent's hours."""
        return datetime.fromtimestamp(now / 1000, zone_of((self.hours and self.hours.zone) or self.zone))

    def is_open(self, now: int) -> bool:
        """Return whether people are there at this moment, in milliseconds since 1970; True without hours."""
        return self.hours is None or self.hours.is_open(self.local_hours(now))

    def greeting_in(self, language: str) -> str:
        """Return the greeting in this language of the agent, for an unknown caller."""
        return words_for(self.greeting, stranger(language))

    def prompt_in(self, language: str) -> str:
        """Return the prompt in this language of the agent, for an unknown caller."""
        return self.whole_prompt(words_for(self.prompt, stranger(language)), language)

    def whole_prompt(self, prompt: str, language: str) -> str:
        """Return these instructions with the agent's answers and topics, in this language."""
        answers = [answers_prompt(self.answers, language)] if self.answers else []
        return "\n\n".join([prompt, *answers, *([topics_prompt(self.topics, language)] if self.topics else [])])

    def first_words(self, announced: Announced) -> str:
        """Return the first words of the session that was announced."""
        own = self.greeting_in(announced.language or self.language)
        return own if announced.greeting is None else announced.greeting

    @property
    def destinations(self) -> frozenset[str]:
        """The agents to which this one passes callers, as far as its source says."""
        listed = (one.destinations for one in (*self.toolbox.values(), *self.acts.values()) if isinstance(one, Tool))
        return frozenset().union(*listed, (one.agent for one in self.acts.values() if isinstance(one, PassTo)))

    def speakable(self, language: str, *, in_twiml: bool = False) -> Speakable:
        """Return a filter that makes words speakable for this language's voice. A text in TwiML holds no SSML."""
        ssml = frozenset[str]() if in_twiml else accepted_ssml(self.voices[language].provider, language)
        return Speakable(self.say_as, ssml, language, self.spell_numbers, frozenset(self.toolbox))

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model sees them."""
        return tuple(one.spec for one in self.toolbox.values())
