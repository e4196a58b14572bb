"""Splits a prompt with private data: what the log gets, what the private log gets, and new texts of older prompts.

A number may continue in a later prompt. So digits at the end of a prompt are held: the log gets a placeholder until
the caller has said other words, or until a later prompt shows what they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from functions.relay.call.call import Call
from functions.relay.call.history import MOST_HELD_TURNS
from functions.relay.call.redactor import Redactor
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entry, PromptReworded, ToolCalled, WordsKept
from functions.relay.log.keys import Key, Slot
from functions.relay.text.private import DIGITS, HELD, PLACEHOLDER, numbered, numbers_taken
from functions.relay.text.redaction import Span, found, may_go_on, open_row, with_placeholders
from functions.relay.wire.model import CallerMessage

MOST_PROMPTS = 20
"""Prompts over which one number may be spread."""

MOST_CLEAR_DIGITS = 10
"""The most first digits of a card that a log may hold: of 15 digits, five must be missing.

Source: PCI SSC, FAQ 1091, "What are acceptable formats for truncation of primary account numbers?".
"""

BEGINS_A_CARD = "234568"
"""First digits of the cards of all issuers. Source: ISO/IEC 7812."""


@dataclass(frozen=True, slots=True)
class RedactedPrompt:
    """One prompt, split into its public and its private part."""

    logged: str
    """The text for the log."""

    private: WordsKept | None = None
    """The entry for the private log; None if nothing is private."""

    reworded: tuple[tuple[Key, str], ...] = ()
    """Older prompts with a part of the same number, and their new texts."""


def redact_prompt(
    call: Call, kept: Mapping[Key, WordsKept], key: Key, text: str, redactor: Redactor
) -> RedactedPrompt:
    """Split a prompt. `call` is the call so far, and `kept` are the words of it that are in the private log."""
    texts = dict(sorted({**_earlier(call, kept), key: text}.items()))
    bare = [_without_placeholders(one) for one in texts.values()]
    spans = found(bare, redactor.kinds, redactor.language, redactor.recognizer)
    row = open_row(bare, spans, redactor.language) if key == max(texts) else None
    placeholders = _placeholders(spans, kept, _taken(call))
    safe = dict(zip(texts, with_placeholders(list(texts.values()), spans, placeholders), strict=True))
    logged, clears = safe[key], True
    if row:
        begins = sum(len(one) + 1 for one in bare[:-1])
        held = Span(row.kind, begins + row.start, begins + row.end, HELD)
        logged = with_placeholders(list(texts.values()), [*spans, held], {**placeholders, HELD: HELD})[-1]
        clears = len(row.value) <= MOST_CLEAR_DIGITS or row.value[0] not in BEGINS_A_CARD
    values = [(placeholder, value) for value, placeholder in placeholders.items()]
    alone = open_row(bare[-1:], (), redactor.language)
    values += _of_rows([one.value for one in (row, row and alone) if one], call, kept)
    changed = tuple((one, safe[one]) for one in texts if one != key and safe[one] != texts[one])
    return RedactedPrompt(logged, WordsKept(safe[key], tuple(values), clears) if logged != text else None, changed)


def words_by_prompt(entries: Iterable[Entry]) -> dict[Key, WordsKept]:
    """Return the words in the entries of a private log, by the keys of their prompts."""
    return {entry.key: entry.event for entry in entries if isinstance(entry.event, WordsKept)}


def holds(call: Call) -> bool:
    """Return whether the log has a placeholder in place of digits that may continue."""
    return any(HELD in turn.caller for turn in call.turns)


def released(call: Call, kept: Mapping[Key, WordsKept], *, over: bool = False) -> Iterator[Entry]:
    """Return the entries that log held digits once no prompt can continue them. `over`: no more prompts come."""
    if not holds(call):
        return
    texts = [kept[turn.key].text if turn.key in kept else turn.caller for turn in call.turns]
    bare = [_without_placeholders(text) for text in texts]
    for place, turn in enumerate(call.turns):
        if HELD in turn.caller and turn.key in kept and kept[turn.key].clears:
            old = over or len(call.turns) - place > MOST_HELD_TURNS
            if old or not may_go_on(bare[place:], call.language):
                yield Entry(turn.key.under(Slot.REWORDED.at()), PromptReworded(texts[place]))


def has_private_words(call: Call) -> bool:
    """Return whether a part of the call is in the private log: the log has a placeholder in its place."""
    return any(HELD in text or PLACEHOLDER.search(text) for text in _said(call))


def _said(call: Call) -> Iterator[str]:
    yield from (turn.caller for turn in call.turns)
    yield from (act.arguments for turn in call.turns for act in turn.acts if isinstance(act, ToolCalled))
    yield call.collecting[1].arguments if call.collecting else ""
    yield from (one.text for one in (call.opened.remembered if call.opened else ()) if isinstance(one, CallerMessage))


def _earlier(call: Call, kept: Mapping[Key, WordsKept]) -> dict[Key, str]:
    """Return the texts of the newest prompts, with the digits that are held."""
    prompts = [turn for turn in call.turns if turn.caller and turn.cause is None]
    return {
        turn.key: kept[turn.key].text if turn.key in kept and HELD in turn.caller else turn.caller
        for turn in prompts[-MOST_PROMPTS:]
    }


def _taken(call: Call) -> int:
    return max(map(numbers_taken, _said(call)), default=0)


def _of_rows(rows: Sequence[str], call: Call, kept: Mapping[Key, WordsKept]) -> list[tuple[str, str]]:
    """Return placeholders and values for held digits: a tool may get them before it is known what they are."""
    known = _known(kept)
    taken = max((numbers_taken(text, held=True) for text in (*_said(call), *known.values())), default=0)
    new = (digits for digits in dict.fromkeys(rows) if digits not in known)
    numbers = {digits: numbered(DIGITS, number) for number, digits in enumerate(new, taken + 1)}
    return [((known | numbers)[digits], digits) for digits in dict.fromkeys(rows)]


def _known(kept: Mapping[Key, WordsKept]) -> dict[str, str]:
    return {value: placeholder for words in kept.values() for placeholder, value in words.values}


def _placeholders(spans: Sequence[Span], kept: Mapping[Key, WordsKept], taken: int) -> dict[str, str]:
    """Return a placeholder for each value. A value that was said before keeps its placeholder."""
    known = _known(kept)
    placeholders: dict[str, str] = {}
    for span in spans:
        if span.value not in placeholders:
            taken += span.value not in known
            placeholders[span.value] = known.get(span.value) or numbered(span.kind, taken)
    return placeholders


def _without_placeholders(text: str) -> str:
    """Return the text with underscores in place of placeholders, whose numbers must not count. The length stays."""
    return PLACEHOLDER.sub(lambda one: "_" * len(one[0]), text).replace(HELD, "_" * len(HELD))
