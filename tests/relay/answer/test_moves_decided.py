"""The decisions of an answer as tables: its first move, and its move after a round of the model."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.relay import Digits, EndCall, HandOff, PassTo, Say, ask_digits, tool
from functions.relay.agent.phrases import phrases
from functions.relay.answer.actions import ToolEnded
from functions.relay.answer.instructions import Instructions
from functions.relay.answer.model_requests import MOST_REPAIRS, MOST_ROUNDS, ModelRequests
from functions.relay.answer.moves import (
    NEW,
    NOT_KEYED,
    Apologise,
    AskDigits,
    AskModel,
    FailTool,
    Finish,
    GiveAway,
    Move,
    ResumeSpeech,
    RunTool,
    SayGoodbye,
    Takeover,
    Utter,
    first_move,
    limited,
    next_move,
)
from functions.relay.call.call import fold
from functions.relay.call.history import BY_KEY
from functions.relay.call.noise import unfinished, unheard
from functions.relay.deadlines import ASK_UNTIL_S
from functions.relay.log.events import (
    DigitsEntered,
    Entry,
    Event,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    Silent,
    TimeUp,
    ToolCalled,
)
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Interrupt, Prompt
from functions.relay.wire.model import ToolCall
from tests.relay.drive import agent
from tests.relay.scenes import answer, at, opened, played, under

SORRY = phrases("en-US")
ANNA = HandOff("asked for Anna", to="+15550100")


def check_pin(pin: Digits) -> str:
    """Check a PIN."""
    return pin


def look() -> str:
    """Look."""
    return "Found."


PIN = ask_digits(check_pin, saying="Your PIN?", length=4)
LOOK = tool(look)
DESK = replace(
    agent(PIN),
    keys={"1": LOOK, "2": ANNA, "3": PassTo("billing"), "4": EndCall(saying="Bye!"), "5": Say("We open at nine.")},
)
CALLED = ToolCalled("a", "check_pin", "{}")
BEEP = MachineAnswered("machine_end_beep")
ENTERED = DigitsEntered("check_pin", "{}", Key(0, ""))
BY_DIGITS = ToolCall(f"k{at(2000, ENTERED).key.at % 10**8:08}", "check_pin", "{}")


def first(cause: Event, *acts: Event, takeover: Takeover = NEW, before: tuple[Entry, ...] = ()) -> Move:
    log = [opened(greeting=""), *before, at(2000, cause)]
    log += [under(2000, 100 + number, act) for number, act in enumerate(acts)]
    return first_move(DESK, fold(log), takeover, "en-US", SORRY)


ASKED = at(1000, Prompt("Menu?"))
MENU = (
    ASKED,
    *answer(1000, "Pasta. Soup."),
    played(1400, "Pasta."),
    at(1500, Interrupt("Pasta.")),
)

FIRST: dict[str, tuple[Move, Move]] = {
    "a prompt": (first(Prompt("Hello?")), AskModel()),
    "a takeover before the first word": (first(Prompt("Hello?"), takeover=Takeover(200)), AskModel()),
    "a takeover after it": (first(Prompt("Hello?"), takeover=Takeover(200, begun=True)), Apologise("failed")),
    "a first silence": (first(Silent(1)), Utter((Say(SORRY.still_there),))),
    "a third silence": (first(Silent(3)), SayGoodbye(SORRY.no_answer)),
    "noise": (first(NoiseEnded(), before=MENU), ResumeSpeech("Soup.", unfinished=False)),
    "the last minute": (first(LastMinute()), Utter((Say(SORRY.last_minute),))),
    "the end of the time": (first(TimeUp()), SayGoodbye(SORRY.time_up)),
    "a prompt after that end": (first(Prompt("Hi"), before=(at(1000, TimeUp()),)), SayGoodbye(SORRY.time_up)),
    "a machine": (first(BEEP), SayGoodbye("")),
    "a machine after the end of the time": (first(BEEP, before=(at(1000, TimeUp()),)), SayGoodbye("")),
    "a prompt after a machine": (first(Prompt("Hi"), before=(at(1000, BEEP),)), SayGoodbye("")),
    "digits after a machine": (first(ENTERED, before=(at(1000, BEEP),)), SayGoodbye("")),
    "a machine, taken over before `end`": (first(BEEP, takeover=Takeover(200)), SayGoodbye("")),
    "digits": (first(ENTERED), RunTool(BY_DIGITS, PIN)),
    "no digits": (
        first(replace(ENTERED, whole=False)),
        FailTool(BY_DIGITS, NOT_KEYED),
    ),
    "digits of a tool that is gone": (
        first(replace(ENTERED, tool="x")),
        FailTool(replace(BY_DIGITS, name="x"), NOT_KEYED),
    ),
    "digits whose tool has begun": (first(ENTERED, CALLED), AskModel()),
    "a key with words": (first(KeyPressed("9", "I want to book.")), AskModel()),
    "a key with a function": (first(KeyPressed("1")), RunTool(ToolCall(BY_KEY, "look", "{}"), DESK.acts["1"])),  # type: ignore[arg-type]
    "a key whose function has begun": (first(KeyPressed("1"), CALLED), Apologise("failed")),
    "a key to a person": (first(KeyPressed("2")), GiveAway(ANNA)),
    "a key to an agent": (first(KeyPressed("3")), GiveAway(PassTo("billing"))),
    "a key that hangs up": (first(KeyPressed("4")), SayGoodbye("Bye!")),
    "a key with a sentence": (first(KeyPressed("5")), Utter((Say("We open at nine."),))),
    "a key without a meaning": (first(KeyPressed("8")), Utter((Say(SORRY.undone),))),
}


@pytest.mark.parametrize(("move", "expected"), FIRST.values(), ids=FIRST)
def test_what_began_the_turn_decides_the_first_move(move: Move, expected: Move) -> None:
    assert move == expected


def test_an_agent_may_ask_after_noise() -> None:
    log = [opened(greeting=""), *MENU, at(2000, NoiseEnded())]
    asks = first_move(replace(DESK, after_noise="ask"), fold(log), NEW, "en-US", SORRY)
    assert asks == Utter((Say(SORRY.nothing),))


def requests(*happened: Callable[[ModelRequests], object]) -> ModelRequests:
    """Return a `ModelRequests` after its first request and the steps in `happened`."""
    one = ModelRequests(fold([opened(greeting=""), at(1000, Prompt("Hello?"))]), 100, 0.0, 0.0)
    one.ask(DESK, Instructions("Be brief."), "", 0.0)
    for happens in happened:
        happens(one)
    return one


def returns(outcome: object) -> Callable[[ModelRequests], object]:
    def happens(one: ModelRequests) -> None:
        one.round.run(ToolCall("a", "look", "{}"), LOOK, 0.0)
        one.round.end(ToolEnded("a", outcome))  # type: ignore[arg-type]

    return happens


def empty(one: ModelRequests) -> None:
    one.end("end", spoke=False, said="", called=False)


def again(one: ModelRequests) -> None:
    one.ask(DESK, Instructions("Be brief."), "", 0.0)


NEXT: dict[str, tuple[ModelRequests, float, Move]] = {
    "all is said": (requests(lambda one: one.end("end", spoke=True, said="Yes.", called=False)), 1.0, Finish()),
    "a result": (requests(returns("Found.")), 1.0, AskModel()),
    "a sentence of a tool": (requests(returns((Say("Hi."),))), 1.0, Finish()),
    "a hand-off": (requests(returns(ANNA)), 1.0, GiveAway(ANNA)),
    "a goodbye": (requests(returns(EndCall(saying="Bye!"))), 1.0, SayGoodbye("Bye!")),
    "digits": (
        requests(lambda one: list(one.round.start(ToolCall("a", "check_pin", "{}"), PIN, 0.0))),
        1.0,
        AskDigits(PIN.digits_prompt),  # type: ignore[arg-type]
    ),
    "a first flaw": (requests(empty), 1.0, AskModel()),
    "a second flaw": (
        requests(*[empty, again] * MOST_REPAIRS, empty),
        1.0,
        Apologise("failed"),
    ),
    "no time": (requests(returns("Found.")), ASK_UNTIL_S + 1, Apologise("late")),
    "no round left": (requests(*[again] * MOST_ROUNDS, returns("Found.")), 1.0, Apologise("failed")),
}


@pytest.mark.parametrize(("after", "now", "expected"), NEXT.values(), ids=NEXT)
def test_what_a_round_left_decides_the_next_move(after: ModelRequests, now: float, expected: Move) -> None:
    assert next_move(after, now) == expected


def test_without_money_the_caller_goes_to_a_person_or_hears_why() -> None:
    assert limited(DESK, fold(()), SORRY) == SayGoodbye(SORRY.time_up)
    assert limited(replace(DESK, when_limited=ANNA), fold(()), SORRY) == GiveAway(ANNA)


def turns_of(*entries: Entry) -> tuple[str, bool]:
    turns = fold([opened(greeting=""), *entries]).turns
    return unheard(turns), unfinished(turns)


CUT_SHORT = [
    ASKED,
    *answer(1000, "Pasta. Soup.", how="superseded"),
    at(1500, Interrupt("")),
]
RESUMED = [at(2000, NoiseEnded()), *answer(2000, "Pasta. Soup.")]
CUT_AGAIN = [played(2500, "Pasta."), at(2600, Interrupt("Pasta."))]


@pytest.mark.parametrize(
    ("entries", "words", "model_goes_on"),
    [
        ([], "", False),
        ([ASKED], "", True),
        (MENU, "Soup.", False),
        (CUT_SHORT, "Pasta. Soup.", True),
        ([*CUT_SHORT, *RESUMED], "Pasta. Soup.", False),
        ([*CUT_SHORT, *RESUMED, *CUT_AGAIN], "Soup.", False),
        ([*CUT_SHORT, at(2000, NoiseEnded()), *answer(2000, "Pasta.", how="superseded")], "Pasta. Soup.", True),
        ([*CUT_SHORT, at(2000, NoiseEnded()), *answer(2000, "Also rice.", how="superseded")], "Also rice.", True),
    ],
    ids=["no turn", "no answer", "cut", "cut early", "resumed", "cut again", "cut again early", "other words"],
)
def test_words_that_a_noise_cut_are_known(entries: list[Entry], words: str, model_goes_on: bool) -> None:
    assert turns_of(*entries) == (words, model_goes_on)
