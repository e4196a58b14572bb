"""The words of the model and the caller. No two of them are the same, so that each can be found again."""

import re
from typing import Literal

from functions.relay.wire.model import Finished, StreamEvent, TextDelta, ToolCall, Usage
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates

ENDS = (".", ",", "?", ":", "", "", "")
"""What may follow a word of an answer; only some of it ends a clause."""

LETTERS, TAG = "0123456789abcdefghijklmnopqrstuvwyz", 5
"""The letters of a tag, and their number. Each answer has another tag."""

WORD = re.compile(rf"a[{LETTERS}]{{{TAG}}}x\d+")
"""A word of the model. Each is different."""

TOOLS = ("quick", "slow", "hanging", "failing")
ENDS_SESSION = ("hand_over", "say_goodbye", "pass_on")


EMPTY: tuple[tuple[StreamEvent, ...], ...] = ((), (TextDelta("  "),), (TextDelta("**"), TextDelta("** \n")))
"""What a model may stream that cannot be spoken."""

NO_ARGUMENTS = ("{}", "", " {} ")
"""How models write that a tool has no arguments."""


def answer(chance: Chance, rates: FaultRates, who: str, name: str, *, may_ask: bool) -> list[StreamEvent]:
    """Return what the model streams: one or more sentences, or a few words and a tool call, well-formed or not."""
    if rates.empty and chance.happens(f"{who}: the model says nothing", rates.empty):
        return [*chance.one_of(f"{name} nothing", EMPTY), _ended("end")]
    if may_ask and rates.parting and chance.happens(f"{who}: the call is ended", rates.parting):
        return [*_said(chance, name, 3), *_asks(name, chance.one_of(f"{name} parts by", ENDS_SESSION))]
    if may_ask and rates.cut and chance.happens(f"{who}: a tool's block is cut", rates.cut):
        return [*_said(chance, name, 4), ToolCall(f"{name}/0", "quick", '{"a'), _ended("length")]
    if may_ask and rates.digits and chance.happens(f"{who}: digits are asked for", rates.digits):
        return [*_said(chance, name, 3), *_asks(name, "pin")]
    if may_ask and rates.tools and chance.happens(f"{who}: a tool is asked for", rates.tools):
        return [*_said(chance, name, 4), *_asks(name, *_tools(chance, rates, who, name))]
    most = 60 if chance.happens(f"{who}: a long answer", 0.15) else 14
    limited = rates.limited and chance.happens(f"{who}: the token limit ends the answer", rates.limited)
    return [*_said(chance, name, most, least=2), _ended("length" if limited else "end")]


def _tools(chance: Chance, rates: FaultRates, who: str, name: str) -> list[str]:
    tools = [chance.one_of(f"{name} tool {number}", TOOLS) for number in range(chance.count(f"{name} tools", 1, 2))]
    doubled = rates.doubled and chance.happens(f"{who}: a tool is asked for twice", rates.doubled)
    return [*tools, tools[0]] if doubled else tools


def _said(chance: Chance, name: str, most: int, least: int = 0) -> list[StreamEvent]:
    """Return some words in pieces of one to four."""
    count = chance.count(f"{name} words", least, most)
    tag = _tag(chance, name)
    words = [f"{tag}x{number}{chance.one_of(f'{name} end {number}', ENDS)} " for number in range(count)]
    size = chance.count(f"{name} piece", 1, 4)
    return [TextDelta("".join(words[at : at + size])) for at in range(0, len(words), size)]


def _asks(name: str, *tools: str) -> list[StreamEvent]:
    written = (NO_ARGUMENTS[number % len(NO_ARGUMENTS)] for number in range(len(tools)))
    asks = [ToolCall(f"{name}/{number}", *one) for number, one in enumerate(zip(tools, written, strict=True))]
    return [*asks, _ended("tools")]


def _ended(reason: Literal["end", "tools", "length"]) -> Finished:
    return Finished(reason, Usage(10, 5))


def _tag(chance: Chance, name: str) -> str:
    number = int(chance.share(f"{name} tag") * len(LETTERS) ** TAG)
    return "a" + "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(TAG))


CALLERS = re.compile(r"\bu[\dx]+p\d[a-z]+\b")
"""A word of the caller. Each is different."""

CARD = "4242 4242 4242 4242"
"""The number of a card, which callers say now and then."""


def utterance(number: int, parts: int, card: bool = False) -> list[str]:
    """Return one utterance of the caller, in so many final prompts. With `card`, each ends with a card's number."""
    return [f"u{number}p{part}a u{number}p{part}b{f' {CARD}' if card else ''}" for part in range(parts)]


def seeming(text: str, share: float) -> str:
    """Return what an utterance seems to be before it is final: most often its words, now and then others."""
    forms = (
        text,
        f"{text}.",
        f"{text.upper()}?",
        f"{text}.",
        text,
        f"{text}z.",
        f"{text} uxp0a",
        text.split(maxsplit=1)[0],
    )
    return forms[int(share * len(forms))]


def caller_words(text: str) -> list[str]:
    """Return the caller's own words in a text, without case and marks."""
    return CALLERS.findall(text.lower())


def without_card(text: str) -> str:
    """Return the words of a prompt that are not private."""
    return text.replace(CARD, "").strip()
