"""A machine has answered a call that we placed: its session ends, once, and no word follows `end`."""

from time import monotonic

import pytest

from functions.live.barge_in import FRESH_S
from functions.relay.log.events import Closed, EndClaimed, Entry, MachineAnswered, Screened
from functions.relay.log.keys import Key, call_log, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import End, Prompt
from functions.relay.wire.model import TextDelta
from tests.doubles import MemoryLog
from tests.live.harness import CALL, SessionHarness
from tests.live.ports import HeardLine, TalkingModel, in_the_background

pytestmark = pytest.mark.slow

LOG = session_log("c1")
BEEP = "machine_end_beep"
LATER = Key(9_000_000_000_000, "later")


def test_a_machine_ends_the_session_without_words() -> None:
    harness = SessionHarness().opened()
    assert harness.sessions.end_for_machine("c1", BEEP) == "answered"
    assert [type(message) for message in harness.says()] == [End]
    assert [event.answered_by for event in harness.events() if isinstance(event, MachineAnswered)] == [BEEP]


def test_a_second_report_changes_nothing() -> None:
    harness = SessionHarness().opened()
    harness.sessions.end_for_machine("c1", BEEP)
    assert harness.sessions.end_for_machine("c1", BEEP) == "settled"
    assert len(harness.says()) == 1


@pytest.mark.parametrize("event", [Closed(1000), EndClaimed("0", "goodbye", "", 0)], ids=["closed", "ended"])
def test_a_session_that_is_over_is_not_ended_again(event: Closed | EndClaimed) -> None:
    harness = SessionHarness().opened()
    harness.log.append(LOG, Entry(LATER, event))
    assert harness.sessions.end_for_machine("c1", BEEP) == "settled"
    assert harness.says() == []


def test_a_session_that_has_not_opened_is_left_alone() -> None:
    harness = SessionHarness()
    assert harness.sessions.end_for_machine("c1", BEEP) == "settled"
    assert harness.events() == []


def test_a_session_that_opens_after_the_report_ends_at_once() -> None:
    harness = SessionHarness().announced()
    harness.log.append(call_log(CALL), Entry(Key(1, "report"), Screened(BEEP)))
    harness.sessions.receive(harness.setup(direction="outbound-api"))
    assert [type(message) for message in harness.says()] == [End]


class Overtaken(MemoryLog):
    """A log in which a prompt comes just before the machine. It refuses the first `claims` claims to end."""

    def __init__(self, claims: int = 0) -> None:
        super().__init__()
        self._claims = claims

    def append(self, log: str, entry: Entry) -> bool:
        if isinstance(entry.event, MachineAnswered):
            super().append(log, Entry(LATER, Prompt("Leave a message.")))
        if isinstance(entry.event, EndClaimed) and self._claims:
            self._claims -= 1
            raise LogError("out of reach")
        return super().append(log, entry)


@pytest.mark.parametrize("claims", [0, 1], ids=["at once", "at the second try"])
def test_a_prompt_that_knows_of_no_machine_does_not_stop_the_end(claims: int) -> None:
    harness = SessionHarness(log=Overtaken(claims)).opened()
    assert harness.sessions.end_for_machine("c1", BEEP) == "answered"
    assert [type(message) for message in harness.says()] == [End]


def test_the_end_waits_for_the_answer_that_is_being_given() -> None:
    """That answer posts until it has looked at the log, and Twilio refuses words after `end`."""
    harness, line = SessionHarness().opened(), HeardLine()
    talking = harness.with_line(line, TalkingModel(TextDelta("and, ")))
    with in_the_background(lambda: talking.receive(harness.prompt("Leave a message."))):
        line.wait_for(2)
        began = monotonic()
        talking.end_for_machine("c1", BEEP)
    [end] = line.ends
    assert line.times[line.messages.index(end)] - began > FRESH_S
