"""Defines who takes part in an eval with the agent: a caller with lines or played by a model, and a judge."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from functions.providers import OFFLINE, Choice
from functions.relay.ports import Model
from functions.relay.wire.model import AgentMessage, CallerMessage, Finished, Message, Request, TextDelta, Usage
from local import phone
from local.credentials import connected
from local.evals.scenario import Deed, Scenario, saying

HANGS_UP = "HANG UP"

PLAY = f"""You play a person on the phone, so that the agent on the other end can be tested. Who you are:

{{persona}}

Say only what this person says next: one or two short sentences, as people talk on the phone. Never play the agent.
Once you have what you called for, or it is clear that you will not get it, say goodbye; when the goodbyes are said,
answer with the words {HANGS_UP} and nothing else."""

JUDGE = """You judge a phone call, strictly and only by what is in it. Is the statement about it true?
Answer with yes or no, a colon, and the reason in a few words."""


class Caller(Protocol):
    """The other side of the call."""

    def next(self, lines: tuple[phone.Line, ...]) -> Deed | None:
        """Return what the caller does after these lines; None to hang up. Raises ModelError."""


class Reader:
    """A caller who does one thing after another."""

    def __init__(self, deeds: Iterable[Deed]) -> None:
        self._deeds = iter(deeds)

    def next(self, lines: tuple[phone.Line, ...]) -> Deed | None:
        """Return the next action. It does not depend on what the agent said."""
        return next(self._deeds, None)


@dataclass(slots=True)
class Player:
    """A caller that a model plays. To this model the agent is the user."""

    model: Model
    persona: str
    spent: list[Usage] = field(default_factory=list)

    def next(self, lines: tuple[phone.Line, ...]) -> Deed | None:
        """Return what the model lets the caller say."""
        request = Request(PLAY.format(persona=self.persona), _turned(lines), max_tokens=100)
        words, usage = asked(self.model, request)
        self.spent.append(usage)
        return None if not words or HANGS_UP in words.upper() else saying(words)


@dataclass(slots=True)
class Judge:
    """A model that says whether a statement about a call is true."""

    model: Model
    spent: list[Usage] = field(default_factory=list)

    def denies(self, statement: str, transcript: str) -> str:
        """Return why the statement is not true; empty if it is. Raises ModelError."""
        question = f"The call:\n{transcript}\n\nThe statement: {statement}"
        answer, usage = asked(self.model, Request(JUDGE, (CallerMessage(question),), max_tokens=100))
        self.spent.append(usage)
        verdict, _, reason = answer.partition(":")
        return "" if verdict.strip().lower() == "yes" else reason.strip() or answer or "the judge said nothing"


@dataclass(frozen=True, slots=True)
class Cast:
    """The models of the caller and the judge. Without a real model there is only a caller with lines."""

    model: Model | None
    judge: Judge | None

    def caller(self, scenario: Scenario) -> Caller:
        """Return the caller."""
        if self.model and scenario.persona:
            return Player(self.model, scenario.persona, self.judge.spent if self.judge else [])
        return Reader(scenario.caller)


def cast(choice: Choice) -> Cast:
    """Return the model of the caller and the judge: the agent's own, asked directly; none offline."""
    if choice.provider is OFFLINE:
        return Cast(None, None)
    model = connected(choice)
    return Cast(model, Judge(model))


def asked(model: Model, request: Request) -> tuple[str, Usage]:
    """Return a model's whole answer, and the tokens used. Raises ModelError."""
    words, usage = [], Usage()
    for piece in model.ask(request):
        match piece:
            case TextDelta(text):
                words.append(text)
            case Finished(_, spent):
                usage = spent
            case _:
                pass
    return "".join(words).strip(), usage


def _turned(lines: tuple[phone.Line, ...]) -> tuple[Message, ...]:
    """Return a call as the caller sees it. It begins and ends with the other side."""
    turned: list[Message] = [
        CallerMessage(one.text) if one.who == "agent" else AgentMessage(one.text) for one in lines
    ]
    if not turned or isinstance(turned[0], AgentMessage):
        turned.insert(0, CallerMessage("(The phone is answered.)"))
    if isinstance(turned[-1], AgentMessage):
        turned.append(CallerMessage("(silence)"))
    return tuple(turned)
