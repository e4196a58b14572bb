"""What a prompt waits for before the model is asked, and before its first words, in the call's own clock."""

from collections.abc import Generator
from dataclasses import replace

import pytest

from functions.live.answer_claim import CLAIMED_WITHIN_S
from functions.live.answer_runner import OTHERS_STOP_S
from functions.live.deps import Frame, Ports
from functions.live.session import Sessions
from functions.relay.log.events import AnswerClaimed, AnswerEnded, DraftBegun, Entry, Event, Silent
from functions.relay.log.keys import Key, Slot, session_log
from functions.relay.ports import Model, Sent
from functions.relay.wire.messages import Outgoing, Partial, Prompt
from functions.relay.wire.model import Finished, Request, StreamEvent, TextDelta
from tests.doubles import MemoryLog, RecordingLine
from tests.live.harness import DESK, SessionHarness
from tests.simulation.chance import Chance
from tests.simulation.scheduler import Process, ScheduledTasks, Scheduler

LOG = session_log("c1")

TRIP_S = 0.04
"""Seconds that the table usually takes for each request."""

OVERHEAD_S = 0.001
"""Seconds by which waits of the scheduler may be late, all together."""


class Clocked:
    """What an invocation does, and when, on a scheduler that owns the time."""

    def __init__(self, seed: int, trip_s: float = TRIP_S) -> None:
        self.trip_s = trip_s
        self.scheduler, self.process = Scheduler(Chance(seed), limit=100.0), Process("default")
        self.did: list[tuple[str, float]] = []

    def note(self, what: str) -> None:
        self.did.append((what, self.scheduler.now))

    def began(self, what: str) -> list[float]:
        return [at for name, at in self.did if name == what]


class SlowLog(MemoryLog):
    """The port `Log`, with a table that takes some time for each request."""

    def __init__(self, clocked: Clocked, log: MemoryLog) -> None:
        super().__init__()
        self._clocked, self._log = clocked, log

    def append(self, log: str, entry: Entry) -> bool:
        self._trip()
        return self._log.append(log, entry)

    def read(self, log: str) -> tuple[Entry, ...]:
        self._trip()
        return self._log.read(log)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        self._trip()
        return self._log.later(log, key, kinds)

    def _trip(self) -> None:
        self._clocked.note("trip")
        self._clocked.scheduler.pause(self._clocked.trip_s)


class ClockedModel:
    """The port `Model` that answers after half a second."""

    def __init__(self, clocked: Clocked) -> None:
        self._clocked = clocked

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self._clocked.note("model")
        self._clocked.scheduler.pause(0.5)
        yield TextDelta("At nine.")
        yield Finished("end")


class ClockedTimer:
    """The port `Timer`."""

    def __init__(self, clocked: Clocked) -> None:
        self._clocked = clocked

    def remind(self, seconds: int, reminder: str) -> None:
        self._clocked.note("reminder")


def sessions_of(harness: SessionHarness, clocked: Clocked, model: Model | None = None) -> Sessions:
    private = SlowLog(clocked, harness.private)
    do_not_call = SlowLog(clocked, harness.do_not_call)
    log, timer = SlowLog(clocked, harness.log), ClockedTimer(clocked)
    ports = Ports(log, harness.line, model or ClockedModel(clocked), timer, private, do_not_call)

    def tasks() -> ScheduledTasks:
        return ScheduledTasks(clocked.scheduler, clocked.process)

    return replace(harness.sessions, ports=ports, clock=lambda: clocked.scheduler.now, tasks=tasks)


@pytest.fixture(params=range(5), ids=lambda seed: f"seed {seed}")
def clocked(request: pytest.FixtureRequest) -> Clocked:
    """The seed chooses which task goes first wherever two could."""
    return Clocked(request.param)


def run(clocked: Clocked, sessions: Sessions, frame: Frame) -> None:
    clocked.scheduler.start(clocked.process, "frame", lambda: sessions.receive(frame))
    clocked.scheduler.run()
    assert clocked.scheduler.crashes == []


def test_a_prompt_waits_for_one_trip_before_the_model(clocked: Clocked) -> None:
    harness = SessionHarness().opened()
    run(clocked, sessions_of(harness, clocked), harness.prompt("When do you open?"))
    [asked] = clocked.began("model")
    assert TRIP_S <= asked < TRIP_S + OVERHEAD_S
    assert len([at for at in clocked.began("trip") if at < asked]) == 2, "the prompt is put while the log is read"


@pytest.mark.parametrize("text", ["I want two.", "A table for four at 8.", "For 2 people."])
def test_a_prompt_with_a_number_waits_for_one_trip(clocked: Clocked, text: str) -> None:
    harness = SessionHarness().opened()
    run(clocked, sessions_of(harness, clocked), harness.prompt(text))
    [asked] = clocked.began("model")
    assert TRIP_S <= asked < TRIP_S + OVERHEAD_S


@pytest.mark.parametrize("text", ["When do you open?", "For 2 people."])
def test_a_claim_is_not_waited_for_before_the_model(clocked: Clocked, text: str) -> None:
    harness = SessionHarness(desk=replace(DESK, partial_prompts=True)).opened()
    run(clocked, sessions_of(harness, clocked), harness.prompt(text))
    [asked] = clocked.began("model")
    assert TRIP_S <= asked < TRIP_S + OVERHEAD_S
    assert [one for one in harness.events() if isinstance(one, AnswerClaimed)]


def test_no_reminder_is_sent_before_the_model_is_asked(clocked: Clocked) -> None:
    harness = SessionHarness().opened()
    run(clocked, sessions_of(harness, clocked), harness.prompt("When do you open?"))
    [asked] = clocked.began("model")
    assert clocked.began("reminder")
    assert min(clocked.began("reminder")) > asked


def test_later_prompts_wait_for_one_trip_as_well(clocked: Clocked) -> None:
    harness = SessionHarness().opened()
    for number in range(3):
        harness.log.append(LOG, Entry(Key(1500 + number, f"old{number}"), Prompt("And then?")))
    run(clocked, sessions_of(harness, clocked), harness.prompt("When do you open?", at=9000))
    [asked] = clocked.began("model")
    assert TRIP_S <= asked < TRIP_S + OVERHEAD_S


@pytest.mark.parametrize("trip_s", [0.001, 0.005, 0.02, 0.04, 0.07])
def test_a_dead_draft_holds_its_prompt_up_for_150_ms(clocked: Clocked, trip_s: float) -> None:
    harness, partial = SessionHarness(desk=replace(DESK, partial_prompts=True)).opened(), Key(2000, "partial")
    harness.log.append(LOG, Entry(partial, Partial("When do you open?")))
    harness.log.append(LOG, Entry(partial.under(Slot.DRAFT_BEGUN.at()), DraftBegun()))
    clocked.trip_s = trip_s
    run(clocked, sessions_of(harness, clocked), harness.prompt("When do you open?", at=2600))
    [asked] = clocked.began("model")
    assert asked == pytest.approx(trip_s + CLAIMED_WITHIN_S, abs=OVERHEAD_S)


class ClockedLine(RecordingLine):
    """The port `Line`, which notes when words come."""

    def __init__(self, clocked: Clocked) -> None:
        super().__init__()
        self._clocked = clocked

    def send(self, connection: str, message: Outgoing) -> Sent:
        self._clocked.note("words")
        return super().send(connection, message)


@pytest.mark.parametrize(("ended", "waits_s"), [(True, 0.0), (False, OTHERS_STOP_S)], ids=["ended", "not ended"])
def test_ready_words_wait_until_an_older_answer_has_stopped(clocked: Clocked, ended: bool, waits_s: float) -> None:
    """It posts until it has found the newer prompt, and its words would come between these."""
    harness = SessionHarness(desk=replace(DESK, answers={"When do you open?": "At nine."})).opened()
    older = Entry(Key(1500, "older"), Silent(1))
    harness.log.append(LOG, older)
    if ended:
        harness.log.append(LOG, Entry(older.key.under(Slot.ENDED.at(999)), AnswerEnded("complete")))
    sessions = sessions_of(harness, clocked)
    sessions = replace(sessions, ports=replace(sessions.ports, line=ClockedLine(clocked)))
    run(clocked, sessions, harness.prompt("When do you open?", at=2600))
    assert clocked.began("words")[0] == pytest.approx(TRIP_S + waits_s, abs=OVERHEAD_S)


def test_words_wait_from_the_moment_their_prompt_is_logged(clocked: Clocked) -> None:
    """A prompt with a number is logged one round trip after the log is read."""
    harness = SessionHarness(desk=replace(DESK, answers={"For 2 people.": "Done."})).opened()
    harness.log.append(LOG, Entry(Key(1500, "older"), Silent(1)))
    sessions = sessions_of(harness, clocked)
    sessions = replace(sessions, ports=replace(sessions.ports, line=ClockedLine(clocked)))
    run(clocked, sessions, harness.prompt("For 2 people.", at=2600))
    assert clocked.began("words")[0] == pytest.approx(2 * TRIP_S + OTHERS_STOP_S, abs=OVERHEAD_S)
