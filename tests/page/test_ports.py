"""The wrappers around the handlers' ports: they change nothing, and the tape gets everything."""

import time
from collections.abc import Generator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from functions.relay.log.events import AgentSaid, Entry, Event
from functions.relay.log.keys import Key
from functions.relay.ports import LogError, Sent
from functions.relay.wire.messages import Prompt, Text
from functions.relay.wire.model import CallerMessage, Finished, ModelError, Request, StreamEvent, TextDelta, Usage
from local.page.observations import (
    EntryAppended,
    MessagePosted,
    ModelAsked,
    ModelEnded,
    ModelSpoke,
    Observation,
    TableRequested,
    Tape,
)
from local.page.ports import SLOW_TABLE_S, Switches, WatchedLine, WatchedLog, WatchedModel, watch
from tests.doubles import MemoryLog, RecordingLine

pytestmark = pytest.mark.slow

ENTRY = Entry(Key(1, "a"), Prompt("When?"))
LOG = "session/one"
QUESTION = Request("Answer.", (CallerMessage("When?"),))


class OutOfReach:
    """A table that fails."""

    def append(self, log: str, entry: Entry) -> bool:
        raise LogError("DynamoDB: gone")

    def read(self, log: str) -> tuple[Entry, ...]:
        raise LogError("DynamoDB: gone")

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        raise LogError("DynamoDB: gone")


class Speaking:
    """A model that says two words, and knows whether its stream was closed."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.closed = fails, False

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        try:
            yield TextDelta("On")
            if self.fails:
                raise ModelError("overloaded", "busy")
            yield TextDelta(" Friday.")
            yield Finished("end", Usage(3, 2))
        finally:
            self.closed = True


@pytest.fixture
def tape() -> Tape:
    return Tape()


def kinds(tape: Tape) -> list[type[Observation]]:
    return [type(observation) for observation in tape.call()]


def operations(tape: Tape) -> list[tuple[str, str]]:
    return [
        (observation.what, observation.trouble)
        for observation in tape.call()
        if isinstance(observation, TableRequested)
    ]


def test_a_log_does_what_the_other_does_and_tells_of_it(tape: Tape) -> None:
    other = MemoryLog()
    log = WatchedLog(other, tape, Switches())
    assert log.append(LOG, ENTRY)
    assert not log.append(LOG, ENTRY)
    assert log.read(LOG) == (ENTRY,) == other.read(LOG)
    assert log.later(LOG, Key(0, ""), (Prompt,)) == (ENTRY,)
    assert log.later(LOG, Key(0, ""), (AgentSaid,)) == ()
    assert [observation.entry for observation in tape.call() if isinstance(observation, EntryAppended)] == [ENTRY]
    assert [what for what, _ in operations(tape)] == [
        "put Prompt",
        "put Prompt, which was there",
        "read 1",
        "look: 1 newer",
        "look",
    ]


def test_a_log_that_fails_fails_and_the_tape_knows_why(tape: Tape) -> None:
    log = WatchedLog(OutOfReach(), tape, Switches())
    for ask in (lambda: log.append(LOG, ENTRY), lambda: log.read(LOG), lambda: log.later(LOG, ENTRY.key, ())):
        with pytest.raises(LogError):
            ask()
    assert operations(tape) == [
        ("put Prompt", "DynamoDB: gone"),
        ("read", "DynamoDB: gone"),
        ("look", "DynamoDB: gone"),
    ]


def test_a_slow_table_takes_its_time_until_it_is_quick_again(tape: Tape) -> None:
    switches = Switches(slow_table=True)
    log = WatchedLog(MemoryLog(), tape, switches)
    began = time.monotonic()
    log.read(LOG)
    assert time.monotonic() - began >= SLOW_TABLE_S
    switches.slow_table = False
    log.read(LOG)
    slow, quick = (observation.took for observation in tape.call() if isinstance(observation, TableRequested))
    assert quick < SLOW_TABLE_S * 1000 <= slow


@pytest.mark.parametrize("fate", list(Sent))
def test_a_line_sends_a_message_and_returns_how_it_ended(tape: Tape, fate: Sent) -> None:
    assert WatchedLine(RecordingLine([fate]), tape).send("one", Text("On", last=True)) is fate
    (posted,) = tape.call()
    assert isinstance(posted, MessagePosted)
    assert (posted.connection, posted.fate) == ("one", fate.value)
    assert posted.text == '{"type":"text","token":"On","last":true}'


def test_a_model_says_what_the_other_says_and_tells_when(tape: Tape) -> None:
    pieces = list(WatchedModel(Speaking(), tape, Switches()).ask(QUESTION))
    assert pieces == list(Speaking().ask(QUESTION))
    asked, spoke, ended = tape.call()
    assert isinstance(asked, ModelAsked)
    assert asked.request == QUESTION
    assert isinstance(spoke, ModelSpoke)
    assert isinstance(ended, ModelEnded)
    assert (ended.how, ended.usage) == ("end", Usage(3, 2))
    assert asked.at <= spoke.at <= ended.at
    assert asked.number == spoke.number == ended.number


def test_a_model_whose_answer_is_not_wanted_any_more_is_closed(tape: Tape) -> None:
    model = Speaking()
    stream = WatchedModel(model, tape, Switches()).ask(QUESTION)
    next(stream)
    stream.close()
    assert model.closed
    assert [observation.how for observation in tape.call() if isinstance(observation, ModelEnded)] == ["stopped"]


def test_a_model_that_fails_fails_and_the_tape_knows_how(tape: Tape) -> None:
    with pytest.raises(ModelError):
        list(WatchedModel(Speaking(fails=True), tape, Switches()).ask(QUESTION))
    assert [observation.how for observation in tape.call() if isinstance(observation, ModelEnded)] == ["overloaded"]


def test_a_throttled_model_is_not_asked(tape: Tape) -> None:
    model = Speaking()
    with pytest.raises(ModelError) as raised:
        list(WatchedModel(model, tape, Switches(throttled_model=True)).ask(QUESTION))
    assert raised.value.kind == "throttled"
    assert not model.closed
    assert kinds(tape) == [ModelAsked, ModelEnded]


def test_a_handlers_log_is_watched(tape: Tape) -> None:
    module: Any = ModuleType("handler")
    module.log, module.start = MemoryLog(), SimpleNamespace()
    watch({"handler": module}, tape, Switches())
    module.log.append(LOG, ENTRY)
    assert kinds(tape) == [EntryAppended, TableRequested]
