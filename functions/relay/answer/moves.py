"""Decides what an answer does first, and what it does after each round of the model. Decisions are data."""

from functions.relay.agent.agent import Agent
from functions.relay.agent.answers import answer_to
from functions.relay.agent.call_settings import Silence
from functions.relay.agent.closing import at_this_hour, for_caller
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.outcomes import EndCall, PassTo, Say, Utterance, Written
from functions.relay.agent.phrases import Phrases, Spoken, spoken_in
from functions.relay.agent.toolbox import KeyAction
from functions.relay.agent.tools import DigitsPrompt, OwnWords, Tool, ToolExit
from functions.relay.answer.actions import ToolEnded
from functions.relay.answer.model_requests import ModelRequests, unanswered_messages
from functions.relay.answer.tool_round import ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY
from functions.relay.call.noise import unfinished, unheard
from functions.relay.call.turn import Turn
from functions.relay.dataclass import dataclass
from functions.relay.log.events import (
    DigitsEntered,
    DigitsRequested,
    EndClaimed,
    Ending,
    KeyPressed,
    LastMinute,
    NoiseEnded,
    Silent,
    ToolCalled,
)
from functions.relay.wire.model import CallerMessage, ToolCall

NOT_KEYED = "The caller did not key in the digits in time."


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model: for the first time, with the results of its tools, or again after a flaw."""


@dataclass(frozen=True, slots=True)
class Utter:
    """Say and play these utterances."""

    utterances: tuple[Utterance | Written, ...]


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run the tool of a phone key or of keyed digits."""

    call: ToolCall
    tool: Tool


@dataclass(frozen=True, slots=True)
class FailTool:
    """Tell the model that a tool cannot run."""

    call: ToolCall
    text: str


@dataclass(frozen=True, slots=True)
class AskDigits:
    """Ask the caller to key in digits."""

    prompt: DigitsPrompt
    before: str = ""
    """The words before the question."""

    again: DigitsRequested | None = None
    """The request that is asked again, because a noise cut the question off."""


@dataclass(frozen=True, slots=True)
class GiveAway:
    """Give the call to another agent or to a person."""

    to: HandOff | PassTo


@dataclass(frozen=True, slots=True)
class SayGoodbye:
    """End the call. If nothing was said yet, say `saying`; None means the usual goodbye."""

    saying: Spoken | None


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the answer cannot be finished."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Finish:
    """End the answer: everything is said."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Say the words that a noise cut off."""

    words: str
    unfinished: bool
    """Whether the model had more to say. Then it is asked to go on."""


Move = AskModel | ResumeSpeech | Utter | RunTool | FailTool | AskDigits | GiveAway | SayGoodbye | Apologise | Finish


@dataclass(frozen=True, slots=True)
class Takeover:
    """How an answer begins whose first invocation died."""

    slot: int = 0
    """The first slot of this invocation's entries, under the prompt's key."""

    begun: bool = False
    """Whether the caller has heard the beginning. It cannot be continued, so the answer is an apology."""

    end_claim: EndClaimed | None = None
    """The dead invocation's claim to end the session. If there is one, only `end` is sent."""


NEW = Takeover()
"""The value for an answer that is not taken over."""


def first_move(agent: Agent, call: Call, takeover: Takeover, language: str, phrases: Phrases) -> Move:
    """Return the first move of the answer to the call's last turn. `language` is one of the agent's."""
    match call.turns[-1]:
        case _ if takeover.begun:
            return Apologise("failed")
        case Turn(cause=Silent(times)):
            return _break_silence(agent.silence or Silence(), times, language, phrases)
        case Turn(cause=NoiseEnded()):
            return _asked_again(agent, call, language) or _after_noise(agent, call.turns[:-1], phrases)
        case Turn(cause=LastMinute()):
            return Utter((Say(phrases.last_minute),))
        case _ if call.time_is_up or call.by_machine:
            return SayGoodbye("" if call.by_machine else phrases.time_up)
        # The dead invocation started the tool. A second run could do twice what the caller wanted once.
        case Turn(cause=DigitsEntered()) as turn if _tool_begun(turn):
            return AskModel()
        case Turn(cause=KeyPressed(_, "")) as turn if _tool_begun(turn):
            return Apologise("failed")
        case Turn(key, cause=DigitsEntered(name, arguments, _, whole)):
            return _keyed(agent, ToolCall(f"k{key.at % 10**8:08}", name, arguments), whole)
        case Turn(key, cause=KeyPressed(digit, "")):
            act = agent.acts.get(digit)
            keyed = for_caller(act, agent, key.at, language, phrases) if isinstance(act, HandOff) else act
            return _act(keyed, phrases)
        case _:
            return _asked(agent, call, language)


def next_move(requests: ModelRequests, now: float) -> Move:
    """Return the move after the model has ended its round and all tools have ended."""
    match requests.round:
        case ToolRound(ends_part=exit) if exit:
            return _end_part(exit)
        case ToolRound(digits_prompt=prompt) if prompt:
            return AskDigits(prompt)
        case ToolRound(needs_request=False) if requests.flaw is None:
            return Finish()
        case _ if requests.too_late(now):
            return Apologise("late")
        case _ if requests.exhausted or (requests.flaw and not requests.may_repair):
            return Apologise("failed")
        case _:
            return AskModel()


def _after_noise(agent: Agent, turns: tuple[Turn, ...], phrases: Phrases) -> Move:
    if agent.after_noise == "ask":
        return Utter((Say(phrases.nothing),))
    return ResumeSpeech(unheard(turns), unfinished(turns))


def _asked_again(agent: Agent, call: Call, language: str) -> AskDigits | None:
    """Return the question for digits that a noise cut off, and what was not heard before it; None for other words."""
    request = call.collecting[1] if call.collecting and not call.suspended else None
    tool = agent.toolbox.get(request.tool) if request else None
    if tool is None or tool.digits_prompt is None:
        return None
    rest, question = unheard(call.turns[:-1]), " ".join(spoken_in(tool.digits_prompt.saying, language).split())
    before = "" if question.endswith(rest) else rest.removesuffix(question)
    return AskDigits(tool.digits_prompt, before, request)


def words_of_key(ended: ToolEnded, phrases: Phrases) -> tuple[Say | Written, ...]:
    """Return what the caller hears of the function of a key; () for a tool that the model has called.

    No model has asked for the result. So the caller hears it, and it is made speakable like a model's words.
    """
    match ended:
        case ToolEnded(id, OwnWords()) if id == BY_KEY:
            return (Say(phrases.noted),)
        case ToolEnded(id, str(words)) if id == BY_KEY:
            return (Say(phrases.trouble) if ended.failed else Written(words),)
        case _:
            return ()


def limited(agent: Agent, call: Call, phrases: Phrases) -> Move:
    """Return the move when no money is left to ask the model."""
    now = call.turns[-1].key.at if call.turns else 0
    match agent.when_limited and at_this_hour(agent.when_limited, agent, now):
        case HandOff() | PassTo() | EndCall() as exit:
            return _end_part(exit)
        case _:
            return SayGoodbye(phrases.time_up)


def _tool_begun(turn: Turn) -> bool:
    return any(isinstance(act, ToolCalled) for act in turn.acts)


def _asked(agent: Agent, call: Call, language: str) -> Move:
    """Return the answer of the agent's author to a common question, or ask the model."""
    match unanswered_messages(call) if agent.answers else ():
        case [*_, CallerMessage(question)] if answer := answer_to(agent.answers, question, language):
            return Utter((Written(answer),))
        case _:
            return AskModel()


def _break_silence(silence: Silence, times: int, language: str, phrases: Phrases) -> Move:
    if sentence := silence.sentence(times, language, phrases):
        return Utter((Say(sentence),))
    return SayGoodbye(silence.goodbye or phrases.no_answer)


def _keyed(agent: Agent, call: ToolCall, whole: bool) -> Move:
    tool = agent.toolbox.get(call.name)
    return RunTool(call, tool) if tool and whole else FailTool(call, NOT_KEYED)


def _act(act: KeyAction | None, phrases: Phrases) -> Move:
    match act:
        case Tool():
            return RunTool(ToolCall(BY_KEY, act.spec.name, "{}"), act)
        case HandOff() | EndCall() | PassTo():
            return _end_part(act)
        case _ if isinstance(act, Utterance):
            return Utter((act,))
        # A deployment may have removed the key's meaning since the caller pressed it.
        case str() | None:
            return Utter((Say(phrases.undone),))


def _end_part(exit: ToolExit) -> Move:
    return SayGoodbye(exit.saying) if isinstance(exit, EndCall) else GiveAway(exit)
