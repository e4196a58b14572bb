"""What a key causes: it has a meaning, it is a digit that a tool asked for, or it is only logged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations

import pytest

from functions.live.reminders import AnswerReminder, DigitsReminder, NoiseReminder, TimeLimitReminder, read
from functions.relay import Agent, Caller, Digits, Say, ask_digits
from functions.relay.agent.tools import Tool
from functions.relay.answer.moves import NOT_KEYED
from functions.relay.call.floor import LONGEST_SPEECH_S
from functions.relay.call.timers import DIGITS_CHECK_S
from functions.relay.log.events import (
    Digit,
    DigitsEntered,
    DigitsRequested,
    EarlyKey,
    EndClaimed,
    Entry,
    KeyPressed,
    ToolReturned,
)
from functions.relay.log.keys import END_CLAIM, Key, private_log, session_log
from functions.relay.wire.messages import Dtmf, Prompt, Text
from functions.relay.wire.model import Finished, StreamEvent, ToolCall
from tests.doubles import saying
from tests.live.harness import DESK, SessionHarness
from tests.live.ports import TroubledLog

pytestmark = pytest.mark.slow

LOG, DIGITS = session_log("c1"), private_log("c1")
ASKS: list[StreamEvent | Exception] = [ToolCall("t1", "check_pin", "{}"), Finished("tools")]


def check_pin(pin: Digits, caller: Caller) -> str:
    """Check the PIN."""
    caller.memory["tries"] = int(caller.memory.get("tries") or 0) + 1
    return "right" if pin == "1234" else f"{len(pin)} wrong ones"


ASKED = ask_digits(check_pin, saying="Your PIN, please.", length=4, timeout=8)
BANK = replace(DESK, tools=[ASKED], keys={"7": "I want a loan.", "8": Say("We open at nine.")}, silence=None)


def asking(*answers: list[StreamEvent | Exception]) -> SessionHarness:
    """A session in which the caller was asked for their PIN."""
    harness = SessionHarness(ASKS, *answers, desk=BANK).opened()
    assert harness.sessions.receive(harness.prompt("My balance?")) == "answered"
    assert harness.says()[-1] == Text("Your PIN, please.", last=True)
    return harness


def press(harness: SessionHarness, *keys: str) -> list[str]:
    return [harness.sessions.receive(harness.frame({"type": "dtmf", "digit": key})) for key in keys]


def press_at(harness: SessionHarness, at: int, *keys: str) -> list[str]:
    """Press keys, the first at this time, and each 300 ms after the one before."""
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=at + 300 * number) for number, key in enumerate(keys)]
    return [harness.sessions.receive(frame) for frame in frames]


def heard(harness: SessionHarness) -> str:
    return "".join(message.token for message in harness.says() if isinstance(message, Text))


def test_a_key_without_a_meaning_is_only_logged() -> None:
    harness = SessionHarness(desk=replace(BANK, tools=[])).opened()
    assert press(harness, "5") == ["dtmf"]
    assert harness.events()[-1] == Dtmf("5")
    assert harness.says() == []


def test_a_key_with_an_action_is_answered_like_a_prompt() -> None:
    harness = SessionHarness(saying("How much?"), desk=BANK).opened()
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=at) for key, at in (("8", 5000), ("7", 15_000))]
    assert [harness.sessions.receive(frame) for frame in frames] == ["answered", "answered"]
    assert heard(harness) == "We open at nine.How much?"
    assert [event for event in harness.events() if isinstance(event, KeyPressed)] == [
        KeyPressed("8", says="We open at nine."),
        KeyPressed("7", "I want a loan."),
    ]
    assert sum(isinstance(read(note), AnswerReminder) for _, note in harness.timer.notes) == 2


@pytest.mark.no_cover
def test_a_key_without_a_reachable_log_gets_an_apology(caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    harness = SessionHarness(log=log, desk=BANK).opened()
    log.broken = {"append"}
    assert press(harness, "7") == ["apologised"]
    assert harness.says() == [Text(DESK.phrases.trouble, last=True)]
    assert "a key could not use the log" in caplog.text


def test_a_turn_whose_append_was_not_answered_has_a_reminder() -> None:
    log = TroubledLog("append TimeUp")
    harness = SessionHarness(log=log, desk=BANK).opened()
    assert harness.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "later"
    assert {type(read(note)) for _, note in harness.timer.notes} == {AnswerReminder, TimeLimitReminder}


def test_a_key_that_comes_twice_is_one() -> None:
    harness = SessionHarness(desk=BANK).opened()
    frame = harness.frame({"type": "dtmf", "digit": "8"})
    assert [harness.sessions.receive(frame) for _ in range(2)] == ["answered", "repeated"]
    assert len(harness.says()) == 1


def test_digits_run_the_tool_and_are_in_no_transcript() -> None:
    harness = asking(saying("Thank you."))
    assert press(harness, *"1234") == ["a digit", "a digit", "a digit", "answered"]
    assert heard(harness).endswith("Thank you.")
    events = harness.events()
    assert [event.text for event in events if isinstance(event, ToolReturned)][-1] == "right"
    assert not any(isinstance(event, Dtmf | Digit) for event in events)
    assert "1234" not in str(events) and "1234" not in str(harness.model.asked)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_digits_count_in_the_order_in_which_they_were_pressed(order: tuple[int, ...]) -> None:
    harness = asking(saying("Thank you."))
    frames = [harness.frame({"type": "dtmf", "digit": key}) for key in "1234"]
    done = [harness.sessions.receive(frames[number]) for number in order]
    assert sorted(done) == ["a digit", "a digit", "a digit", "answered"]
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == "right"


def test_a_tool_knows_what_the_one_before_stored() -> None:
    harness = asking(saying("Thank you."), ASKS, saying("Again, thank you."))
    press(harness, *"1234")
    harness.sessions.receive(harness.prompt("Once more?", at=5000))
    press_at(harness, 6000, *"1234")
    kept = [event.memory for event in harness.events() if isinstance(event, ToolReturned)]
    assert [memory for memory in kept if memory] == [(("tries", 1),), (("tries", 2),)]


def test_digits_that_do_not_come_are_given_up_once() -> None:
    harness = asking(saying("No matter."))
    ((seconds, note),) = [one for one in harness.timer.notes if "digits" in one[1]]
    key = next(entry.key for entry in harness.log.read(LOG) if isinstance(entry.event, Prompt))
    asked = DigitsReminder("c1", key, after=seconds)
    assert read(note) == asked
    assert [harness.sessions.check(asked) for _ in range(2)] == ["answered", "settled"]
    assert heard(harness).endswith("No matter.")
    assert [event.whole for event in harness.events() if isinstance(event, DigitsEntered)] == [False]


def test_digits_for_a_tool_that_a_deployment_removed_are_given_up() -> None:
    harness = asking(saying("No matter."))
    deployed = harness.with_model(harness.model, replace(BANK, tools=[]))
    press(harness, "1")
    assert deployed.check(replace(asked_in(harness), last=str(harness.private.read(DIGITS)[-1].key))) == "answered"
    assert heard(harness).endswith("No matter.")
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == NOT_KEYED


def test_a_caller_who_is_still_keying_is_waited_for() -> None:
    harness = asking(saying("No matter."))
    asked = DigitsReminder(
        "c1", next(entry.key for entry in harness.log.read(LOG) if isinstance(entry.event, DigitsRequested))
    )
    press(harness, "1")
    assert harness.sessions.check(asked) == "still keying"
    last = str(harness.private.read(DIGITS)[-1].key)
    assert harness.timer.notes[-1] == (8, DigitsReminder("c1", asked.key, last).write())
    assert harness.sessions.check(replace(asked, last=last)) == "answered"


def test_the_wait_for_digits_counts_from_the_last_one() -> None:
    harness = asking(saying("No matter."))
    note = replace(asked_in(harness), after=9)
    harness.sessions.receive(harness.frame({"type": "dtmf", "digit": "1"}, at=note.key.at + 6000))
    assert harness.sessions.check(note) == "still keying"
    seconds, text = harness.timer.notes[-1]
    assert (seconds, read(text)) == (5, note.again(5, last=str(harness.private.read(DIGITS)[-1].key)))
    assert harness.sessions.check(read(text)) == "answered"


READING: list[StreamEvent | Exception] = [ToolCall("t1", "meter_reading", "{}"), Finished("tools")]


def meter_reading(reading: Digits) -> str:
    """Take the reading of the meter."""
    return f"The reading is {reading}."


METER = replace(DESK, tools=[ask_digits(meter_reading, saying="Your reading, please.")], silence=None)


@pytest.mark.parametrize(
    ("harness", "keys", "result"),
    [
        (SessionHarness(READING, saying("Thanks."), desk=METER), "12345", "The reading is 12345."),
        (SessionHarness(ASKS, saying("Thanks."), desk=BANK), "12", "2 wrong ones"),
    ],
    ids=["without the key that ends them", "fewer than asked for"],
)
def test_digits_are_handed_in_when_their_time_ends(harness: SessionHarness, keys: str, result: str) -> None:
    harness.opened().sessions.receive(harness.prompt("Here it is."))
    press(harness, *keys)
    asked = next(entry.key for entry in harness.log.read(LOG) if isinstance(entry.event, DigitsRequested))
    last = str(harness.private.read(DIGITS)[-1].key)
    assert harness.sessions.check(DigitsReminder("c1", asked, last)) == "answered"
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == result


@pytest.mark.parametrize(("asks", "desk"), [(READING, METER), (ASKS, BANK)], ids=["clear", "private"])
def test_the_end_key_alone_is_no_answer(asks: list[StreamEvent | Exception], desk: Agent) -> None:
    harness = SessionHarness(asks, saying("No matter."), desk=desk).opened()
    harness.sessions.receive(harness.prompt("Here it is."))
    assert press(harness, "#") == ["answered"]
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == NOT_KEYED


def asked_in(harness: SessionHarness) -> DigitsReminder:
    """The reminder of the digits that were asked for."""
    keys = [entry.key for entry in harness.log.read(LOG) if isinstance(entry.event, DigitsRequested)]
    return DigitsReminder("c1", keys[-1])


def test_the_time_for_digits_does_not_end_while_the_caller_speaks() -> None:
    harness = asking(saying("No matter."))
    note = asked_in(harness)
    harness.sessions.receive(harness.frame({"type": "info", "name": "clientSpeaking", "value": "on"}))
    assert harness.sessions.check(note) == "later"
    assert harness.timer.notes[-1] == (DIGITS_CHECK_S, replace(note, waited=DIGITS_CHECK_S).write())
    assert harness.sessions.check(replace(note, waited=LONGEST_SPEECH_S)) == "answered"


def test_no_clock_runs_for_digits_once_the_caller_spoke_instead() -> None:
    harness = asking(saying("From nine to five."))
    note = asked_in(harness)
    harness.sessions.receive(harness.prompt("When are you open?"))
    assert harness.sessions.check(note) == "settled"
    assert heard(harness).endswith("From nine to five.")


def test_digits_still_count_once_the_caller_spoke_instead() -> None:
    harness = asking(saying("Take your time."), saying("Thank you."))
    harness.sessions.receive(harness.prompt("Wait, I look for it."))
    assert press(harness, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == "right"


@pytest.mark.parametrize("rows", [["12"], ["1", "2"]], ids=["once", "twice"])
def test_digits_after_words_are_handed_in_when_their_time_ends(rows: list[str]) -> None:
    house = asking(*(saying("Take your time.") for _ in rows), saying("Thank you."))
    for number, row in enumerate(rows, 1):
        house.sessions.receive(house.prompt("Wait, I look for it.", at=5000 * number))
        house.timer.notes.clear()
        assert set(press_at(house, 5000 * number + 2000, *row)) == {"a digit"}
    ((seconds, text),) = house.timer.notes
    assert seconds == 8
    while house.sessions.check(read(text)) == "still keying":
        text = house.timer.notes[-1][1]
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "2 wrong ones"


def test_a_slow_digit_from_before_the_words_sends_no_reminder() -> None:
    house = asking(saying("Take your time."))
    house.sessions.receive(house.prompt("Wait, I look for it.", at=5000))
    house.timer.notes.clear()
    assert press_at(house, 4900, "1") == ["a digit"]
    assert house.timer.notes == []


def test_the_next_tool_drops_suspended_digits_or_asks_again() -> None:
    harness = asking(ASKS, saying("Thank you."))
    before = asked_in(harness)
    harness.sessions.receive(harness.prompt("I am ready now."))
    assert harness.sessions.check(before) == "settled"
    assert harness.sessions.check(asked_in(harness)) == "answered"


@pytest.mark.parametrize(("after_ms", "done"), [(1100, "dtmf"), (9000, "answered")])
def test_a_late_end_of_complete_digits_means_nothing_else(after_ms: int, done: str) -> None:
    desk = replace(BANK, keys={"#": Say("We open at nine.")})
    harness = SessionHarness(ASKS, saying("Thank you."), desk=desk).opened()
    harness.sessions.receive(harness.prompt("My balance?"))
    press(harness, *"1234")
    last = next(entry.key for entry in harness.log.read(LOG) if isinstance(entry.event, DigitsEntered))
    assert harness.sessions.receive(harness.frame({"type": "dtmf", "digit": "#"}, at=last.at + after_ms)) == done


@pytest.mark.parametrize("late", ["#", "##"])
def test_a_late_end_does_not_end_the_next_digits(late: str) -> None:
    harness = SessionHarness(ASKS, ASKS, saying("Thank you."), desk=BANK).opened()
    harness.sessions.receive(harness.prompt("My balance?"))
    assert press(harness, *"9999")[-1] == "answered"
    assert press(harness, *late) == ["dtmf"] * len(late)
    assert press_at(harness, 3000, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == "right"


@pytest.mark.parametrize(("keys", "again"), [("", True), ("1", False)])
def test_a_noise_that_cuts_the_question_is_not_a_digit(keys: str, again: bool) -> None:
    harness = asking()
    cut = {"type": "interrupt", "utteranceUntilInterrupt": "Your", "durationUntilInterruptMs": 300}
    harness.sessions.receive(harness.frame(cut, at=4000))
    press(harness, *keys)
    note = next(note for _, text in harness.timer.notes if isinstance(note := read(text), NoiseReminder))
    assert harness.sessions.check(note) == ("answered" if again else "settled")
    assert heard(harness) == "Your PIN, please." * (2 if again else 1)


def test_early_and_late_digits_are_logged_without_their_values() -> None:
    harness = SessionHarness(ASKS, saying("Thank you."), desk=BANK).opened()
    assert press(harness, "1") == ["dtmf"]
    harness.sessions.receive(harness.prompt("My balance?"))
    press(harness, *"1234")
    assert press(harness, "5", "#") == ["dtmf", "dtmf"]
    assert [event for event in harness.events() if isinstance(event, Dtmf)] == [Dtmf("")] * 3


def test_keys_outside_an_open_session_are_only_logged() -> None:
    harness = SessionHarness(desk=BANK).opened()
    harness.log.append(LOG, Entry(Key(2000, "p"), Prompt("Bye")))
    harness.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(Key(2000, "p")), "goodbye")))
    assert harness.sessions.receive(harness.frame({"type": "dtmf", "digit": "8"}, at=3000)) == "dtmf"


def test_digits_are_deleted_once_their_tool_has_them() -> None:
    harness = asking(saying("Thank you."))
    press(harness, *"12")
    assert [entry.event for entry in harness.private.read(DIGITS)] == [Digit("1"), Digit("2")]
    press(harness, *"34")
    assert harness.private.read(DIGITS) == ()


def test_a_pin_keyed_before_its_question_is_no_menu() -> None:
    harness = SessionHarness(desk=replace(BANK, keys={"1": "My balance?", "2": Say("We open at nine.")})).opened()
    frames = [harness.frame({"type": "dtmf", "digit": key}) for key in "1212"]
    with ThreadPoolExecutor(len(frames)) as pool:
        assert list(pool.map(harness.sessions.receive, frames)) == ["dtmf"] * 4
    assert [event for event in harness.events() if isinstance(event, Dtmf | KeyPressed)] == [Dtmf("")] * 4
    assert [entry.event for entry in harness.private.read(DIGITS)] == [EarlyKey(key) for key in "1212"]
    assert harness.says() == []


def test_a_key_alone_is_a_menu_where_pins_are_asked_for() -> None:
    harness = SessionHarness(desk=BANK).opened()
    first, second = (harness.frame({"type": "dtmf", "digit": "8"}, at=moment) for moment in (5000, 8500))
    assert [harness.sessions.receive(frame) for frame in (first, second)] == ["answered"] * 2


def keyed_slowly(*moments: int) -> SessionHarness:
    """A session whose first keys, at these times, are 1221; two of them have a meaning."""
    harness = SessionHarness(
        desk=replace(BANK, keys={"1": Say("We close at ten."), "2": Say("We open at nine.")})
    ).opened()
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=at) for key, at in zip("1221", moments, strict=True)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(harness.sessions.receive, frames[:2]))
    for frame in frames[2:]:
        harness.sessions.receive(frame)
    return harness


@pytest.mark.parametrize("gap_ms", [1100, 1500, 3000])
def test_a_pin_that_goes_on_slowly_is_not_logged(gap_ms: int) -> None:
    harness = keyed_slowly(5000, 5400, 5400 + gap_ms, 5400 + 2 * gap_ms)
    assert [event for event in harness.events() if isinstance(event, Dtmf | KeyPressed)] == [Dtmf("")] * 4
    assert [entry.event for entry in harness.private.read(DIGITS)] == [EarlyKey(key) for key in "1221"]


def test_a_choice_soon_after_a_choice_is_one() -> None:
    harness = SessionHarness(
        desk=replace(BANK, keys={"1": Say("We close at ten."), "2": Say("We open at nine.")})
    ).opened()
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=at) for key, at in (("1", 5000), ("2", 6500))]
    assert [harness.sessions.receive(frame) for frame in frames] == ["answered"] * 2


def test_early_keys_are_no_part_of_the_digits() -> None:
    harness = SessionHarness(ASKS, saying("Thank you."), desk=BANK).opened()
    prompt = harness.prompt("My balance?")
    assert press(harness, *"99") == ["dtmf"] * 2
    harness.sessions.receive(prompt)
    press(harness, *"1234")
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == "right"


ENDLESS = ask_digits(check_pin, saying="Your PIN, please.", length=4, ends="")
OPEN_PIN = ask_digits(check_pin, saying="Your PIN, please.", length=4, private=False)
STARRED = ask_digits(check_pin, saying="Your PIN, please.", length=4, ends="*")
ANY_LENGTH = ask_digits(check_pin, saying="Your PIN, please.")
MEANINGS = {key: f"Meaning of {key}." for key in "0*#1"}


def entered(asks: Tool, keys: str = "1234", *more: list[StreamEvent | Exception]) -> SessionHarness:
    """A session in which the caller keyed these in from 9.0 s on, a key each 300 ms."""
    harness = SessionHarness(
        ASKS, *(more or [saying("Thank you.")]), desk=replace(BANK, tools=[asks], keys=MEANINGS)
    ).opened()
    harness.sessions.receive(harness.prompt("My balance?", at=5000))
    assert press_at(harness, 9000, *keys)[-1] == "answered"
    return harness


@pytest.mark.parametrize("late", ["0", "*", "#", "1"])
@pytest.mark.parametrize("asks", [ASKED, ENDLESS, OPEN_PIN, STARRED], ids=["usual", "no end", "open", "starred"])
@pytest.mark.parametrize("after_ms", [0, 300, 1500])
def test_a_key_soon_after_the_last_digit_does_nothing(asks: Tool, late: str, after_ms: int) -> None:
    harness = entered(asks)
    assert press_at(harness, 9900 + after_ms, late) == ["dtmf"]
    assert not any(isinstance(event, KeyPressed) for event in harness.events())
    assert harness.events()[-1] == Dtmf("" if asks.digits_prompt and asks.digits_prompt.private else late)
    assert heard(harness).endswith("Thank you.")


@pytest.mark.parametrize(("late", "asks"), [("0", ASKED), ("*", ASKED), ("#", ENDLESS), ("#", STARRED)])
def test_a_key_means_something_again_after_that_time(late: str, asks: Tool) -> None:
    harness = entered(asks, "1234", saying("Thank you."), saying("I see."))
    assert press_at(harness, 9900 + 1501, late) == ["answered"]
    assert heard(harness).endswith("I see.")


def test_digits_of_any_length_have_only_their_end_key() -> None:
    harness = entered(ANY_LENGTH, "1234#", saying("Thank you."), saying("I see."))
    assert press_at(harness, 10_500, "#") == ["dtmf"]
    assert press_at(harness, 13_000, "0") == ["answered"]


@pytest.mark.parametrize("number", range(4))
def test_a_digit_that_comes_twice_is_no_choice(number: int) -> None:
    harness = SessionHarness(
        ASKS, saying("Thank you."), desk=replace(BANK, keys=dict.fromkeys("1234", "Hello?"))
    ).opened()
    harness.sessions.receive(harness.prompt("My balance?", at=5000))
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=9000 + at) for at, key in enumerate("1234")]
    assert [harness.sessions.receive(frame) for frame in frames][-1] == "answered"
    assert harness.sessions.receive(frames[number]) == "dtmf"
    assert not any(isinstance(event, KeyPressed) for event in harness.events())


@pytest.mark.parametrize("first", [True, False])
def test_a_fifth_digit_is_none_of_the_next_pin(first: bool) -> None:
    harness = SessionHarness(ASKS, ASKS, saying("Thank you."), desk=replace(BANK, keys=MEANINGS)).opened()
    harness.sessions.receive(harness.prompt("My balance?", at=5000))
    frames = [harness.frame({"type": "dtmf", "digit": key}, at=9000 + 300 * at) for at, key in enumerate("99990")]
    order = [0, 1, 2, 4, 3] if first else [0, 1, 2, 3, 4]
    for number in order:
        harness.sessions.receive(frames[number])
    assert press_at(harness, 12_000, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in harness.events() if isinstance(event, ToolReturned)][-1] == "right"
    assert not any(isinstance(event, KeyPressed) for event in harness.events())


def test_a_fifth_digit_is_late_also_after_a_prompt() -> None:
    harness = entered(ASKED, "1234", saying("Thank you."), saying("Yes?"))
    harness.sessions.receive(harness.prompt("There.", at=10_500))
    assert press_at(harness, 11_000, "0") == ["dtmf"]


def test_a_tool_that_a_deployment_removed_has_no_late_keys() -> None:
    harness = entered(ASKED, "1234", saying("Thank you."), saying("I see."))
    deployed = harness.with_model(harness.model, replace(BANK, tools=[], keys=MEANINGS))
    assert deployed.receive(harness.frame({"type": "dtmf", "digit": "0"}, at=10_200)) == "answered"
