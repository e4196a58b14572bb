"""Gives utterances the rhythm of recorded calls: when partial prompts come, and how often they replace words.

The figures are those of eleven recorded utterances with 58 partial prompts.
"""

from random import Random

from local.phone.clauses import Utterance

BETWEEN_PARTIALS_S = (0.189, 0.242, 0.327)
"""From one partial prompt to the next: p10, p50, p90."""

UNTIL_FINAL_S = (0.358, 0.730, 0.837)
"""From the last partial prompt to the final one: p10, p50, p90."""

REVISED = 6 / 58
"""How many of the steps replace words."""

WORDS_A_STEP = (1, 1, 1, 2)
"""How many words a partial prompt adds, each equally often: about five an utterance, as in the recordings."""


def recognised(words: list[str], chance: Random, speed: float = 1.0) -> Utterance:
    """Return an utterance as a recogniser reports it. All times are multiplied by `speed`."""
    partials: list[tuple[float, str]] = []
    at, length = 0.0, 0
    while length < len(words):
        length = min(len(words), length + chance.choice(WORDS_A_STEP))
        if chance.random() < REVISED and length < len(words):
            partials.append((at, " ".join([*words[: length - 1], "revised"])))
            at += _drawn(chance, BETWEEN_PARTIALS_S)
        partials.append((at, " ".join(words[:length])))
        at += _drawn(chance, BETWEEN_PARTIALS_S)
    last = partials[-1][0]
    final = last + _drawn(chance, UNTIL_FINAL_S)
    return Utterance(partials[-1][1], tuple((moment * speed, text) for moment, text in partials), final * speed)


def _drawn(chance: Random, spread: tuple[float, float, float]) -> float:
    """Return a time of this spread, which is between its p10 and its p90 as it was recorded."""
    low, middle, high = spread
    return chance.triangular(low, high, middle)
