"""The table holds the prompt with which a session began."""

from dataclasses import replace

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.relay import Agent, Caller
from functions.relay.log.events import Entry, PromptKept, SessionOpened
from functions.relay.log.keys import Key
from functions.relay.ports import LogError
from tests.doubles import MemoryLog
from tests.live.harness import DESK, SessionHarness


def prompts(harness: SessionHarness, connection: str = "c1") -> list[PromptKept]:
    """Return the prompts in the log that the session names."""
    opened = harness.events(connection)[0]
    assert isinstance(opened, SessionOpened)
    return [event for event in harness.log.events(opened.prompt) if isinstance(event, PromptKept)]


def asking(words: object) -> Agent:
    return Agent(words, DESK.greeting, DESK.voices)  # type: ignore[arg-type]


def test_a_text_is_stored_once_for_all_sessions() -> None:
    harness = SessionHarness().opened()
    harness.sessions.receive(harness.setup("c2"))
    first, second = (harness.events(name)[0].prompt for name in ("c1", "c2"))
    assert first == second
    assert prompts(harness) == [PromptKept("You answer.", "desk")]


def test_another_text_has_another_log() -> None:
    first, second = SessionHarness().opened(), SessionHarness(desk=asking("You answer well.")).opened()
    assert first.events()[0].prompt != second.events()[0].prompt
    assert prompts(second) == [PromptKept("You answer well.", "desk")]


def test_what_the_model_is_told_besides_is_stored_too() -> None:
    harness = SessionHarness(desk=replace(DESK, answers={"When do you open?": "At nine."})).opened()
    assert "At nine." in prompts(harness)[0].text


def test_a_function_of_the_caller_is_stored_for_its_session_redacted() -> None:
    def words(caller: Caller) -> str:
        return f"You talk to {caller.number}, who pays with 4111 1111 1111 1111."

    harness = SessionHarness(desk=asking(words))
    harness.sessions = replace(harness.sessions, recognizer=NumberRecognizer())
    harness.opened()
    assert harness.events()[0].prompt == "prompt/c1"
    assert prompts(harness)[0].text == "You talk to +15550101, who pays with [card]."


def test_a_prompt_is_stored_again_on_another_day() -> None:
    """An entry expires some days after it was stored, and sessions of later days need it."""
    harness = SessionHarness().announced()
    harness.sessions.receive(harness.setup(at=1_000))
    harness.sessions.receive(harness.setup("c2", at=90_000_000))
    assert [entry.key for entry in harness.log.read(harness.events()[0].prompt)] == [
        Key(0, "prompt"),
        Key(86_400_000, "prompt"),
    ]


class ForgetfulLog(MemoryLog):
    """A log that takes no prompts."""

    def append(self, log: str, entry: Entry) -> bool:
        if log.startswith("prompt/"):
            raise LogError("out of reach")
        return super().append(log, entry)


def test_a_session_opens_although_its_prompt_is_not_stored(caplog: pytest.LogCaptureFixture) -> None:
    harness = SessionHarness(log=ForgetfulLog()).announced()
    assert harness.sessions.receive(harness.setup()) == "opened"
    assert "the prompt of a session was not stored: out of reach" in caplog.text


def test_a_function_that_fails_keeps_no_session_from_opening() -> None:
    def words(caller: Caller) -> str:
        raise KeyError(caller.number)

    harness = SessionHarness(desk=DESK).announced()
    agent = replace(DESK)
    object.__setattr__(agent, "prompt", words)  # an import would try the function, and refuse it
    harness.sessions = replace(harness.sessions, agents={"desk": agent})
    assert harness.sessions.receive(harness.setup()) == "opened"
    assert prompts(harness) == [PromptKept("", "desk")]
