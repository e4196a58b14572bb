"""An answer that is drafted while the caller still speaks: who says it, and when nobody does."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Condition
from time import monotonic
from typing import Any

import pytest

from functions.live import answer_claim, apology, draft_request
from functions.live import draft as drafts
from functions.live.deps import Frame
from functions.live.reminders import AnswerReminder
from functions.live.session import Sessions
from functions.live.tasks import ThreadTasks
from functions.relay import Agent, Digits, ask_digits
from functions.relay.call.drafting import STANDSTILL_S
from functions.relay.call.shared_reminder import FIRST_CHECK_S
from functions.relay.cost_limits import Limits
from functions.relay.log.events import (
    AgentSaid,
    AnswerClaimed,
    AnswerEnded,
    Closed,
    DigitsRequested,
    DraftBegun,
    DraftDropped,
    Entry,
    Event,
    TimeUp,
)
from functions.relay.log.keys import Key, Slot, session_log
from functions.relay.wire.messages import Dtmf, Interrupt, Partial, Prompt, Text
from functions.relay.wire.model import CallerMessage, Finished, ModelError, TextDelta, ToolCall, Usage
from tests.doubles import MemoryLog, ScriptedModel, saying
from tests.endpoint import WAIT_S
from tests.live.harness import DESK, SessionHarness
from tests.live.ports import OUT_OF_REACH, FedModel, HeardLine, TroubledLog

pytestmark = pytest.mark.slow

LOG = session_log("c1")
WORDS = "When do you open?"
QUICK = replace(DESK, partial_prompts=True)


class WatchedLog(MemoryLog):
    """A log for whose entries a test can wait."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = Condition()

    def append(self, log: str, entry: Entry) -> bool:
        fresh = super().append(log, entry)
        with self._changed:
            self._changed.notify_all()
        return fresh

    def wait_for(self, kind: type[Event]) -> None:
        """Wait until the session's log has an entry of this kind."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(isinstance(one, kind) for one in self.events(LOG)), WAIT_S)


class Drafting:
    """A session whose caller is still speaking, and its model, which the test feeds."""

    def __init__(self, agent: Agent = QUICK, log: MemoryLog | None = None) -> None:
        self.log = log or WatchedLog()
        self.harness = SessionHarness(log=self.log, desk=agent).opened()
        self.model = FedModel()
        self.sessions: Sessions = self.harness.with_model(self.model, agent)
        self._pool = ThreadPoolExecutor(4)

    def partial(self, text: str, at: int = 2000, language: str = "en-US") -> Frame:
        message = {"type": "prompt", "voicePrompt": text, "lang": language, "last": False}
        return self.harness.frame(message, at=at)

    def prompt(self, text: str, at: int = 2600) -> Frame:
        return self.harness.prompt(text, at=at)

    def start(self, frame: Frame) -> "Future[str]":
        return self._pool.submit(self.sessions.receive, frame)

    def drafted(self, text: str = WORDS, late_s: float = 0.0) -> "Future[str]":
        """Begin to draft, and wait until the model is asked and the log knows it."""
        done = self.start(replace(self.partial(text), late_s=late_s))
        assert self.model.begun.wait(WAIT_S)
        assert isinstance(self.log, WatchedLog)
        self.log.wait_for(DraftBegun)
        return done

    def draft_is_logged(self) -> None:
        """Log a partial prompt and its draft, whose invocation the test leaves out."""
        partial = self.partial(WORDS).key
        self.log.append(LOG, Entry(partial, Partial(WORDS)))
        self.log.append(LOG, Entry(partial.under(Slot.DRAFT_BEGUN.at()), DraftBegun()))

    def prompt_is_logged(self) -> None:
        """Log a prompt whose invocation the test leaves out."""
        self.log.append(LOG, Entry(self.prompt(WORDS).key, Prompt(WORDS)))

    def put(self, at: int, event: Event) -> None:
        self.log.append(LOG, Entry(self.harness.frame({}, at=at).key, event))

    def events(self, *kinds: type[Event]) -> list[Event]:
        return [one for one in self.log.events(LOG) if isinstance(one, kinds)]

    def close(self) -> None:
        self.model.feed(Finished("end"))
        self._pool.shutdown()


@contextmanager
def drafting(agent: Agent = QUICK, log: MemoryLog | None = None) -> Iterator[Drafting]:
    """Leave the block when all invocations have returned."""
    one = Drafting(agent, log)
    try:
        yield one
    finally:
        one.close()


def said(one: Drafting) -> str:
    return "".join(message.token for message in one.harness.says() if isinstance(message, Text))


def test_the_words_of_a_draft_are_said_once_it_is_released() -> None:
    with drafting() as one:
        drafted = one.drafted("when do you open.")
        one.model.feed(TextDelta("At nine."))
        assert one.sessions.receive(one.prompt(WORDS)) == "drafted"
        one.model.feed(TextDelta(" On Friday."), Finished("end", Usage(10, 5)))
        assert drafted.result(WAIT_S) == "answered"
        assert said(one) == "At nine. On Friday."
        assert len(one.model.asked) == 1
        assert one.events(AgentSaid) == [AgentSaid("At nine. On Friday.")]
        assert one.harness.ended[-1].usage == Usage(10, 5)
        assert one.events(DraftDropped) == []


@pytest.mark.parametrize(("late_s", "first_words_ms"), [(0.0, 150), (0.25, 400)])
def test_the_times_of_a_draft_count_from_its_prompt(late_s: float, first_words_ms: int) -> None:
    now = 0.0
    with drafting() as one:
        one.sessions = replace(one.sessions, clock=lambda: now)
        draft = one.drafted(late_s=late_s)
        now = 0.75
        one.prompt_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert draft.result(WAIT_S) == "answered"
        assert [ended.first_words_ms for ended in one.harness.ended] == [first_words_ms]


def test_a_draft_that_holds_words_looks_for_its_prompt_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "LOOK_SOON_S", 2 * WAIT_S)
    with drafting() as one:
        drafted = one.drafted()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.receive(one.prompt(WORDS)) == "drafted"
        assert drafted.result(WAIT_S) == "answered"


def test_a_draft_says_nothing_and_runs_nothing_before_its_prompt() -> None:
    ran: list[str] = []

    def book() -> str:
        """Book a table."""
        ran.append("book")
        return "booked"

    with drafting(replace(QUICK, tools=[book])) as one:
        drafted = one.drafted()
        one.model.feed(TextDelta("Let me see."), ToolCall("t1", "book", "{}"), Finished("tools"))
        assert (said(one), ran) == ("", [])
        one.sessions.receive(one.prompt(WORDS))
        one.model.feed(TextDelta(" Booked."), Finished("end"))
        assert drafted.result(WAIT_S) == "answered"
        assert (said(one), ran) == ("Let me see. Booked.", ["book"])


DROPS: dict[str, Event] = {
    "other words": Partial("When do you open on Friday?"),
    "another prompt": Prompt("When do you close?"),
    "an interrupt": Interrupt("Good"),
    "a key": Dtmf("5"),
    "the end of the call": Closed(1000),
}


@pytest.mark.parametrize("event", DROPS.values(), ids=DROPS)
def test_anything_else_drops_a_draft_and_leaves_nothing(event: Event) -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.model.feed(TextDelta("At nine."))
        one.put(2500, event)
        assert isinstance(one.log, WatchedLog)
        one.log.wait_for(DraftDropped)
        assert one.model.closed.wait(WAIT_S)
        assert drafted.result(WAIT_S) == "draft dropped"
        assert (said(one), one.events(AgentSaid)) == ("", [])
        [usage] = [event.usage for event in one.events(DraftDropped) if isinstance(event, DraftDropped)]
        assert usage.input > 0
        assert usage.output > 0


@pytest.mark.parametrize("event", DROPS.values(), ids=DROPS)
def test_a_draft_leaves_a_model_that_has_said_nothing(event: Event) -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.put(2500, event)
        assert drafted.result(WAIT_S) == "draft dropped"
        assert one.model.closed.is_set()


def test_a_prompt_with_other_words_is_answered_by_itself() -> None:
    with drafting() as one:
        drafted = one.drafted()
        answer = one.start(one.prompt("When do you close?"))
        assert drafted.result(WAIT_S) == "draft dropped"
        one.model.feed(Finished("end"), TextDelta("At ten."), Finished("end"))
        assert answer.result(WAIT_S) == "answered"
        assert [request.messages[-1] for request in one.model.asked] == [
            CallerMessage(WORDS),
            CallerMessage("When do you close?"),
        ]


def test_a_prompt_whose_draft_has_died_is_answered_by_itself() -> None:
    with drafting() as one:
        partial = one.partial(WORDS)
        one.log.append(LOG, Entry(partial.key, Partial(WORDS)))
        one.log.append(LOG, Entry(partial.key.under(Slot.DRAFT_BEGUN.at()), DraftBegun()))
        one.model.feed(TextDelta("At nine."), Finished("end"))
        prompt = one.prompt(WORDS)
        assert one.sessions.receive(prompt) == "answered"
        assert one.events(AnswerClaimed) == [AnswerClaimed(str(prompt.key))]
        assert said(one) == "At nine."


def test_the_reminder_answers_if_a_draft_died_after_its_claim() -> None:
    with drafting() as one:
        one.draft_is_logged()
        prompt = one.prompt(WORDS)
        one.log.append(LOG, Entry(prompt.key.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed("draft")))
        assert (one.sessions.receive(prompt), said(one)) == ("drafted", "")
        reminder = AnswerReminder("c1", prompt.key)
        assert (FIRST_CHECK_S, reminder.write()) in one.harness.timer.notes
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.check(reminder) == "taken over"
        assert said(one) == "At nine."


def test_a_draft_that_comes_second_says_nothing() -> None:
    with drafting() as one:
        drafted = one.drafted()
        prompt = one.prompt(WORDS).key
        claim = Entry(prompt.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed(str(prompt)))
        one.log.append(LOG, claim)
        one.log.append(LOG, Entry(prompt, Prompt(WORDS)))
        one.model.feed(Finished("end"))
        assert drafted.result(WAIT_S) == "draft dropped"
        assert said(one) == ""


def test_a_draft_answers_though_the_prompts_invocation_died() -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.prompt_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert drafted.result(WAIT_S) == "answered"
        assert said(one) == "At nine."


def test_a_prompt_that_knows_no_draft_claims_its_answer() -> None:
    with drafting() as one:
        prompt = one.prompt(WORDS)
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.receive(prompt) == "answered"
        assert one.events(AnswerClaimed) == [AnswerClaimed(str(prompt.key))]
        assert len(one.model.asked) == 1


@pytest.mark.parametrize("text", [WORDS, "For 2 people, please."], ids=["words", "a number"])
def test_a_prompt_leaves_its_request_to_an_unknown_draft(text: str) -> None:
    with drafting() as one:
        prompt = one.prompt(text)
        one.log.append(LOG, Entry(prompt.key.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed("draft")))
        one.model.feed(TextDelta("At nine."))
        assert (one.sessions.receive(prompt), said(one)) == ("drafted", "")
        assert one.model.closed.wait(WAIT_S)
        [dropped] = one.events(DraftDropped)
        assert isinstance(dropped, DraftDropped)
        assert dropped.usage.input > 0
        assert (FIRST_CHECK_S, AnswerReminder("c1", prompt.key).write()) in one.harness.timer.notes


def test_nobody_claims_a_prompt_where_nothing_is_drafted() -> None:
    with drafting(replace(QUICK, speculates=False)) as one:
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.receive(one.prompt(WORDS)) == "answered"
        assert one.events(AnswerClaimed) == []


@pytest.mark.parametrize("text", [WORDS, "For 2 people, please."], ids=["words", "a number"])
def test_a_prompt_whose_claim_is_unknown_gets_an_apology(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_claim, "KNOWN_WITHIN_S", 0.0)
    log = TroubledLog()
    with drafting(log=log) as one:
        log.broken.add("append AnswerClaimed")
        one.model.feed(TextDelta("At nine."))
        assert one.sessions.receive(one.prompt(text)) == "apologised"
        assert said(one) == QUICK.phrases.trouble
        assert one.model.closed.wait(WAIT_S)


def test_a_claim_that_fails_finds_that_of_the_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_claim, "KNOWN_WITHIN_S", 0.0)
    log = TroubledLog()
    with drafting(log=log) as one:
        prompt = one.prompt(WORDS)
        log.append(LOG, Entry(prompt.key.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed("draft")))
        log.broken.add("append AnswerClaimed")
        one.model.feed(TextDelta("At nine."))
        assert (one.sessions.receive(prompt), said(one)) == ("drafted", "")


@pytest.mark.parametrize("newer", [Prompt("And on Friday?"), Closed(1000)], ids=["a prompt", "the end"])
def test_nobody_apologises_for_a_prompt_that_is_not_wanted(newer: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_claim, "KNOWN_WITHIN_S", 0.0)
    log = TroubledLog()
    with drafting(log=log) as one:
        one.put(2700, newer)
        log.broken.add("append AnswerClaimed")
        assert (one.sessions.receive(one.prompt(WORDS)), said(one)) == ("not wanted any more", "")


def test_the_cost_of_a_dropped_request_is_no_claim() -> None:
    with drafting() as one:
        one.draft_is_logged()
        prompt = one.prompt(WORDS)
        one.log.append(LOG, Entry(prompt.key.under(Slot.DRAFT_DROPPED.at()), DraftDropped()))
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert (one.sessions.receive(prompt), said(one)) == ("answered", "At nine.")


def test_a_draft_that_finds_its_prompt_too_late_says_nothing() -> None:
    """The prompt's own invocation may have apologised."""
    with drafting(log=(log := HangingLook(3.1))) as one:
        one.sessions = replace(one.sessions, clock=lambda: log.now)
        draft = one.drafted()
        one.prompt_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert (draft.result(WAIT_S), said(one)) == ("draft dropped", "")


def test_a_draft_whose_claim_is_unknown_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_claim, "KNOWN_WITHIN_S", 0.0)
    log = TroubledLog()
    with drafting(log=log) as one:
        done = one.start(one.partial(WORDS))
        assert one.model.begun.wait(WAIT_S)
        log.broken.add("append AnswerClaimed")
        one.prompt_is_logged()
        one.model.feed(TextDelta("At nine."))
        assert (done.result(WAIT_S), said(one)) == ("draft dropped", "")


@pytest.mark.parametrize("broken", ["read", "append Prompt"])
def test_a_prompt_that_a_draft_has_claimed_gets_no_apology(broken: str) -> None:
    log = TroubledLog()
    with drafting(log=log) as one:
        prompt = one.prompt(WORDS)
        log.append(LOG, Entry(prompt.key.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed("draft")))
        log.broken.add(broken)
        assert (one.sessions.receive(prompt), said(one)) == ("drafted", "")
        assert (FIRST_CHECK_S, AnswerReminder("c1", prompt.key).write()) in one.harness.timer.notes


def test_a_claim_is_logged_before_a_prompt_with_an_apology(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apology, "RETRY_S", 0.0)

    class Order(WatchedLog):
        """Fails the first two appends of the prompt's invocation, and notes the order of the others."""

        def __init__(self) -> None:
            super().__init__()
            self.failures, self.order = 2, list[type[Event]]()

        def append(self, log: str, entry: Entry) -> bool:
            if isinstance(entry.event, Prompt | AnswerClaimed) and self.failures:
                self.failures -= 1
                raise OUT_OF_REACH
            self.order.append(type(entry.event))
            return super().append(log, entry)

    with drafting(log=(log := Order())) as one:
        assert one.sessions.receive(one.prompt(WORDS)) == "apologised"
        assert said(one) == QUICK.phrases.trouble
        assert log.order.index(AnswerClaimed) < log.order.index(Prompt) < log.order.index(AnswerEnded)


def test_a_prompt_does_not_end_the_turn_that_a_draft_answers() -> None:
    with drafting() as one:
        prompt = one.prompt(WORDS)
        one.log.append(LOG, Entry(prompt.key.under(Slot.ANSWER_CLAIMED.at()), AnswerClaimed("draft")))
        one.put(2700, Prompt("And on Friday?"))
        assert one.sessions.receive(prompt) == "drafted"
        assert one.events(AnswerEnded) == []


def test_a_draft_of_another_history_is_not_said() -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.put(1990, Prompt("Hello."))
        prompt = one.start(one.prompt(WORDS))
        one.model.feed(TextDelta("Old."), Finished("end"), TextDelta("New."), Finished("end"))
        done = {drafted.result(WAIT_S), prompt.result(WAIT_S)}
        assert done in ({"draft dropped", "answered"}, {"answered", "drafted"})
        assert said(one).strip() == "New."


def test_a_claimed_prompt_is_answered_though_no_draft_fits() -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.put(1990, Prompt("Hello."))
        one.prompt_is_logged()
        one.model.feed(TextDelta("Old."), Finished("end"), TextDelta("New."), Finished("end"))
        assert drafted.result(WAIT_S) == "answered"
        assert said(one).strip() == "New."
        assert len(one.events(DraftDropped)) == 1


def test_a_claimed_prompt_with_a_newer_one_is_not_answered() -> None:
    with drafting() as one:
        drafted = one.drafted()
        one.put(2700, Prompt("And on Friday?"))
        one.prompt_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert drafted.result(WAIT_S) == "draft dropped"
        assert said(one) == ""


def test_a_model_that_fails_is_asked_again_for_the_prompt() -> None:
    harness = SessionHarness(log=WatchedLog(), desk=QUICK).opened()
    model = ScriptedModel([ModelError("overloaded", "overloaded")], saying("At nine."))
    sessions = harness.with_model(model, QUICK)
    message = {"type": "prompt", "voicePrompt": WORDS, "lang": "en-US", "last": False}
    assert sessions.receive(harness.frame(message, at=2000)) == "draft dropped"
    assert [one for one in harness.events() if isinstance(one, DraftDropped)] == [DraftDropped()]
    assert sessions.receive(harness.prompt(WORDS, at=2600)) == "answered"


def test_a_frame_that_comes_twice_is_drafted_once() -> None:
    with drafting() as one:
        frame = one.partial(WORDS)
        drafted = one.start(frame)
        assert one.model.begun.wait(WAIT_S)
        assert one.sessions.receive(frame) == "repeated"
        one.put(2500, Dtmf("5"))
        one.model.feed(Finished("end"))
        assert drafted.result(WAIT_S) == "draft dropped"
        assert len(one.model.asked) == 1


def test_the_same_words_again_are_not_drafted_again() -> None:
    with drafting() as one:
        drafted = one.drafted()
        assert one.sessions.receive(one.partial(WORDS, at=2200)) == "partial"
        assert one.sessions.receive(one.prompt(WORDS)) == "drafted"
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert drafted.result(WAIT_S) == "answered"


def test_an_open_sentence_is_drafted_once_it_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_request, "STANDSTILL_S", 0.0)
    with drafting() as one:
        drafted = one.drafted("When do you open")
        one.put(2500, Dtmf("5"))
        one.model.feed(Finished("end"))
        assert drafted.result(WAIT_S) == "draft dropped"


def test_an_open_sentence_that_goes_on_is_not_drafted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_request, "STANDSTILL_S", 0.0)
    with drafting() as one:
        one.put(2200, Partial("When do you open on"))
        assert one.sessions.receive(one.partial("When do you open")) == "partial"
        assert one.model.asked == []


@pytest.mark.parametrize(("gap_ms", "asked"), [(299, 0), (301, 1)])
def test_words_that_stand_for_300_ms_are_drafted(gap_ms: int, asked: int) -> None:
    with drafting() as one:

        class Waits(ThreadTasks):
            """Lets the caller say more words after the gap, if a wait is as long, and waits no real time for it."""

            def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
                if seconds * 1000 > gap_ms:
                    one.put(2000 + gap_ms, Partial("When do you open on"))
                return super().wait(holds, 0.0 if seconds == STANDSTILL_S else seconds)

        one.model.feed(Finished("end"))
        one.sessions = replace(one.sessions, tasks=Waits)
        if asked:
            one.start(one.partial("When do you open"))
            assert one.model.begun.wait(WAIT_S)
            one.put(2400, Closed(1000))
        else:
            assert one.sessions.receive(one.partial("When do you open")) == "partial"
        assert len(one.model.asked) == asked


class SlowTable(WatchedLog):
    """A table whose reads take `read_s` seconds by its clock, and whose looks take `look_s`."""

    def __init__(self, read_s: float = 0.0, look_s: float = 0.0) -> None:
        super().__init__()
        self.now, self._read_s, self._look_s = 0.0, read_s, look_s

    def read(self, log: str) -> tuple[Entry, ...]:
        self.now += self._read_s
        return super().read(log)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        self.now += self._look_s
        return super().later(log, key, kinds)


@pytest.mark.parametrize(("read_s", "asked"), [(0.07, 1), (0.08, 0)])
def test_nothing_is_drafted_on_a_slow_table(read_s: float, asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "LONGEST_WAIT_S", 0.0)
    with drafting(log=(log := SlowTable(read_s))) as one:
        one.sessions = replace(one.sessions, clock=lambda: log.now)
        one.model.feed(Finished("end"))
        one.sessions.receive(one.partial(WORDS))
        assert len(one.model.asked) == asked


@pytest.mark.parametrize(("look_s", "pause_s"), [(0.01, drafts.LOOK_SOON_S), (0.5, 0.5 - drafts.USUAL_LOOK_S)])
def test_a_busy_table_is_asked_less_often(look_s: float, pause_s: float) -> None:
    paused: list[float] = []

    class Pauses(ThreadTasks):
        """Records how long it would wait, and waits no real time."""

        def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
            paused.append(seconds)
            return super().wait(holds, 0.0)

    with drafting(log=(log := SlowTable(look_s=look_s))) as one:
        one.sessions = replace(one.sessions, clock=lambda: log.now, tasks=Pauses)
        assert one.sessions.receive(one.partial(WORDS)) == "draft dropped"
    assert pytest.approx(pause_s) in paused


def test_a_draft_waits_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "LONGEST_WAIT_S", 0.0)
    with drafting() as one:
        one.model.feed(Finished("end"))
        assert one.sessions.receive(one.partial(WORDS)) == "draft dropped"


def pin(code: Digits) -> str:
    """Check a PIN."""
    return code


UNDRAFTED: dict[str, tuple[Agent, Callable[[Drafting], Any], str]] = {
    "an agent that does not draft": (replace(QUICK, speculates=False), lambda _: None, WORDS),
    "an agent without partial prompts": (replace(QUICK, partial_prompts=False), lambda _: None, WORDS),
    "words that are answered without a model": (replace(QUICK, answers={WORDS: "At nine."}), lambda _: None, WORDS),
    "a private number": (QUICK, lambda _: None, "My card is 4242 4242 4242."),
    "nothing said": (QUICK, lambda _: None, " "),
    "a closed call": (QUICK, lambda one: one.put(1900, Closed(1000)), WORDS),
    "a call whose time is up": (QUICK, lambda one: one.put(1900, TimeUp()), WORDS),
    "a prompt that is there": (QUICK, lambda one: one.put(2001, Prompt(WORDS)), WORDS),
    "digits that are keyed in": (
        replace(QUICK, tools=[ask_digits(pin, saying="Your PIN?", length=4)]),
        lambda one: one.put(1900, DigitsRequested("pin", "{}")),
        WORDS,
    ),
}


@pytest.mark.parametrize(("agent", "before", "text"), UNDRAFTED.values(), ids=UNDRAFTED)
def test_nothing_is_drafted(agent: Agent, before: Callable[[Drafting], Any], text: str) -> None:
    with drafting(agent) as one:
        before(one)
        assert one.sessions.receive(one.partial(text)) == "partial"
        assert one.model.asked == []


def test_nothing_is_drafted_once_the_calls_tokens_are_used_up() -> None:
    with drafting() as one:
        sessions = replace(one.sessions, limits=Limits(tokens_per_call=10))
        one.put(1900, DraftDropped(Usage(10)))
        assert sessions.receive(one.partial(WORDS)) == "partial"
        assert one.model.asked == []


def test_nothing_is_drafted_where_the_model_keeps_the_call() -> None:
    with drafting() as one:
        sessions = replace(one.sessions, drafts=False)
        assert sessions.receive(one.partial(WORDS)) == "partial"
        assert one.model.asked == []


@pytest.mark.parametrize("broken", ["read", "append DraftBegun"])
def test_a_log_that_fails_drops_a_draft(broken: str) -> None:
    log = TroubledLog()
    with drafting(log=log) as one:
        log.broken.add(broken)
        one.model.feed(Finished("end"))
        assert one.sessions.receive(one.partial(WORDS)) in ("partial", "draft dropped")
        assert said(one) == ""


def test_a_prompt_whose_draft_cannot_be_reached_is_answered() -> None:
    log = TroubledLog()
    with drafting(log=log) as one:
        one.draft_is_logged()
        log.broken.add("later")
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.receive(one.prompt(WORDS)) == "answered"


class LostReplies(MemoryLog):
    """A table that puts a claim, and does not say so at first."""

    def append(self, log: str, entry: Entry) -> bool:
        fresh = super().append(log, entry)
        if fresh and isinstance(entry.event, AnswerClaimed):
            raise OUT_OF_REACH
        return fresh


def test_a_claim_whose_reply_is_lost_is_looked_up() -> None:
    log = LostReplies()
    with drafting(log=log) as one:
        one.draft_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert one.sessions.receive(one.prompt(WORDS)) == "answered"
        assert said(one) == "At nine."


class SlowReplies(LostReplies):
    """The same table, which takes two seconds to fail, and then fails the first look for the claim at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed, self.looked = 0.0, False

    def append(self, log: str, entry: Entry) -> bool:
        self.passed += 2.0 * (isinstance(entry.event, AnswerClaimed) and not self.passed)
        return super().append(log, entry)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        if kinds == (AnswerClaimed,) and not self.looked:
            self.passed, self.looked = self.passed + 0.1, True
            raise OUT_OF_REACH
        return super().later(log, key, kinds)

    def clock(self) -> float:
        return monotonic() + self.passed


def test_a_claim_is_looked_up_though_the_table_is_slow() -> None:
    log = SlowReplies()
    with drafting(log=log) as one:
        one.draft_is_logged()
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert replace(one.sessions, clock=log.clock).receive(one.prompt(WORDS)) == "answered"


class HangingLook(WatchedLog):
    """A table whose first look after the prompt fails after some seconds. Nothing else takes time by its clock."""

    def __init__(self, hangs_s: float = 3.0) -> None:
        super().__init__()
        self.now, self._hangs_s = 0.0, hangs_s

    def append(self, log: str, entry: Entry) -> bool:
        self.now += 3.0 * isinstance(entry.event, AnswerClaimed)
        return super().append(log, entry)

    def later(self, log: str, key: Key, kinds: tuple[type[Event], ...] = ()) -> tuple[Entry, ...]:
        found = super().later(log, key, kinds)
        if self.now == 0.0 and any(isinstance(entry.event, Prompt) for entry in found):
            self.now = self._hangs_s
            raise OUT_OF_REACH
        return found


def test_a_draft_that_saw_its_prompt_late_covers_the_silence() -> None:
    with drafting(log=(log := HangingLook())) as one:
        ports = replace(one.sessions.ports, line=(line := HeardLine()))
        one.sessions = replace(one.sessions, ports=ports, clock=lambda: log.now)
        draft = one.drafted()
        one.prompt_is_logged()
        line.wait_for(1)
        one.model.feed(TextDelta("At nine."), Finished("end"))
        assert draft.result(WAIT_S) == "answered"
