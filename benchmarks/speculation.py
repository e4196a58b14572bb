"""Measures drafts: how soon the first words follow the final prompt, and how many requests a turn needs.

Each environment is a process, so a draft and its prompt have their own, as in Lambda. The utterances are generated.
Their partial prompts have the rhythm of recorded calls, and a sentence ends within an utterance as often as there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean, quantiles

from benchmarks import drafting_agent
from benchmarks.gateway.deployment import Deployment, deployed, with_agent
from benchmarks.line import BETWEEN, TimedModel
from benchmarks.report import Row
from benchmarks.rhythm import recognised
from benchmarks.turn_watch import TurnWatch
from benchmarks.waterfall import Span, keep, turn_spans
from local.models.steps import Finish, Text
from local.phone import Call, Quirks
from local.phone.clauses import Utterance

UTTERANCES = 200
"""Utterances for each model."""

MODELS = {0.3: 150, 0.6: 250}
"""Seconds to a model's first token, and the most milliseconds until the first words in nine of ten turns."""

USUAL_MS = 60
"""Most milliseconds to the first words, at the median."""

SPEED = 100.0

TURNS = 10
"""Turns of one call."""

WARM = TURNS
"""Turns that are not measured: they start the environments."""

PEER_MS = 51
"""Milliseconds from the prompt to a peer's first words, less the model's: it asks when the final prompt comes."""

OPEN_ENDS = 1 / 11
"""How many utterances end without a mark. Recorded."""

TWO_SENTENCES = 2 / 11
"""How many utterances have a sentence before the last one. Recorded: 3 of 13 partial prompts with an end mark were
changed later. Concluded: one of the three kept its words, so in 2 of 11 utterances more words followed."""

WORDS = (
    *("when", "do", "you", "open", "on", "friday", "we", "would", "like", "the", "table", "near", "window"),
    *("please", "tell", "me", "about", "your", "menu", "for", "tonight"),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the milliseconds to its first words, the requests to the model, and the spans if there was one."""

    waited_ms: float
    requests: int
    spans: Sequence[Span]


def speculation() -> Iterator[Row]:
    """Return the figures of drafts with a quick and a slow model, at 5 ms a table call and 30 ms a post."""
    for first in MODELS:
        model = TimedModel((Text("Yes,"), Text(" we"), Text(" do."), Finish()), first, BETWEEN)
        with with_agent(Path(drafting_agent.__file__)) as checkout, deployed(model, checkout) as deployment:
            deployment.delay(0.005, 0.03)
            turns = list(_turns(deployment))
        keep(drafted=_usual(turns))
        yield from rows(first, [turn.waited_ms for turn in turns], [turn.requests for turn in turns])


def _usual(turns: Sequence[Turn]) -> Sequence[Span]:
    """Return the spans of the turn with the median wait, of those whose first draft was the answer."""
    drafted = sorted((turn for turn in turns if turn.requests == 1), key=lambda turn: turn.waited_ms)
    return drafted[len(drafted) // 2].spans


def rows(first: float, waits: Sequence[float], requests: Sequence[int]) -> Iterator[Row]:
    """Return the figures with one model: `waits` in milliseconds and `requests` to the model, of each turn."""
    words, asked = (
        f"drafts, model {first * 1000:.0f} ms: {what}"
        for what in ("first words after the prompt 5/30", "requests to the model a turn")
    )
    waited, counts = quantiles(waits, n=20), sorted(requests)
    yield Row(f"{words}, p50", round(waited[9], 1), "ms", USUAL_MS, f"{first * 1000 + PEER_MS:.0f}")
    yield Row(f"{words}, p90", round(waited[17], 1), "ms", MODELS[first])
    yield Row(f"{asked}, p50", counts[len(counts) // 2], "", 2, "1")
    yield Row(f"{asked}, p95", counts[len(counts) * 19 // 20], "", 3, "1")
    yield Row(f"{asked}, mean", round(mean(counts), 2), "", None, "1")


def _turns(deployment: Deployment[TimedModel]) -> Iterator[Turn]:
    """Yield the turn of each utterance."""
    spoken = [utterance(Random(number), SPEED) for number in range(WARM + UTTERANCES)]
    quirks = Quirks(recognised={one.text: one for one in spoken})
    with deployment.phone(SPEED, quirks) as phone:
        call: Call | None = None
        for number, one in enumerate(spoken):
            if number % TURNS == 0:
                call = phone.dial()
            assert call
            deployment.settled()
            watch = TurnWatch(deployment)
            call.say(one.text)
            deployment.settled()
            if number >= WARM:
                requests = len(deployment.model.asked) - watch.number
                spans = turn_spans(watch.seen()) if requests == 1 else ()
                yield Turn((call.turns[-1].first_text or 0) * 1000, requests, spans)
            if number % TURNS == TURNS - 1:
                call.hang_up()


def utterance(chance: Random, speed: float = 1.0) -> Utterance:
    """Return a generated utterance as a recogniser reports it. All times are multiplied by `speed`."""
    return recognised(_words(chance), chance, speed)


def _words(chance: Random) -> list[str]:
    """Return the words of an utterance, each sentence with its mark. The first word makes the utterance unique."""
    words = ["".join(chance.choices("bdfgklmnprst", k=10)), *chance.choices(WORDS, k=chance.randint(3, 9))]
    if chance.random() < TWO_SENTENCES:
        words[2] += "."
    if chance.random() >= OPEN_ENDS:
        words[-1] += "?"
    return words
