"""Measures many calls at once: lost turns, words in a wrong place, errors, and the wait under load.

Each caller says words that no other caller says, and the model answers with the caller's words. So a word in a wrong
place shows: in what a caller heard, and in what the model was asked. The calls are held twice: with an agent that
hears final prompts only, and with one that drafts answers from partial prompts. What the callers say is recognised in
the rhythm of recorded calls.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from random import Random
from statistics import mean, median, quantiles
from typing import Any

from benchmarks import drafting_agent
from benchmarks.line import FIRST, Measured, measured
from benchmarks.report import Row
from benchmarks.rhythm import recognised
from functions.agents import AGENTS, DEFAULT, NUMBERS
from functions.relay.call.history import CALL_BEGINS
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.server import ModelRequest
from local.models.steps import Finish, Step, spoken
from local.phone import CallError, Phone, Quirks
from local.phone.clauses import Utterance

CALLS = 50
TURNS = 10

FIRST_CALLER = 20
"""The last digits of the first caller's number."""

DRAFTING = "+15550188"
"""The number of the agent that drafts answers."""

COLOURS = ("green", "yellow", "purple", "orange", "silver")
THINGS = ("apple", "basket", "candle", "donkey", "engine", "falcon", "garden", "hammer", "island", "jacket")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

SPEED = 0.25
"""How many times as fast as in real calls the callers listen. They speak as fast as people. One process plays all
parts, and must not be what is measured. At 0.4 with drafts it needs a whole processor, and some runs lose turns. At
1.0 it needs more: its model then begins after four seconds instead of 0.3, and partial prompts stand longer, which
starts still more drafts."""

APART = 0.25
"""Seconds from one caller's beginning to the next: if all began at once, they would always speak at the same time."""

WAIT = 60.0
"""Seconds on this machine after which an answer counts as lost."""

BETWEEN = 0.02

REQUESTS_A_TURN = 2

Said = tuple[str, ...]
"""The messages of a request to the model, without capitals."""


class EchoingModel(BedrockServer):
    """Answers each caller with the caller's own words, at the pace of a model."""

    def __init__(self) -> None:
        """Answer with the first word after 300 ms, and with each other word after 20 ms."""
        super().__init__(FIRST, BETWEEN)

    def take(self, request: ModelRequest) -> tuple[Step, ...]:
        """Record the request and answer its last message."""
        super().take(request)
        return (*spoken(answer(said(request.body)[-1])), Finish())


@dataclass(slots=True)
class Held:
    """What one caller heard in each turn, the milliseconds to each answer's first words, and what went wrong."""

    heard: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Agent:
    """Who is called: a number, and how the agent behind it greets. One that drafts asks with unfinished words too."""

    number: str
    greeting: str
    drafts: bool = False


def load() -> Iterator[Row]:
    """Hold many calls at once, without drafts and with them; return what went wrong, and the callers' waits."""
    name = f"{CALLS} calls at once, {TURNS} turns each"
    yield from _load(name, Agent("+15550100", AGENTS[DEFAULT].greeting_in(AGENTS[DEFAULT].language)))
    with _drafting():
        yield from _load(
            f"{name}, with drafts", Agent(DRAFTING, drafting_agent.agent.greeting_in("en-US"), drafts=True)
        )


@contextmanager
def _drafting() -> Iterator[None]:
    """Put the agent that drafts behind its own number."""
    AGENTS["drafting"], NUMBERS[DRAFTING] = drafting_agent.agent, "drafting"
    try:
        yield
    finally:
        del AGENTS["drafting"], NUMBERS[DRAFTING]


def _load(name: str, agent: Agent) -> Iterator[Row]:
    with measured(EchoingModel()) as line:
        held = _held(line, agent)
        line.dev_stack.gateway.settled()
        asked = [said(request.body) for request in line.model.requests]
        errors = sum(one.errors for one in held) + _failures(line.dev_stack)
    lost, astray = judged([one.heard for one in held], asked, agent)
    waits = [wait for one in held for wait in one.waits]
    yield Row(f"{name}: turns lost", lost, "", 0)
    yield Row(f"{name}: words astray", astray, "", 0)
    yield Row(f"{name}: errors", errors, "", 0)
    if agent.drafts:
        requests = requests_a_turn(asked, agent)
        yield Row(f"{name}: requests to the model a turn, p50", median(requests), "", REQUESTS_A_TURN)
        yield Row(f"{name}: requests to the model a turn, mean", round(mean(requests), 2), "")
    yield Row(f"{name}: first words, p50 less the model's", round(median(waits), 1), "ms")
    yield Row(f"{name}: first words, p95 less the model's", round(quantiles(waits, n=20)[-1], 1), "ms")


def question(caller: int, turn: int) -> str:
    """Return what this caller says in this turn. No one else says it, and it is spoken as it is written.

    It has no capitals: the model may answer a draft whose words have another case.
    """
    return f"the {COLOURS[caller % 5]} {THINGS[caller // 5]} would like the {ORDINALS[turn]} answer."


def utterance(caller: int, turn: int) -> Utterance:
    """Return how this caller's words of this turn are recognised: at the speed of real calls, whatever `SPEED` is."""
    return recognised(question(caller, turn).split(), Random(caller * TURNS + turn), SPEED)


def answer(question: str) -> str:
    """Return the answer to a question."""
    return f"You said: {question} That is noted."


def said(body: Any) -> Said:
    """Return the messages of the conversation in a request to the model, without capitals."""
    return tuple(
        " ".join(block["text"] for block in message["content"] if "text" in block).lower()
        for message in body["messages"]
    )


def expected(caller: int, turn: int, greeting: str) -> Said:
    """Return what the model must be asked in this turn: its caller's earlier turns, each once, and no others."""
    before = [line for earlier in range(turn) for line in _exchange(caller, earlier)]
    return tuple(line.lower() for line in (CALL_BEGINS.text, greeting, *before, question(caller, turn)))


def judged(heard: list[list[str]], asked: list[Said], agent: Agent) -> tuple[int, int]:
    """Return how many turns were lost, to a caller or to the model, and how often words were in a wrong place.

    `heard` has the turns of each caller. `asked` has the requests to the model, in any order. If the agent drafts,
    the model may be asked several times in a turn, with each partial prompt of the caller.
    """
    ours = [(words, answer(question(*place))) for place, words in _placed(heard)]
    wanted = Counter(expected(*place, agent.greeting) for place in _places())
    given = Counter(_finished(asked, agent) if agent.drafts else asked)
    lost = CALLS * TURNS - sum(own in words for words, own in ours) + (wanted - given).total()
    astray = sum(bool(words.replace(own, "", 1)) for words, own in ours) + (given - wanted).total()
    return lost, astray


def requests_a_turn(asked: list[Said], agent: Agent) -> list[int]:
    """Return how often the model was asked in each turn after the first, whose drafts do not tell who speaks."""
    found = Counter(request[:-1] for request in asked)
    return [found[expected(caller, turn, agent.greeting)[:-1]] for caller, turn in _places() if turn]


def _finished(asked: list[Said], agent: Agent) -> Iterator[Said]:
    """Yield the requests that are no drafts, and each request once: a draft may ask what the prompt asks."""
    drafts = {
        (*expected(*place, agent.greeting)[:-1], words.lower())
        for place in _places()
        for _, words in utterance(*place).partials
        if words.lower() != question(*place)
    }
    return (request for request in dict.fromkeys(asked) if request not in drafts)


def _places() -> Iterator[tuple[int, int]]:
    """Yield each caller with each turn."""
    return product(range(CALLS), range(TURNS))


def _placed(heard: list[list[str]]) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield what was heard, with its caller and turn."""
    for caller, turns in enumerate(heard):
        for turn, words in enumerate(turns):
            yield (caller, turn), words


def _exchange(caller: int, turn: int) -> Said:
    return question(caller, turn), answer(question(caller, turn))


def _held(line: Measured[EchoingModel], agent: Agent) -> list[Held]:
    quirks = Quirks(recognised={question(*place): utterance(*place) for place in _places()})
    with (
        line.dev_stack.phone(speed=SPEED, number=agent.number, quirks=quirks) as phone,
        ThreadPoolExecutor(CALLS) as pool,
    ):
        return list(pool.map(lambda caller: _hold(phone, caller), range(CALLS)))


def _hold(phone: Phone, caller: int) -> Held:
    time.sleep(APART * caller)
    held, call = Held(), phone.dial(caller=f"+155501{FIRST_CALLER + caller:02d}", listen=False)
    try:
        for turn in range(TURNS):
            held.heard.append(call.say(question(caller, turn), timeout=WAIT))
            if first := call.turns[-1].first_text:
                held.waits.append((first - FIRST) * 1000)
        call.hang_up()
    except CallError as error:
        print(error, file=sys.stderr)
        held.errors += 1
    held.errors += len(call.errors)
    return held


def _failures(line: DevStack) -> int:
    """Return the number of failed handlers and of error frames that the gateway sent."""
    spoken_by_gateway = [one for one in line.gateway.record if one.direction == "gateway-error"]
    return len(line.gateway.failures) + len(line.queue.failures) + len(spoken_by_gateway)
