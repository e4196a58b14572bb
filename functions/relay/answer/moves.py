"""What an answer does first, and what it does when a round of the model is over: decisions, as data."""

from dataclasses import dataclass

from functions.relay.agent.agent import Agent
from functions.relay.agent.call_settings import Silence
from functions.relay.agent.outcomes import EndCall, HandOff, PassTo, Say, Utterance
from functions.relay.agent.phrases import Phrases, Spoken
from functions.relay.agent.toolbox import KeyAction
from functions.relay.agent.tools import DigitsPrompt, Tool, ToolExit
from functions.relay.answer.dialogue import Dialogue
from functions.relay.answer.tool_round import ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY
from functions.relay.call.turn import Turn, bare, split
from functions.relay.log.events import (
    DigitsEntered,
    EndClaimed,
    Ending,
    KeyPressed,
    LastMinute,
    NoiseEnded,
    Silent,
    ToolCalled,
)
from functions.relay.wire.model import ToolCall

NOT_KEYED = "The caller did not key in the digits in time."


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model: first, with what came of its tools, or once more after a flaw."""


@dataclass(frozen=True, slots=True)
class Utter:
    """Say and play these."""

    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run a tool that no model has asked for."""

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


@dataclass(frozen=True, slots=True)
class GiveAway:
    """Let another agent, or a person, take the call."""

    to: HandOff | PassTo


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. `saying` is spoken if nothing was said; None means the usual goodbye."""

    saying: Spoken | None


@dataclass(frozen=True, slots=True)
class Apologise:
    """Say that the answer cannot be finished."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Finish:
    """End the answer: all is said."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Say what a noise kept the caller from hearing."""

    words: str
    unfinished: bool
    """Whether the model had more to say: it is then asked to go on."""


Move = AskModel | Resume | Utter | RunTool | FailTool | AskDigits | GiveAway | HangUp | Apologise | Finish


@dataclass(frozen=True, slots=True)
class Takeover:
    """How an answer begins whose first invocation died."""

    slot: int = 0
    """Where the notes of this invocation begin, under the prompt's key."""

    begun: bool = False
    """Whether the caller has heard the beginning. It cannot be continued, so the answer is an apology."""

    end_claim: EndClaimed | None = None
    """The dead invocation's claim to end the session: then only `end` is sent."""


NEW = Takeover()
"""An answer that is not taken over."""


def first_move(agent: Agent, call: Call, takeover: Takeover, language: str, phrases: Phrases) -> Move:
    """Return how the answer to a call's last turn begins, in a language of the agent."""
    match call.turns[-1]:
        case _ if takeover.begun:
            return Apologise("failed")
        case Turn(cause=Silent(times)):
            return _break_silence(agent.silence or Silence(), times, language, phrases)
        case Turn(cause=NoiseEnded()):
            return _after_noise(agent, call.turns[:-1], phrases)
        case Turn(cause=LastMinute()):
            return Utter((Say(phrases.last_minute),))
        case _ if call.time_is_up:
            return HangUp(phrases.time_up)
        # The dead invocation began the tool. To run it again could do twice what the caller wanted once.
        case Turn(cause=DigitsEntered()) as turn if _tool_begun(turn):
            return AskModel()
        case Turn(cause=KeyPressed(_, "")) as turn if _tool_begun(turn):
            return Apologise("failed")
        case Turn(key, cause=DigitsEntered(name, arguments, _, whole)):
            return _keyed(agent, ToolCall(f"keyed-{key.at}", name, arguments), whole)
        case Turn(cause=KeyPressed(digit, "")):
            return _act(agent.acts.get(digit), phrases)
        case _:
            return AskModel()


def next_move(dialogue: Dialogue, now: float) -> Move:
    """Return what follows when the model has ended its round and no tool runs any more."""
    match dialogue.round:
        case ToolRound(parting=parting) if parting:
            return _leave(parting)
        case ToolRound(digits_prompt=prompt) if prompt:
            return AskDigits(prompt)
        case ToolRound(wanted=False) if dialogue.flaw is None:
            return Finish()
        case _ if dialogue.too_late(now):
            return Apologise("late")
        case _ if dialogue.exhausted or (dialogue.flaw and not dialogue.may_repair):
            return Apologise("failed")
        case _:
            return AskModel()


def _after_noise(agent: Agent, turns: tuple[Turn, ...], phrases: Phrases) -> Move:
    if agent.after_noise == "ask":
        return Utter((Say(phrases.nothing),))
    return Resume(unheard(turns), unfinished(turns))


def limited(agent: Agent, phrases: Phrases) -> Move:
    """Return what is done when no money is left to ask the model."""
    return GiveAway(agent.when_limited) if agent.when_limited else HangUp(phrases.time_up)


def unfinished(turns: tuple[Turn, ...]) -> bool:
    """Return whether the model had more to say when the last turn was cut."""
    if not turns:
        return False
    turn = turns[-1]
    stopped = turn.ended is None or turn.ended.how in ("superseded", "gone")
    return stopped and (not isinstance(turn.cause, NoiseEnded) or unfinished(turns[:-1]))


def unheard(turns: tuple[Turn, ...]) -> str:
    """Return the words of the last turn that were sent, or were to be sent again, and were not heard."""
    if not turns:
        return ""
    turn, rest = turns[-1], split(turns[-1].said, turns[-1].reached)[1]
    if isinstance(turn.cause, NoiseEnded):
        # It was itself a second try: what it had not sent yet is known from the first one.
        again = unheard(turns[:-1])
        if bare(again).startswith(bare(turn.said)):
            return split(again, turn.reached)[1]
    return rest


def _tool_begun(turn: Turn) -> bool:
    return any(isinstance(act, ToolCalled) for act in turn.acts)


def _break_silence(silence: Silence, times: int, language: str, phrases: Phrases) -> Move:
    if sentence := silence.sentence(times, language, phrases):
        return Utter((Say(sentence),))
    return HangUp(silence.goodbye or phrases.no_answer)


def _keyed(agent: Agent, call: ToolCall, whole: bool) -> Move:
    tool = agent.toolbox.get(call.name)
    return RunTool(call, tool) if tool and whole else FailTool(call, NOT_KEYED)


def _act(act: KeyAction | None, phrases: Phrases) -> Move:
    match act:
        case Tool():
            return RunTool(ToolCall(BY_KEY, act.spec.name, "{}"), act)
        case HandOff() | EndCall() | PassTo():
            return _leave(act)
        case _ if isinstance(act, Utterance):
            return Utter((act,))
        # A deployment may have taken the key's meaning away since the caller pressed it.
        case str() | None:
            return Utter((Say(phrases.undone),))


def _leave(exit: ToolExit) -> Move:
    return HangUp(exit.saying) if isinstance(exit, EndCall) else GiveAway(exit)
