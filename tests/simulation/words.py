"""What the model says and the caller says: words that nobody else says, so that each can be found again."""

from functions.relay.wire.model import Finished, StreamEvent, TextDelta, ToolCall, Usage
from tests.simulation.chance import Chance
from tests.simulation.fault_rates import FaultRates

ENDS = (".", ",", "?", ":", "", "", "")
"""What may stand after a word of an answer; only some of it ends a clause."""

TOOLS = ("quick", "slow", "hanging", "failing")
PARTING = ("hand_over", "say_goodbye")


def answer(chance: Chance, rates: FaultRates, who: str, name: str, *, may_ask: bool) -> list[StreamEvent]:
    """Return what the model streams: a sentence or some, or a few words and a tool."""
    if may_ask and rates.parting and chance.happens(f"{who}: the call is ended", rates.parting):
        return [*_said(chance, name, 3), *_asks(name, chance.one_of(f"{name} parts by", PARTING))]
    if may_ask and rates.tools and chance.happens(f"{who}: a tool is asked for", rates.tools):
        tools = [
            chance.one_of(f"{name} tool {number}", TOOLS) for number in range(chance.count(f"{name} tools", 1, 2))
        ]
        return [*_said(chance, name, 4), *_asks(name, *tools)]
    most = 60 if chance.happens(f"{who}: a long answer", 0.15) else 14
    return [*_said(chance, name, most, least=2), Finished("end", Usage(10, 5))]


def _said(chance: Chance, name: str, most: int, least: int = 0) -> list[StreamEvent]:
    """Return some words in pieces of one to four."""
    count = chance.count(f"{name} words", least, most)
    tag = _tag(chance, name)
    words = [f"{tag}x{number}{chance.one_of(f'{name} end {number}', ENDS)} " for number in range(count)]
    size = chance.count(f"{name} piece", 1, 4)
    return [TextDelta("".join(words[at : at + size])) for at in range(0, len(words), size)]


def _asks(name: str, *tools: str) -> list[StreamEvent]:
    asks = [ToolCall(f"{name}/{number}", tool, "{}") for number, tool in enumerate(tools)]
    return [*asks, Finished("tools", Usage(10, 5))]


def _tag(chance: Chance, name: str) -> str:
    return "a" + format(int(chance.share(f"{name} tag") * 16**5), "05x")


def utterance(number: int, parts: int) -> list[str]:
    """Return what the caller says in one breath, in as many final prompts."""
    return [f"u{number}p{part}a u{number}p{part}b" for part in range(parts)]
