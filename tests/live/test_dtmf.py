"""What a key causes: it has a meaning, it is a digit that a tool asked for, or it is only logged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations

import pytest

from functions.live.reminders import AnswerReminder, DigitsReminder, NoiseReminder, TimeLimitReminder, read
from functions.relay import Caller, Digits, Say, ask_digits
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
from tests.live.ports import TroubledLog
from tests.live.test_session import DESK, House

LOG, DIGITS = session_log("c1"), private_log("c1")
ASKS: list[StreamEvent | Exception] = [ToolCall("t1", "check_pin", "{}"), Finished("tools")]


def check_pin(pin: Digits, caller: Caller) -> str:
    """Check the PIN."""
    caller.memory["tries"] = int(caller.memory.get("tries") or 0) + 1
    return "right" if pin == "1234" else f"{len(pin)} wrong ones"


ASKED = ask_digits(check_pin, saying="Your PIN, please.", length=4, timeout=8)
BANK = replace(DESK, tools=[ASKED], keys={"7": "I want a loan.", "8": Say("We open at nine.")}, silence=None)


def asking(*answers: list[StreamEvent | Exception]) -> House:
    """A session in which the caller was asked for their PIN."""
    house = House(ASKS, *answers, desk=BANK).opened()
    assert house.sessions.receive(house.prompt("My balance?")) == "answered"
    assert house.says()[-1] == Text("Your PIN, please.", last=True)
    return house


def press(house: House, *keys: str) -> list[str]:
    return [house.sessions.receive(house.frame({"type": "dtmf", "digit": key})) for key in keys]


def press_at(house: House, at: int, *keys: str) -> list[str]:
    """Press keys, the first at this time, and each 300 ms after the one before."""
    frames = [house.frame({"type": "dtmf", "digit": key}, at=at + 300 * number) for number, key in enumerate(keys)]
    return [house.sessions.receive(frame) for frame in frames]


def heard(house: House) -> str:
    return "".join(message.token for message in house.says() if isinstance(message, Text))


def test_a_key_without_a_meaning_is_only_logged() -> None:
    house = House(desk=replace(BANK, tools=[])).opened()
    assert press(house, "5") == ["dtmf"]
    assert house.events()[-1] == Dtmf("5")
    assert house.says() == []


def test_a_key_with_an_action_is_answered_like_a_prompt() -> None:
    house = House(saying("How much?"), desk=BANK).opened()
    frames = [house.frame({"type": "dtmf", "digit": key}, at=at) for key, at in (("8", 5000), ("7", 15_000))]
    assert [house.sessions.receive(frame) for frame in frames] == ["answered", "answered"]
    assert heard(house) == "We open at nine.How much?"
    assert [event for event in house.events() if isinstance(event, KeyPressed)] == [
        KeyPressed("8", says="We open at nine."),
        KeyPressed("7", "I want a loan."),
    ]
    assert sum(isinstance(read(note), AnswerReminder) for _, note in house.timer.notes) == 2


@pytest.mark.slow
def test_a_key_without_a_reachable_log_gets_an_apology(caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    house = House(log=log, desk=BANK).opened()
    log.broken = {"append"}
    assert press(house, "7") == ["apologised"]
    assert house.says() == [Text(DESK.phrases.trouble, last=True)]
    assert "a key could not use the log" in caplog.text


def test_a_turn_whose_append_was_not_answered_has_a_reminder() -> None:
    log = TroubledLog("append TimeUp")
    house = House(log=log, desk=BANK).opened()
    assert house.sessions.check(TimeLimitReminder("c1", 0, last_minute=False)) == "later"
    assert {type(read(note)) for _, note in house.timer.notes} == {AnswerReminder, TimeLimitReminder}


def test_a_key_that_comes_twice_is_one() -> None:
    house = House(desk=BANK).opened()
    frame = house.frame({"type": "dtmf", "digit": "8"})
    assert [house.sessions.receive(frame) for _ in range(2)] == ["answered", "repeated"]
    assert len(house.says()) == 1


def test_digits_run_the_tool_and_are_in_no_transcript() -> None:
    house = asking(saying("Thank you."))
    assert press(house, *"1234") == ["a digit", "a digit", "a digit", "answered"]
    assert heard(house).endswith("Thank you.")
    events = house.events()
    assert [event.text for event in events if isinstance(event, ToolReturned)][-1] == "right"
    assert not any(isinstance(event, Dtmf | Digit) for event in events)
    assert "1234" not in str(events) and "1234" not in str(house.model.asked)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_digits_count_in_the_order_in_which_they_were_pressed(order: tuple[int, ...]) -> None:
    house = asking(saying("Thank you."))
    frames = [house.frame({"type": "dtmf", "digit": key}) for key in "1234"]
    done = [house.sessions.receive(frames[number]) for number in order]
    assert sorted(done) == ["a digit", "a digit", "a digit", "answered"]
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "right"


def test_a_tool_knows_what_the_one_before_stored() -> None:
    house = asking(saying("Thank you."), ASKS, saying("Again, thank you."))
    press(house, *"1234")
    house.sessions.receive(house.prompt("Once more?", at=5000))
    press_at(house, 6000, *"1234")
    kept = [event.memory for event in house.events() if isinstance(event, ToolReturned)]
    assert [memory for memory in kept if memory] == [(("tries", 1),), (("tries", 2),)]


def test_digits_that_do_not_come_are_given_up_once() -> None:
    house = asking(saying("No matter."))
    ((seconds, note),) = [one for one in house.timer.notes if "digits" in one[1]]
    key = next(entry.key for entry in house.log.read(LOG) if isinstance(entry.event, Prompt))
    asked = DigitsReminder("c1", key, after=seconds)
    assert read(note) == asked
    assert [house.sessions.check(asked) for _ in range(2)] == ["answered", "settled"]
    assert heard(house).endswith("No matter.")
    assert [event.whole for event in house.events() if isinstance(event, DigitsEntered)] == [False]


def test_digits_for_a_tool_that_a_deployment_removed_are_given_up() -> None:
    house = asking(saying("No matter."))
    deployed = house.with_model(house.model, replace(BANK, tools=[]))
    press(house, "1")
    assert deployed.check(replace(asked_in(house), last=str(house.private.read(DIGITS)[-1].key))) == "answered"
    assert heard(house).endswith("No matter.")
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == NOT_KEYED


def test_a_caller_who_is_still_keying_is_waited_for() -> None:
    house = asking(saying("No matter."))
    asked = DigitsReminder(
        "c1", next(entry.key for entry in house.log.read(LOG) if isinstance(entry.event, DigitsRequested))
    )
    press(house, "1")
    assert house.sessions.check(asked) == "still keying"
    last = str(house.private.read(DIGITS)[-1].key)
    assert house.timer.notes[-1] == (8, DigitsReminder("c1", asked.key, last).write())
    assert house.sessions.check(replace(asked, last=last)) == "answered"


def test_the_wait_for_digits_counts_from_the_last_one() -> None:
    house = asking(saying("No matter."))
    note = replace(asked_in(house), after=9)
    house.sessions.receive(house.frame({"type": "dtmf", "digit": "1"}, at=note.key.at + 6000))
    assert house.sessions.check(note) == "still keying"
    seconds, text = house.timer.notes[-1]
    assert (seconds, read(text)) == (5, note.again(5, last=str(house.private.read(DIGITS)[-1].key)))
    assert house.sessions.check(read(text)) == "answered"


READING: list[StreamEvent | Exception] = [ToolCall("t1", "meter_reading", "{}"), Finished("tools")]


def meter_reading(reading: Digits) -> str:
    """Take the reading of the meter."""
    return f"The reading is {reading}."


METER = replace(DESK, tools=[ask_digits(meter_reading, saying="Your reading, please.")], silence=None)


@pytest.mark.parametrize(
    ("house", "keys", "result"),
    [
        (House(READING, saying("Thanks."), desk=METER), "12345", "The reading is 12345."),
        (House(ASKS, saying("Thanks."), desk=BANK), "12", "2 wrong ones"),
    ],
    ids=["without the key that ends them", "fewer than asked for"],
)
def test_digits_are_handed_in_when_their_time_ends(house: House, keys: str, result: str) -> None:
    house.opened().sessions.receive(house.prompt("Here it is."))
    press(house, *keys)
    asked = next(entry.key for entry in house.log.read(LOG) if isinstance(entry.event, DigitsRequested))
    last = str(house.private.read(DIGITS)[-1].key)
    assert house.sessions.check(DigitsReminder("c1", asked, last)) == "answered"
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == result


def asked_in(house: House) -> DigitsReminder:
    """The reminder of the digits that were asked for."""
    keys = [entry.key for entry in house.log.read(LOG) if isinstance(entry.event, DigitsRequested)]
    return DigitsReminder("c1", keys[-1])


def test_the_time_for_digits_does_not_end_while_the_caller_speaks() -> None:
    house = asking(saying("No matter."))
    note = asked_in(house)
    house.sessions.receive(house.frame({"type": "info", "name": "clientSpeaking", "value": "on"}))
    assert house.sessions.check(note) == "later"
    assert house.timer.notes[-1] == (DIGITS_CHECK_S, replace(note, waited=DIGITS_CHECK_S).write())
    assert house.sessions.check(replace(note, waited=LONGEST_SPEECH_S)) == "answered"


def test_no_clock_runs_for_digits_once_the_caller_spoke_instead() -> None:
    house = asking(saying("From nine to five."))
    note = asked_in(house)
    house.sessions.receive(house.prompt("When are you open?"))
    assert house.sessions.check(note) == "settled"
    assert heard(house).endswith("From nine to five.")


def test_digits_still_count_once_the_caller_spoke_instead() -> None:
    house = asking(saying("Take your time."), saying("Thank you."))
    house.sessions.receive(house.prompt("Wait, I look for it."))
    assert press(house, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "right"


def test_the_next_tool_drops_suspended_digits_or_asks_again() -> None:
    house = asking(ASKS, saying("Thank you."))
    before = asked_in(house)
    house.sessions.receive(house.prompt("I am ready now."))
    assert house.sessions.check(before) == "settled"
    assert house.sessions.check(asked_in(house)) == "answered"


@pytest.mark.parametrize(("after_ms", "done"), [(1100, "dtmf"), (9000, "answered")])
def test_a_late_end_of_complete_digits_means_nothing_else(after_ms: int, done: str) -> None:
    desk = replace(BANK, keys={"#": Say("We open at nine.")})
    house = House(ASKS, saying("Thank you."), desk=desk).opened()
    house.sessions.receive(house.prompt("My balance?"))
    press(house, *"1234")
    last = next(entry.key for entry in house.log.read(LOG) if isinstance(entry.event, DigitsEntered))
    assert house.sessions.receive(house.frame({"type": "dtmf", "digit": "#"}, at=last.at + after_ms)) == done


@pytest.mark.parametrize("late", ["#", "##"])
def test_a_late_end_does_not_end_the_next_digits(late: str) -> None:
    house = House(ASKS, ASKS, saying("Thank you."), desk=BANK).opened()
    house.sessions.receive(house.prompt("My balance?"))
    assert press(house, *"9999")[-1] == "answered"
    assert press(house, *late) == ["dtmf"] * len(late)
    assert press_at(house, 3000, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "right"


@pytest.mark.parametrize(("keys", "again"), [("", True), ("1", False)])
def test_a_noise_that_cuts_the_question_is_not_a_digit(keys: str, again: bool) -> None:
    house = asking()
    cut = {"type": "interrupt", "utteranceUntilInterrupt": "Your", "durationUntilInterruptMs": 300}
    house.sessions.receive(house.frame(cut, at=4000))
    press(house, *keys)
    note = next(note for _, text in house.timer.notes if isinstance(note := read(text), NoiseReminder))
    assert house.sessions.check(note) == ("answered" if again else "settled")
    assert heard(house) == "Your PIN, please." * (2 if again else 1)


def test_early_and_late_digits_are_logged_without_their_values() -> None:
    house = House(ASKS, saying("Thank you."), desk=BANK).opened()
    assert press(house, "1") == ["dtmf"]
    house.sessions.receive(house.prompt("My balance?"))
    press(house, *"1234")
    assert press(house, "5", "#") == ["dtmf", "dtmf"]
    assert [event for event in house.events() if isinstance(event, Dtmf)] == [Dtmf("")] * 3


def test_keys_outside_an_open_session_are_only_logged() -> None:
    house = House(desk=BANK).opened()
    house.log.append(LOG, Entry(Key(2000, "p"), Prompt("Bye")))
    house.log.append(LOG, Entry(END_CLAIM, EndClaimed(str(Key(2000, "p")), "goodbye")))
    assert house.sessions.receive(house.frame({"type": "dtmf", "digit": "8"}, at=3000)) == "dtmf"


def test_digits_are_deleted_once_their_tool_has_them() -> None:
    house = asking(saying("Thank you."))
    press(house, *"12")
    assert [entry.event for entry in house.private.read(DIGITS)] == [Digit("1"), Digit("2")]
    press(house, *"34")
    assert house.private.read(DIGITS) == ()


def test_a_pin_keyed_before_its_question_is_no_menu() -> None:
    house = House(desk=replace(BANK, keys={"1": "My balance?", "2": Say("We open at nine.")})).opened()
    frames = [house.frame({"type": "dtmf", "digit": key}) for key in "1212"]
    with ThreadPoolExecutor(len(frames)) as pool:
        assert list(pool.map(house.sessions.receive, frames)) == ["dtmf"] * 4
    assert [event for event in house.events() if isinstance(event, Dtmf | KeyPressed)] == [Dtmf("")] * 4
    assert [entry.event for entry in house.private.read(DIGITS)] == [EarlyKey(key) for key in "1212"]
    assert house.says() == []


def test_a_key_alone_is_a_menu_where_pins_are_asked_for() -> None:
    house = House(desk=BANK).opened()
    first, second = (house.frame({"type": "dtmf", "digit": "8"}, at=moment) for moment in (5000, 8500))
    assert [house.sessions.receive(frame) for frame in (first, second)] == ["answered"] * 2


def keyed_slowly(*moments: int) -> House:
    """A session whose first keys, at these times, are 1221; two of them have a meaning."""
    house = House(desk=replace(BANK, keys={"1": Say("We close at ten."), "2": Say("We open at nine.")})).opened()
    frames = [house.frame({"type": "dtmf", "digit": key}, at=at) for key, at in zip("1221", moments, strict=True)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(house.sessions.receive, frames[:2]))
    for frame in frames[2:]:
        house.sessions.receive(frame)
    return house


@pytest.mark.parametrize("gap_ms", [1100, 1500, 3000])
def test_a_pin_that_goes_on_slowly_is_not_logged(gap_ms: int) -> None:
    house = keyed_slowly(5000, 5400, 5400 + gap_ms, 5400 + 2 * gap_ms)
    assert [event for event in house.events() if isinstance(event, Dtmf | KeyPressed)] == [Dtmf("")] * 4
    assert [entry.event for entry in house.private.read(DIGITS)] == [EarlyKey(key) for key in "1221"]


def test_a_choice_soon_after_a_choice_is_one() -> None:
    house = House(desk=replace(BANK, keys={"1": Say("We close at ten."), "2": Say("We open at nine.")})).opened()
    frames = [house.frame({"type": "dtmf", "digit": key}, at=at) for key, at in (("1", 5000), ("2", 6500))]
    assert [house.sessions.receive(frame) for frame in frames] == ["answered"] * 2


def test_early_keys_are_no_part_of_the_digits() -> None:
    house = House(ASKS, saying("Thank you."), desk=BANK).opened()
    prompt = house.prompt("My balance?")
    assert press(house, *"99") == ["dtmf"] * 2
    house.sessions.receive(prompt)
    press(house, *"1234")
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "right"


ENDLESS = ask_digits(check_pin, saying="Your PIN, please.", length=4, ends="")
OPEN_PIN = ask_digits(check_pin, saying="Your PIN, please.", length=4, private=False)
STARRED = ask_digits(check_pin, saying="Your PIN, please.", length=4, ends="*")
ANY_LENGTH = ask_digits(check_pin, saying="Your PIN, please.")
MEANINGS = {key: f"Meaning of {key}." for key in "0*#1"}


def entered(asks: Tool, keys: str = "1234", *more: list[StreamEvent | Exception]) -> House:
    """A session in which the caller keyed these in from 9.0 s on, a key each 300 ms."""
    house = House(ASKS, *(more or [saying("Thank you.")]), desk=replace(BANK, tools=[asks], keys=MEANINGS)).opened()
    house.sessions.receive(house.prompt("My balance?", at=5000))
    assert press_at(house, 9000, *keys)[-1] == "answered"
    return house


@pytest.mark.parametrize("late", ["0", "*", "#", "1"])
@pytest.mark.parametrize("asks", [ASKED, ENDLESS, OPEN_PIN, STARRED], ids=["usual", "no end", "open", "starred"])
@pytest.mark.parametrize("after_ms", [0, 300, 1500])
def test_a_key_soon_after_the_last_digit_does_nothing(asks: Tool, late: str, after_ms: int) -> None:
    house = entered(asks)
    assert press_at(house, 9900 + after_ms, late) == ["dtmf"]
    assert not any(isinstance(event, KeyPressed) for event in house.events())
    assert house.events()[-1] == Dtmf("" if asks.digits_prompt and asks.digits_prompt.private else late)
    assert heard(house).endswith("Thank you.")


@pytest.mark.parametrize(("late", "asks"), [("0", ASKED), ("*", ASKED), ("#", ENDLESS), ("#", STARRED)])
def test_a_key_means_something_again_after_that_time(late: str, asks: Tool) -> None:
    house = entered(asks, "1234", saying("Thank you."), saying("I see."))
    assert press_at(house, 9900 + 1501, late) == ["answered"]
    assert heard(house).endswith("I see.")


def test_digits_of_any_length_have_only_their_end_key() -> None:
    house = entered(ANY_LENGTH, "1234#", saying("Thank you."), saying("I see."))
    assert press_at(house, 10_500, "#") == ["dtmf"]
    assert press_at(house, 13_000, "0") == ["answered"]


@pytest.mark.parametrize("number", range(4))
def test_a_digit_that_comes_twice_is_no_choice(number: int) -> None:
    house = House(ASKS, saying("Thank you."), desk=replace(BANK, keys=dict.fromkeys("1234", "Hello?"))).opened()
    house.sessions.receive(house.prompt("My balance?", at=5000))
    frames = [house.frame({"type": "dtmf", "digit": key}, at=9000 + at) for at, key in enumerate("1234")]
    assert [house.sessions.receive(frame) for frame in frames][-1] == "answered"
    assert house.sessions.receive(frames[number]) == "dtmf"
    assert not any(isinstance(event, KeyPressed) for event in house.events())


@pytest.mark.parametrize("first", [True, False])
def test_a_fifth_digit_is_none_of_the_next_pin(first: bool) -> None:
    house = House(ASKS, ASKS, saying("Thank you."), desk=replace(BANK, keys=MEANINGS)).opened()
    house.sessions.receive(house.prompt("My balance?", at=5000))
    frames = [house.frame({"type": "dtmf", "digit": key}, at=9000 + 300 * at) for at, key in enumerate("99990")]
    order = [0, 1, 2, 4, 3] if first else [0, 1, 2, 3, 4]
    for number in order:
        house.sessions.receive(frames[number])
    assert press_at(house, 12_000, *"1234") == ["a digit"] * 3 + ["answered"]
    assert [event.text for event in house.events() if isinstance(event, ToolReturned)][-1] == "right"
    assert not any(isinstance(event, KeyPressed) for event in house.events())


def test_a_fifth_digit_is_late_also_after_a_prompt() -> None:
    house = entered(ASKED, "1234", saying("Thank you."), saying("Yes?"))
    house.sessions.receive(house.prompt("There.", at=10_500))
    assert press_at(house, 11_000, "0") == ["dtmf"]


def test_a_tool_that_a_deployment_removed_has_no_late_keys() -> None:
    house = entered(ASKED, "1234", saying("Thank you."), saying("I see."))
    deployed = house.with_model(house.model, replace(BANK, tools=[], keys=MEANINGS))
    assert deployed.receive(house.frame({"type": "dtmf", "digit": "0"}, at=10_200)) == "answered"
