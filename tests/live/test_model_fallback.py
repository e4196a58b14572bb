"""Several models in order: which is asked, which answers, and what is written to the table."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import get_args

import pytest

from functions.live.listening import listen
from functions.live.model_fallback import BEGIN_S, PASSED_OVER_S, FallbackModel, NamedModel, Outages
from functions.relay.cancel_scope import CancelScope, on_cancel
from functions.relay.log.events import Entry, Event, ModelOutage
from functions.relay.log.keys import MODELS_LOG, Key
from functions.relay.ports import LogError, Model
from functions.relay.wire.model import (
    CallerMessage,
    FailureKind,
    Finished,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from tests.doubles import MemoryLog
from tests.simulation.chance import Chance
from tests.simulation.scheduler import Process, ScheduledTasks, Scheduler

HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),), turn="1#a#0001")
NOW = 1_800_000_000.0


@dataclass
class ScriptedModel:
    """The port Model that streams its steps: a number is a pause in seconds of the scheduler, an error is raised."""

    script: tuple[StreamEvent | ModelError | float, ...]
    asked: int = 0
    closed: int = 0
    scheduler: Scheduler | None = None
    process: Process | None = None

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        self.asked += 1
        try:
            for step in self.script:
                match step:
                    case ModelError():
                        raise step
                    case float(seconds):
                        self._pause(seconds)
                    case _:
                        yield step
        finally:
            self.closed += 1

    def _pause(self, seconds: float) -> None:
        """Be silent, unless the connection is closed meanwhile."""
        assert self.scheduler and self.process
        closed: list[bool] = []
        on_cancel(lambda: closed.append(True))
        on_cancel(partial(self.scheduler.notify, self.process))
        if self.scheduler.wait(lambda: bool(closed), seconds):
            raise ModelError("broken", "the connection was closed")


class OddModel(ScriptedModel):
    """Raises what the port does not allow."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        yield from self._raise()

    def _raise(self) -> Generator[StreamEvent, None, None]:
        raise KeyError("my card is 4929")


def says(*words: str) -> ScriptedModel:
    return ScriptedModel((*map(TextDelta, words), Finished("end", Usage(output=len(words)))))


def fails(kind: FailureKind = "overloaded", *before: StreamEvent | float) -> ScriptedModel:
    return ScriptedModel((*before, ModelError(kind, f"it is {kind}")))


def stalls(seconds: float = 4.0, words: str = "At last.") -> ScriptedModel:
    return ScriptedModel((seconds, TextDelta(words), Finished("end")))


@dataclass
class Heard:
    """The result of one answer: its events, when the first came, and the error that ended it."""

    events: list[StreamEvent] = field(default_factory=list)
    first_at: float | None = None
    error: ModelError | None = None

    @property
    def words(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


class Play:
    """Models `one`, `two`, `three` behind a FallbackModel, on a scheduler that owns the time."""

    def __init__(self, seed: int) -> None:
        self.scheduler = Scheduler(Chance(seed), limit=100.0)
        self.log = MemoryLog()
        self._process = Process("environment")

    def over(self, *models: ScriptedModel, outages: Outages | None = None) -> FallbackModel:
        named = []
        for name, model in zip(("one", "two", "three"), models, strict=False):
            model.scheduler, model.process = self.scheduler, self._process
            named.append(NamedModel(name, model))
        return FallbackModel(
            named,
            outages or Outages(self.log, lambda: NOW),
            lambda: ScheduledTasks(self.scheduler, self._process),
            lambda: self.scheduler.now,
        )

    def run(self, work: Callable[[], object]) -> None:
        self.scheduler.start(self._process, "test", work)
        self.scheduler.run()
        assert not self.scheduler.crashes

    def hear(self, model: Model, times: int = 1) -> list[Heard]:
        """Ask so many times, one request after another."""
        answers: list[Heard] = []
        self.run(lambda: answers.extend(self._listen(model) for _ in range(times)))
        return answers

    def _listen(self, model: Model) -> Heard:
        heard, began = Heard(), self.scheduler.now
        try:
            for event in model.ask(HELLO):
                heard.events.append(event)
                if heard.first_at is None:
                    heard.first_at = self.scheduler.now - began
        except ModelError as error:
            heard.error = error
        return heard

    @property
    def outages(self) -> list[ModelOutage]:
        return [event for event in self.log.events(MODELS_LOG) if isinstance(event, ModelOutage)]


@pytest.fixture(params=range(5), ids=lambda seed: f"seed {seed}")
def play(request: pytest.FixtureRequest) -> Play:
    """The seed chooses which task goes first wherever two could."""
    return Play(request.param)


def test_the_first_model_answers_and_is_named(play: Play) -> None:
    two = says("Never.")
    [heard] = play.hear(play.over(says("Good ", "evening."), two))
    assert heard.events == [TextDelta("Good "), TextDelta("evening."), Finished("end", Usage(output=2), "one")]
    assert (two.asked, play.outages) == (0, [])


def test_a_model_alone_is_named_as_well(play: Play) -> None:
    [heard] = play.hear(play.over(says("Yes.")))
    assert heard.events[-1] == Finished("end", Usage(output=1), "one")


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_a_model_that_fails_hands_over(play: Play, kind: FailureKind) -> None:
    [heard] = play.hear(play.over(fails(kind), says("Here.")))
    assert heard.events == [TextDelta("Here."), Finished("end", Usage(output=1), "two")]
    assert play.outages == ([ModelOutage("one", kind)] if kind != "limited" else [])


@pytest.mark.parametrize("broken", [OddModel(()), ScriptedModel(())], ids=["an odd error", "no end"])
def test_what_no_model_may_do_hands_over(play: Play, broken: ScriptedModel) -> None:
    [heard] = play.hear(play.over(broken, says("Here.")))
    assert heard.words == "Here."


def test_a_model_that_has_not_begun_hands_over(play: Play) -> None:
    slow = stalls()
    [heard] = play.hear(play.over(slow, says("Here.")))
    assert heard.words == "Here."
    assert heard.first_at == pytest.approx(BEGIN_S, abs=0.01)
    assert play.outages == [ModelOutage("one", "stalled")]
    assert slow.closed == 1


def test_only_the_model_that_begins_first_is_heard(play: Play) -> None:
    slow = ScriptedModel((BEGIN_S + 0.2, TextDelta("One."), 1.0, TextDelta(" More."), Finished("end")))
    [heard] = play.hear(play.over(slow, stalls(0.5, "Two.")))
    assert (heard.words, heard.events[-1]) == ("One. More.", Finished("end", Usage(), "one"))


def test_words_that_were_heard_are_never_said_again(play: Play) -> None:
    two = says("Here.")
    [heard] = play.hear(play.over(fails("broken", TextDelta("One mo")), two))
    assert (heard.words, str(heard.error)) == ("One mo", "it is broken")
    assert (two.asked, play.outages) == (0, [ModelOutage("one", "broken")])


def test_a_model_that_broke_off_is_asked_for_no_rest(play: Play) -> None:
    one, two = fails("broken", TextDelta("One mo")), says("Here.")
    begun, rest = play.hear(play.over(one, two), times=2)
    assert (begun.words, rest.words) == ("One mo", "Here.")
    assert (one.asked, two.asked) == (1, 1)


def test_a_tool_that_was_asked_for_is_not_asked_for_again(play: Play) -> None:
    call = ToolCall("use-1", "cancel_booking", "{}")
    [heard] = play.hear(play.over(fails("broken", call), says("Here.")))
    assert (heard.events, str(heard.error)) == ([call], "it is broken")


def test_a_pause_after_the_first_words_is_waited_out(play: Play) -> None:
    two = says("Never.")
    one = ScriptedModel((TextDelta("Well, "), 5.0, TextDelta("yes."), Finished("end")))
    [heard] = play.hear(play.over(one, two))
    assert (heard.words, two.asked) == ("Well, yes.", 0)


def test_one_request_of_an_answer_is_duplicated(play: Play) -> None:
    one, two, three = stalls(9.0), stalls(), says("Never.")
    [heard] = play.hear(play.over(one, two, three))
    assert (heard.words, one.asked, two.asked, three.asked) == ("At last.", 1, 1, 0)


def test_one_request_of_a_turn_is_duplicated(play: Play) -> None:
    """After a tool the model is asked again in the same turn, without the model that has stalled."""
    one, two, three = stalls(), stalls(2.0), says("Never.")
    model = play.over(one, two, three)
    first, again = play.hear(model, times=2)
    assert (first.words, again.words) == ("At last.", "At last.")
    assert (one.asked, two.asked, three.asked) == (1, 2, 0)


def test_a_failure_after_a_stall_still_hands_over(play: Play) -> None:
    [heard] = play.hear(play.over(stalls(), fails(), says("Here.")))
    assert heard.words == "Here."


def test_when_all_fail_the_last_failure_is_told(play: Play) -> None:
    [heard] = play.hear(play.over(fails("throttled"), fails("overloaded")))
    assert heard.error
    assert heard.error.kind == "overloaded"


def test_a_model_that_failed_is_skipped_everywhere(play: Play) -> None:
    """Another environment knows only the table."""
    here, elsewhere = Outages(play.log, lambda: NOW), Outages(play.log, lambda: NOW + PASSED_OVER_S / 2)
    here.note("one", "throttled")
    elsewhere.refresh()
    one = says("Never.")
    [heard] = play.hear(play.over(one, says("Here."), outages=elsewhere))
    assert (heard.words, one.asked) == ("Here.", 0)


def test_a_read_that_began_before_an_outage_does_not_hide_it() -> None:
    class Overtaken(MemoryLog):
        def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
            found = super().later(log, key, kinds)
            outages.note("one", "broken")
            return found

    outages = Outages(Overtaken(), lambda: NOW)
    outages.refresh()
    assert outages.passed_over("one")


def test_after_a_while_it_is_asked_first_again(play: Play) -> None:
    Outages(play.log, lambda: NOW).note("one", "throttled")
    later = Outages(play.log, lambda: NOW + PASSED_OVER_S + 1)
    later.refresh()
    [heard] = play.hear(play.over(says("I am back."), says("Never."), outages=later))
    assert heard.words == "I am back."


def test_an_outage_read_during_the_stream_counts_at_once(play: Play) -> None:
    Outages(play.log, lambda: NOW).note("one", "stalled")
    [heard] = play.hear(play.over(stalls(1.0), says("Here.")))
    assert heard.words == "Here."
    assert heard.first_at == pytest.approx(0, abs=0.01)


def test_where_all_failed_they_are_asked_in_order(play: Play) -> None:
    known = Outages(play.log, lambda: NOW)
    known.note("one", "throttled")
    known.note("two", "throttled")
    [heard] = play.hear(play.over(says("One."), says("Two."), outages=known))
    assert heard.words == "One."


class BrokenLog(MemoryLog):
    def append(self, log: str, entry: Entry) -> bool:
        raise LogError("DynamoDB: out of reach")

    def later(self, *_: object) -> tuple[Entry, ...]:
        raise LogError("DynamoDB: out of reach")


def test_a_table_that_fails_delays_no_answer(play: Play) -> None:
    [heard] = play.hear(play.over(fails(), says("Here."), outages=Outages(BrokenLog(), lambda: NOW)))
    assert heard.words == "Here."


def test_closing_the_answer_closes_every_model(play: Play) -> None:
    one, two = stalls(), ScriptedModel((TextDelta("Here"), 1.0, TextDelta("."), Finished("end")))

    def leave() -> None:
        answer = model.ask(HELLO)
        next(answer)
        answer.close()

    model = play.over(one, two)
    play.run(leave)
    assert (one.closed, two.closed) == (1, 1)


def test_a_model_that_lost_is_left_at_once(play: Play) -> None:
    one, two = stalls(30.0), says("Here.")
    [heard] = play.hear(play.over(one, two))
    assert (heard.words, one.closed) == ("Here.", 1)
    assert play.scheduler.now < 3


def test_a_cancelled_answer_asks_no_other_model(play: Play) -> None:
    one, two, scope = stalls(30.0), says("Here."), CancelScope()
    model, heard = play.over(one, two), list[StreamEvent]()
    play.scheduler.at(1.0, scope.cancel)
    play.run(lambda: listen(model, HELLO, scope, heard.append))
    assert (heard, one.closed, two.asked, play.outages) == ([], 1, 0, [])
    assert play.scheduler.now < 2
