"""What a tool may return: what is refused when it is made, and what the log holds of a hand-off."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.relay import Caller, EndCall, HandOff, PassTo, Play, Say, SendDigits, tool
from functions.relay.agent.hand_off import MOST_BRIEF_CHARACTERS, UnreachableError
from functions.relay.agent.outcomes import MOST_LOOPS, MOST_TEXT_CHARACTERS, TooLongError, check_lengths
from functions.relay.agent.phrases import phrases
from functions.relay.log.events import PassedToAgent

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a sound without a host": (lambda: Play("https://"), "Play.source is 'https://'; give a URL"),
    "a sound of a file": (lambda: Play("file:///hold.mp3"), "Play.source is 'file:///hold.mp3'"),
    "a sound with a space": (lambda: Play("https://example.com/on hold.mp3"), "Play.source is"),
    "a sound with an umlaut": (lambda: Play("https://example.com/grüße.mp3"), "Play.source is"),
    "a sound too often": (lambda: Play("https://example.com/a.mp3", loop=MOST_LOOPS + 1), "Play.loop is 1001"),
    "a sound less than never": (lambda: Play("https://example.com/a.mp3", loop=-1), "Play.loop is -1"),
    "endless music that is cut off": (
        lambda: Play("https://example.com/a.mp3", loop=0, preemptible=True),
        "Play.loop is 0, but Play.preemptible is True",
    ),
    "no tone": (lambda: SendDigits(""), "SendDigits.digits takes only"),
    "a tone of no key": (lambda: SendDigits("12 34"), "SendDigits.digits takes only"),
    "no person": (lambda: HandOff("help", to="Anna"), "HandOff.to must be"),
    "too few rings": (lambda: HandOff("help", to="+15550100", rings=4), "HandOff.rings is 4; give a whole"),
    "too long a talk": (
        lambda: HandOff("help", to="+15550100", minutes=1441),
        "HandOff.minutes is 1441; give a whole",
    ),
    "half a ring": (
        lambda: HandOff("help", to="+15550100", rings=30.5),  # type: ignore[arg-type]
        "HandOff.rings is 30.5; give a whole number, 5 to 600.",
    ),
    "rings in a text": (
        lambda: HandOff("help", to="+15550100", rings="30"),  # type: ignore[arg-type]
        "HandOff.rings is a str; give a whole number, 5 to 600.",
    ),
    "minutes that are on": (
        lambda: HandOff("help", to="+15550100", minutes=True),
        "HandOff.minutes is True; give a whole number, 1 to 1440.",
    ),
    "half a time": (lambda: Play("https://example.com/a.mp3", loop=1.5), "Play.loop is 1.5; give a whole"),  # type: ignore[arg-type]
    "times in a text": (lambda: Play("https://example.com/a.mp3", loop="2"), "Play.loop is '2'; give a whole"),  # type: ignore[arg-type]
    "times that are on": (lambda: Play("https://example.com/a.mp3", loop=True), "Play.loop is True; give a whole"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_as_it_is_made(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError) as caught:
        make()
    assert words in str(caught.value)


def test_a_hand_off_that_leads_nowhere_has_its_own_error() -> None:
    with pytest.raises(UnreachableError):
        HandOff("help", to="0100")


@pytest.mark.parametrize(
    ("nobody", "words", "ends"),
    [
        (None, phrases("de").nobody, False),
        ("Anna is out.", "Anna is out.", False),
        ({"de-DE": "Anna ist nicht da."}, "Anna ist nicht da.", False),
        (EndCall(), phrases("de").goodbye, True),
        (EndCall(saying="Bye!"), "Bye!", True),
    ],
)
def test_the_log_keeps_what_is_said_if_no_person_answers(nobody: object, words: str, ends: bool) -> None:
    noted = HandOff("help", to="+15550100", nobody=nobody).as_event("h1", "de-DE", phrases("de-DE"))  # type: ignore[arg-type]
    assert (noted.nobody, noted.ends, noted.language) == (words, ends, "de-DE")


def test_the_log_keeps_no_more_than_can_be_whispered() -> None:
    noted = HandOff("a\x00b" * 400, to="+15550100", brief="c\n" * 400).as_event("h1", "en-US", phrases("en"))
    assert len(noted.reason) == len(noted.brief) == MOST_BRIEF_CHARACTERS
    assert "\x00" not in noted.reason


def test_tones_of_every_key_and_pauses_are_taken() -> None:
    assert SendDigits("ww1234*#").digits == "ww1234*#"


def test_the_log_keeps_to_whom_a_caller_was_passed() -> None:
    noted = PassTo("billing", greeting="Billing!").as_event("p1", "en-US", phrases("en"))
    assert noted == PassedToAgent("p1", "billing", "Billing!", "en-US")


TOO_LONG = "x" * (MOST_TEXT_CHARACTERS + 1)


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (Say(TOO_LONG), "Say.text"),
        (Say("Hello.", answer=TOO_LONG), "Say.answer"),
        (EndCall(saying={"en-US": TOO_LONG}), "EndCall.saying"),
        (PassTo("billing", greeting=TOO_LONG), "PassTo.greeting"),
        (HandOff("r", "+15550100", closed=Say(TOO_LONG)), "Say.text"),
        (
            HandOff("r", "+15550100", closed=HandOff("r", "+15550100", closed=EndCall(saying=TOO_LONG))),
            "EndCall.saying",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_text_that_is_too_long_is_refused(outcome: Say | EndCall | PassTo | HandOff, name: str) -> None:
    def returned() -> Any:
        """Do something."""
        return outcome

    with pytest.raises(TooLongError, match=f"{name} has 4097 characters; 4096 at most"):
        tool(returned).run("{}", Caller("+15550101"))


def test_the_words_of_a_hand_off_that_a_model_wrote_are_no_failure() -> None:
    control = "a\x0bb"

    def through() -> HandOff:
        """Put the caller through."""
        return HandOff(TOO_LONG, f"workflow:WW{'0' * 32}", nobody=TOO_LONG, meanwhile=control, hold=TOO_LONG)

    outcome = tool(through).run("{}", Caller("+15550101"))
    assert isinstance(outcome, HandOff)
    noted = outcome.as_event("h1", "en-US", phrases("en"))
    assert (len(noted.nobody), len(noted.hold), noted.meanwhile) == (500, 500, "a b")


def test_a_text_of_the_greatest_length_is_taken() -> None:
    check_lengths(EndCall(saying={"en-US": TOO_LONG[1:], "es-ES": ""}))
    check_lengths(Say(TOO_LONG[1:]))
