"""An answer that would say forbidden words ends with an honest sentence instead."""

from dataclasses import replace
from functools import partial

import pytest

from functions.relay import EndCall, HandOff, PassTo, Say, Topics
from functions.relay.agent.phrases import phrases
from functions.relay.answer.guarding import guard_of
from functions.relay.log.events import HandedOff, PassedToAgent
from functions.relay.text.private import NoRecognizer
from functions.relay.wire.model import Finished, ToolCall
from tests.relay.drive import Drive, agent

UNSAID = phrases("en-US").unsaid
PROMPT = " ".join(f"secret{first}{second}" for first in "abcdefgh" for second in "abcde")
FALCON = replace(agent(), never_say=["Project Falcon"], prompt=PROMPT)


def guarded() -> Drive:
    """An answer whose words are guarded, as those of a call are."""
    return Drive(FALCON, guard=partial(guard_of, FALCON, PROMPT, NoRecognizer()))


def test_words_of_the_list_end_the_answer() -> None:
    drive = guarded().words("We call it ", "Project", " Falcon", " here, and").flows()
    assert drive.spoken == f"We call it \u2014 {UNSAID}"
    assert drive.said == [f"We call it \u2014 {UNSAID}"]
    assert (drive.stopped, drive.ended.how, drive.lasts) == (1, "complete", 1)


def test_a_stream_that_ends_in_what_must_not_be_said_is_not_stopped() -> None:
    drive = guarded().words("It is Project Falcon")
    drive.happen(Finished("end")).flows()
    assert drive.spoken == f"It is \u2014 {UNSAID}"
    assert (drive.stopped, len(drive.requests)) == (0, 1)


def test_a_long_part_of_the_prompt_is_not_said() -> None:
    drive = guarded().words("I was told: ", *(f"{word} " for word in PROMPT.split())).flows()
    heard = " ".join(PROMPT.split()[:8])
    assert drive.spoken == f"I was told: {heard} \u2014 {UNSAID}"


def test_a_tool_that_is_asked_for_after_that_does_not_run() -> None:
    drive = guarded().words("It is Project Falcon")
    drive.happen(ToolCall("t1", "find", "{}")).flows()
    assert (drive.running, drive.spoken) == ({}, f"It is \u2014 {UNSAID}")


def test_a_tool_that_runs_already_is_waited_for() -> None:
    drive = guarded().words("One moment. ")
    drive.happen(ToolCall("t1", "find", '{"reference": "K4T9"}'))
    drive.words("Project Falcon knows.").flows()
    assert not drive.answer.done
    drive.returns("t1", "found").flows()
    assert drive.spoken == f"One moment. {UNSAID}"


@pytest.mark.parametrize("interruptible", [True, False])
def test_what_a_tool_says_is_judged_too(interruptible: bool) -> None:
    """A tool may say what the model gave it, such as a note."""
    drive = guarded()
    drive.happen(ToolCall("t1", "find", '{"reference": "K4T9"}')).happen(Finished("tools"))
    drive.returns("t1", (Say("I noted: Project Falcon.", interruptible=interruptible),)).flows()
    assert drive.spoken == f"I noted: {UNSAID}"


def test_the_last_words_of_a_tool_are_judged_too() -> None:
    drive = guarded()
    drive.happen(ToolCall("t1", "find", '{"reference": "K4T9"}')).happen(Finished("tools"))
    drive.returns("t1", EndCall(saying="Project Falcon says goodbye.")).flows()
    assert drive.spoken == UNSAID


def test_the_words_for_the_next_agent_are_judged_too() -> None:
    drive = guarded()
    drive.happen(ToolCall("t1", "find", '{"reference": "K4T9"}')).happen(Finished("tools"))
    drive.returns("t1", PassTo("bar", greeting="Hello from Project Falcon!")).flows()
    [passed] = [event for event in drive.events.values() if isinstance(event, PassedToAgent)]
    assert passed.greeting == f"Hello from \u2014 {UNSAID}"


@pytest.mark.parametrize("words", ["Hello", "Project", "Project Eagle is on Friday."])
def test_other_words_are_spoken(words: str) -> None:
    drive = guarded().words(words)
    assert drive.happen(Finished("end")).flows().spoken == words


def test_a_word_that_is_no_danger_leaves_before_its_end() -> None:
    guard = guard_of(FALCON, PROMPT, NoRecognizer(), "en-US")
    assert [guard.feed(piece) for piece in ("Hel", "lo", ", Pro", "ject", " Eagle", ".")] == [
        *("Hel", "lo", ", ", "", "", ""),
    ]
    assert guard.rest() == "Project Eagle."


def test_scripts_without_spaces_do_not_wait_for_the_end() -> None:
    guard = guard_of(FALCON, PROMPT, NoRecognizer(), "ja-JP")
    assert guard.feed("こんにちは、ご予約") == "こんにちは、ご予約"


def test_topics_are_a_part_of_the_prompt() -> None:
    kept = replace(agent(), topics=Topics(["bookings"], {"en-US": "Bookings only."}))
    assert kept.prompt_in("en-US").startswith("Be brief.\n\n<topics>")
    assert 'say: "Bookings only."' in kept.prompt_in("en-US")


def test_words_for_a_caller_whom_nobody_answers_are_judged_too() -> None:
    drive = guarded()
    drive.happen(ToolCall("t1", "find", '{"reference": "K4T9"}')).happen(Finished("tools"))
    drive.returns("t1", HandOff("a question", to="+15550190", nobody="Project Falcon is out.")).flows()
    [handed] = [event for event in drive.events.values() if isinstance(event, HandedOff)]
    assert handed.nobody == UNSAID


def test_a_sentence_after_a_whole_one_needs_no_dash() -> None:
    assert guarded().words("Yes. Project Falcon is it.").flows().spoken == f"Yes. {UNSAID}"
