"""When an answer is drafted, and what becomes of the draft."""

from dataclasses import replace

import pytest

from functions.relay.call.drafting import (
    LONGEST_WAIT_S,
    DraftStep,
    Dropped,
    Finalised,
    Held,
    draft_step,
    drafted,
    same_request,
)
from functions.relay.log.events import (
    Closed,
    DraftBegun,
    DraftDropped,
    EndClaimed,
    Entry,
    Event,
    KeyPressed,
    LastMinute,
    Silent,
    TakenOver,
    TimeUp,
)
from functions.relay.log.keys import END_CLAIM, Key, Slot
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt
from functions.relay.wire.model import AgentMessage, CallerMessage, Request

PARTIAL = Key(1000, "partial")
PROMPT = Key(1600, "prompt")
WORDS = "When do you open"


def at(moment: int, event: Event) -> Entry:
    return Entry(Key(moment, f"m{moment}"), event)


FINAL = Entry(PROMPT, Prompt("When do you open?"))

STEPS: list[tuple[str, list[Entry], DraftStep]] = [
    ("nothing", [], Held()),
    ("the same words again", [at(1200, Partial("when do you open?"))], Held()),
    ("a blank partial", [at(1200, Partial(" "))], Held()),
    ("notes of the line", [at(1200, Info("tokensPlayed", "Hello"))], Held()),
    ("an interrupt of the same moment", [at(1010, Interrupt("Hello"))], Held()),
    ("an older interrupt", [at(900, Interrupt("Hello"))], Held()),
    ("a later interrupt", [at(1300, Interrupt("Hello"))], Dropped()),
    ("other words", [at(1200, Partial("When do you open on Friday"))], Dropped()),
    ("a prompt with other words", [at(1600, Prompt("When do you close?"))], Dropped()),
    ("a key", [at(1200, Dtmf("5"))], Dropped()),
    ("a key with a meaning", [at(1200, KeyPressed("5", "Yes."))], Dropped()),
    ("the end of the socket", [at(1200, Closed(1000))], Dropped()),
    ("the end of the time", [at(1200, TimeUp())], Dropped()),
    ("the last minute", [at(1200, LastMinute())], Dropped()),
    ("a silence", [at(1200, Silent(1))], Dropped()),
    ("the end of the session", [Entry(END_CLAIM, EndClaimed("x", "goodbye"))], Dropped()),
    ("the prompt", [FINAL], Finalised(PROMPT)),
    ("words after the prompt", [FINAL, at(1900, Partial("And"))], Finalised(PROMPT)),
    ("an interrupt with the prompt", [FINAL, at(1605, Interrupt("Hi"))], Finalised(PROMPT)),
    ("a second prompt", [FINAL, at(1900, Prompt("And when do you close?"))], Dropped()),
    ("a takeover", [FINAL, Entry(PROMPT.under(Slot.TAKEN_OVER.at(1000)), TakenOver())], Dropped()),
]


@pytest.mark.parametrize(("newer", "step"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_only_a_prompt_with_the_same_words_keeps_it(newer: list[Entry], step: DraftStep) -> None:
    assert draft_step(newer[::-1], PARTIAL, WORDS) == step


BEGUN = [Entry(PARTIAL, Partial(WORDS)), Entry(PARTIAL.under(Slot.DRAFT_BEGUN.at()), DraftBegun())]
TOO_LATE = Key(PARTIAL.at + int(LONGEST_WAIT_S * 1000) + 1, "late")


def test_a_prompt_finds_the_draft_with_its_words() -> None:
    assert drafted([*BEGUN, FINAL], PROMPT, "When do you open?") == PARTIAL


def test_the_newest_of_two_drafts_is_found() -> None:
    again = Key(1300, "again")
    newer = [Entry(again, Partial(WORDS)), Entry(again.under(Slot.DRAFT_BEGUN.at()), DraftBegun())]
    assert drafted([*BEGUN, *newer], PROMPT, WORDS) == again


@pytest.mark.parametrize(
    ("entries", "key", "text"),
    [
        (BEGUN[:1], PROMPT, WORDS),
        (BEGUN[1:], PROMPT, WORDS),
        (BEGUN, PROMPT, "When do you close?"),
        (BEGUN, TOO_LATE, WORDS),
        (BEGUN, Key(900, "older"), WORDS),
        ([*BEGUN, Entry(PARTIAL.under(Slot.DRAFT_DROPPED.at()), DraftDropped())], PROMPT, WORDS),
        ([*BEGUN, at(1300, Partial("When do you"))], PROMPT, WORDS),
        ([*BEGUN, at(1300, Prompt("When do you open?"))], PROMPT, WORDS),
        ([*BEGUN, at(1300, Dtmf("1"))], PROMPT, WORDS),
    ],
    ids=["not begun", "no partial", "other words", "too old", "newer", "dropped", "revised", "used", "a key"],
)
def test_no_draft_is_found_that_no_longer_counts(entries: list[Entry], key: Key, text: str) -> None:
    assert drafted(entries, key, text) is None


ASKED = Request("Be brief.", (CallerMessage("When do you open"),), situation="It is 9:00.", turn="t1")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(ASKED, messages=(CallerMessage("when do you open?"),), situation="It is 9:01.", turn="t2"), True),
        (replace(ASKED, messages=(CallerMessage("When do you close"),)), False),
        (replace(ASKED, prompt="Be kind."), False),
        (replace(ASKED, messages=(AgentMessage("At nine."),)), False),
        (replace(ASKED, messages=()), False),
    ],
)
def test_two_requests_ask_the_same_but_for_the_time(other: Request, same: bool) -> None:
    assert same_request(ASKED, other) is same
