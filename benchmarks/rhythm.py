"""Gives utterances the rhythm of recorded calls: when partial prompts come, and how often they replace words.

The figures are those of eleven recorded utterances with 58 partial prompts. Between the recorded quantiles a time is
drawn linearly: this is chosen. Nothing is known of the times below p10 and above p90, so they are p10 and p90.
"""

from collections.abc import Iterator
from itertools import pairwise
from random import Random

from functions.relay.text.utterance import ends_sentence
from local.phone.clauses import Utterance

Knots = tuple[tuple[float, float], ...]
"""Probabilities, each with the seconds that a time stays within so often."""

BETWEEN_PARTIALS: Knots = ((0.1, 0.189), (0.5, 0.242), (1 - 5 / 47, 0.300), (0.9, 0.327))
"""From one partial prompt to the next. Recorded: p10, p50, p90, and that 5 of 47 times were 300 ms or longer."""

HEAD_START: Knots = ((0.1, 0.464), (0.5, 0.730), (0.9, 0.837))
"""From the first partial prompt with all words and the end mark to the final prompt. Recorded: p10, p50, p90."""

RESTATED = 0.2
"""How many utterances with a short head start have one more partial prompt, with the same words in another case.

Recorded: this is so in about one utterance of ten. Concluded: its head start is below the median, since from the last
partial prompt the median is the same. Half of all head starts are, so a fifth of those makes a tenth of all."""

RESTATED_S = 0.358
"""From this partial prompt to the final one. Recorded: p10 for any last partial prompt. Chosen: this each time."""

REVISED = 6 / 58
"""How many of the steps replace words. Recorded."""

WORDS_A_STEP = (1, 2)
"""How many words a partial prompt adds, each equally often. Chosen: so an utterance has about 5.3 partial prompts.
Recorded: this mean. Its spread was wider: 2 partial prompts at the median, 11 at p90."""


def recognised(words: list[str], chance: Random, speed: float = 1.0) -> Utterance:
    """Return an utterance as a recogniser reports it. All times are multiplied by `speed`."""
    text, partials, at = " ".join(words), list[tuple[float, str]](), 0.0
    for number, shown in enumerate(_steps(words, chance)):
        at += _drawn(chance, BETWEEN_PARTIALS) if number else 0
        partials.append((at, shown))
    head_start = _drawn(chance, HEAD_START)
    final = at + head_start
    if head_start < HEAD_START[1][1] and chance.random() < RESTATED:
        partials[-1] = (at, text[0].swapcase() + text[1:])
        partials.append((final - RESTATED_S, text))
    return Utterance(text, tuple((moment * speed, shown) for moment, shown in partials), final * speed)


def _steps(words: list[str], chance: Random) -> Iterator[str]:
    """Yield the words of each partial prompt. The last one has all of them, and one ends where a sentence ends."""
    length = 0
    while length < len(words):
        step = 1 if ends_sentence(words[length]) else chance.choice(WORDS_A_STEP)
        length = min(len(words), length + step)
        if chance.random() < REVISED and length < len(words):
            yield " ".join([*words[: length - 1], "revised"])
        yield " ".join(words[:length])


def _drawn(chance: Random, knots: Knots) -> float:
    """Return a time that is spread linearly between these knots, and is never outside of them."""
    rank = chance.random()
    for (low, shorter), (high, longer) in pairwise(knots):
        if rank < high:
            return shorter + (longer - shorter) * max(rank - low, 0) / (high - low)
    return knots[-1][1]
