"""Runs an answer with real threads and doubles of the ports."""

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from threading import Event
from time import monotonic
from typing import Any

import pytest

from functions.live import answer_runner as conducting
from functions.live import tool_runner
from functions.live.answer_context import AnswerContext
from functions.live.answer_runner import HEARTBEAT_EVERY_S, run_answer
from functions.live.barge_in import FRESH_S, WAIT_FOR_LOOK_S
from functions.live.deps import Ports
from functions.live.tasks import ThreadTasks
from functions.relay import Agent, Caller, EndCall, HandOff, Tool, ToolError, Voice, tool
from functions.relay.answer.answer import Answer
from functions.relay.answer.playback import CHARACTERS_PER_S
from functions.relay.answer.tool_round import TOO_SLOW
from functions.relay.call.call import fold
from functions.relay.call.turn import SAME_MOMENT_MS
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    EndClaimed,
    Entry,
    HandedOff,
    Heartbeat,
    LastMinute,
    NoiseEnded,
    SessionOpened,
    Silent,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import END_CLAIM, Key, call_log, session_log
from functions.relay.ports import Line, Log, Model, Sent
from functions.relay.wire.messages import Dtmf, End, Info, Interrupt, Outgoing, Prompt, Text
from functions.relay.wire.model import Finished, ModelError, Request, StreamEvent, TextDelta, ToolCall, ToolResults
from tests.doubles import MemoryLog, RecordingTimer, ScriptedModel, saying
from tests.endpoint import WAIT_S
from tests.live.ports import OUT_OF_REACH, FedModel, HeardLine, TalkingModel, TroubledLog, in_the_background

pytestmark = pytest.mark.slow

LOG = session_log("c1")
KEY = Key(100, "prompt")
ENTRIES = (
    Entry(Key(1, "setup", 2), SessionOpened("desk", "CA1", "+15550101", "+15550100")),
    Entry(KEY, Prompt("What about booking K4T9?")),
)
SCHEDULING_S = 5.0
"""Seconds that a busy machine may take to let a thread run; a model here talks far longer unless it is stopped."""


@pytest.fixture(autouse=True)
def every_thread_has_ended() -> Iterator[None]:
    """Law 7: what an answer starts has ended when it returns. Each test checks this again at its end."""
    yield
    assert parts_alive() == []


def parts_alive() -> list[str]:
    """Return the tasks of answers that still run. A line or a table of another test may have its own threads."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name in ("watch", "model", "post") or name.startswith("tool ")]


def agent(*tools: Callable[..., Any] | Tool) -> Agent:
    return Agent("You answer.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=tools)


AGENT = agent()


def begin(
    model: Model,
    line: Line,
    log: Log | None = None,
    agent: Agent = AGENT,
    *,
    allowed: float = ANSWER_DEADLINE_S,
    clock: Callable[[], float] = monotonic,
    interrupted: Key | None = None,
    read_at: float | None = None,
    known_to_reminder: frozenset[Key] | None = None,
) -> Callable[[], None]:
    """Return what gives the answer; none of its threads runs when it returns."""
    log = log or MemoryLog()
    answer = Answer(agent, fold(ENTRIES), monotonic(), allowed)
    slot = replace(
        AnswerContext(LOG, KEY, "c1", Caller("+15550101", "+15550100", "CA1"), interrupted, read_at=read_at),
        known_to_reminder=known_to_reminder,
    )

    def give() -> None:
        run_answer(
            answer, Ports(log, line, model, RecordingTimer(), MemoryLog(), MemoryLog()), slot, ThreadTasks(), clock
        )
        assert [name for name in parts_alive() if name != "tool hangs"] == []

    return give


def asking(*asks: ToolCall) -> list[StreamEvent | Exception]:
    return [*asks, Finished("tools")]


# Words


def test_words_leave_while_the_model_is_still_speaking() -> None:
    model, line = FedModel(), HeardLine()
    with in_the_background(begin(model, line)):
        model.feed(TextDelta("Good evening"))
        line.wait_for(1)
        assert line.messages == [Text("Good evening")]
        assert not model.closed.is_set()
        model.feed(TextDelta(", how can I help?"), Finished("end"))
    assert line.words == "Good evening, how can I help?"
    assert line.lasts[-1] and not any(line.lasts[:-1])


def test_words_and_end_are_logged_under_the_prompt() -> None:
    log = MemoryLog()
    begin(ScriptedModel(saying("Good ", "evening.")), HeardLine(), log)()
    said, ended = log.read(LOG)
    assert (said.event, said.key.frame) == (AgentSaid("Good evening."), KEY.frame)
    assert isinstance(ended.event, AnswerEnded)
    assert (ended.event.how, ended.key.frame) == ("complete", KEY.frame)


def test_one_message_is_on_its_way_at_a_time() -> None:
    busy = threading.Lock()
    overlaps: list[str] = []

    def fate(_: object) -> Sent:
        if not busy.acquire(blocking=False):
            overlaps.append("two at once")
            return Sent.DELIVERED
        Event().wait(0.03)  # a slow post
        busy.release()
        return Sent.DELIVERED

    line = HeardLine(fate)
    begin(ScriptedModel(saying(*(f"clause {number}, " for number in range(20)))), line)()
    assert len(line.messages) > 1
    assert not overlaps


def test_a_busy_line_gets_the_same_words_again_and_once() -> None:
    fates = iter([Sent.BUSY, Sent.DELIVERED, Sent.BUSY, Sent.DELIVERED])
    line = HeardLine(lambda _: next(fates, Sent.DELIVERED))
    begin(ScriptedModel(saying("Good evening.")), line)()
    assert line.words == "Good evening."
    assert line.tries > len(line.messages)


def test_a_line_that_raises_does_not_stop_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    def fate(message: object) -> Sent:
        raise RuntimeError(f"cannot send {message}")

    log = MemoryLog()
    begin(ScriptedModel(saying("Good evening.")), HeardLine(fate), log)()
    assert isinstance(log.events(LOG)[-1], AnswerEnded)
    assert "post failed: RuntimeError at" in caplog.text
    assert "evening" not in caplog.text


def test_an_ended_socket_ends_the_answer_with_nothing_said() -> None:
    log, model = MemoryLog(), TalkingModel(TextDelta("and "))
    begin(model, HeardLine(lambda _: Sent.GONE), log)()
    [ended] = log.events(LOG)
    assert isinstance(ended, AnswerEnded) and ended.how == "gone"
    assert model.closed.is_set()


# The caller goes on


@pytest.mark.parametrize(
    "event", [Interrupt("and"), Prompt("Wait!"), Closed(1001)], ids=lambda event: type(event).__name__
)
def test_the_model_and_the_words_stop_soon_after_the_caller_goes_on(event: Interrupt | Prompt | Closed) -> None:
    log, model, line = MemoryLog(), TalkingModel(TextDelta("and, ")), HeardLine()
    with in_the_background(begin(model, line, log)):
        line.wait_for(2)
        log.append(LOG, Entry(Key(900, "later"), event))
        after = monotonic()
        assert model.closed.wait(WAIT_S)
    assert model.closed_at - after <= FRESH_S + SCHEDULING_S
    assert max(line.times) - after <= FRESH_S + SCHEDULING_S
    assert not any(line.lasts)
    said, ended = [entry.event for entry in log.read(LOG) if entry.key.frame == KEY.frame]
    assert said == AgentSaid(line.words.strip())
    assert isinstance(ended, AnswerEnded) and ended.how == "superseded"


@pytest.mark.parametrize("event", [Interrupt("and"), Prompt("Wait!")], ids=lambda event: type(event).__name__)
def test_a_silent_model_is_left_once_the_caller_goes_on(event: Interrupt | Prompt) -> None:
    log, model, line = MemoryLog(), FedModel(), HeardLine()
    with in_the_background(begin(model, line, log)):
        model.feed(TextDelta("And then, "))
        line.wait_for(1)
        log.append(LOG, Entry(Key(900, "later"), event))
        assert model.closed.wait(WAIT_S)
    assert [one.how for one in log.events(LOG) if isinstance(one, AnswerEnded)] == ["superseded"]


@pytest.mark.parametrize("event", [Info("clientSpeaking", "on"), Dtmf("5")], ids=lambda event: type(event).__name__)
def test_what_does_not_end_a_turn_does_not_stop_the_words(event: Info | Dtmf) -> None:
    log, model, line = TroubledLog(), FedModel(), HeardLine()
    with in_the_background(begin(model, line, log)):
        log.append(LOG, Entry(Key(900, "later"), event))
        log.wait_for_looks(2)
        model.feed(TextDelta("Good evening."), Finished("end"))
    assert line.words == "Good evening."
    assert line.lasts[-1]


@pytest.mark.parametrize("interrupted", [None, Key(900, "later")], ids=["new", "known"])
def test_an_interrupt_before_the_first_word_cuts_older_words_only(
    interrupted: Key | None,
) -> None:
    log, model, line = TroubledLog(), FedModel(), HeardLine()
    log.append(LOG, Entry(Key(900, "later"), Interrupt("older words")))
    with in_the_background(begin(model, line, log, interrupted=interrupted)):
        log.wait_for_looks(1)
        model.feed(TextDelta("Good evening."), Finished("end"))
    assert line.words == "Good evening."
    assert line.lasts[-1]
    assert AgentSaid("Good evening.", after=str(Key(900, "later"))) in log.events(LOG)


@pytest.mark.parametrize("turn", [Silent(1), LastMinute(), NoiseEnded()])
@pytest.mark.parametrize("message", ["0", "zz"], ids=["an earlier id", "a later id"])
def test_words_name_the_reminder_turn_before_them(turn: Silent | LastMinute | NoiseEnded, message: str) -> None:
    log, model, line = TroubledLog(), FedModel(), HeardLine()
    log.append(LOG, Entry(begun := Key(KEY.at, message).after("x"), turn))
    with in_the_background(begin(model, line, log)):
        log.wait_for_looks(1)
        model.feed(TextDelta("Good evening."), Finished("end"))
    assert AgentSaid("Good evening.", behind=str(begun)) in log.events(LOG)


@pytest.mark.parametrize("after_ms", [0, 2, SAME_MOMENT_MS])
def test_an_interrupt_in_the_moment_of_the_turn_cuts_no_answer(after_ms: int) -> None:
    log, model, line = TroubledLog(), FedModel(), HeardLine()
    with in_the_background(begin(model, line, log, clock=slow_clock(since=1.0))):
        model.feed(TextDelta("Good "))
        line.wait_for(1)
        log.append(LOG, Entry(Key(KEY.at + after_ms, "zz"), Interrupt("older words")))
        log.wait_for_looks(3)
        model.feed(TextDelta("evening."), Finished("end"))
    assert line.words == "Good evening."
    assert line.lasts[-1]


def test_an_interrupt_in_that_moment_cuts_words_that_had_begun() -> None:
    log, model, line = MemoryLog(), FedModel(), HeardLine()
    with in_the_background(begin(model, line, log, clock=slow_clock(since=0.05))):
        model.feed(TextDelta("Good "))
        line.wait_for(1)
        log.append(LOG, Entry(Key(KEY.at + SAME_MOMENT_MS - 50, "zz"), Interrupt("Good")))
        assert model.closed.wait(WAIT_S)
    assert [one.how for one in log.events(LOG) if isinstance(one, AnswerEnded)] == ["superseded"]
    [turn] = fold((*ENTRIES, *log.read(LOG))).turns
    assert turn.cut, "the fold says the same"


def slow_clock(since: float) -> Callable[[], float]:
    """Return a clock for an answer that began `since` seconds ago. A busy machine hardly moves it."""
    began = monotonic()
    return lambda: began + since + (monotonic() - began) / 100


def test_a_known_interrupt_does_not_cut_the_words_after_it() -> None:
    log, model, line = TroubledLog(), FedModel(), HeardLine()
    log.append(LOG, Entry(interrupt := Key(900, "later"), Interrupt("older words")))
    with in_the_background(begin(model, line, log, interrupted=interrupt)):
        model.feed(TextDelta("Good "))
        line.wait_for(1)
        log.wait_for_looks(2)
        model.feed(TextDelta("evening."), Finished("end"))
    assert line.words == "Good evening."


def test_nothing_is_said_when_the_caller_goes_on_before_it() -> None:
    log, model, line = TroubledLog(), TalkingModel(TextDelta("stale ")), HeardLine()
    log.append(LOG, Entry(Key(900, "later"), Prompt("Wait!")))
    model.may_begin.clear()
    with in_the_background(begin(model, line, log)):
        log.wait_for_looks(1)
        model.may_begin.set()
    assert line.messages == []
    assert model.closed.is_set()
    [ended] = [entry.event for entry in log.read(LOG) if entry.key.frame == KEY.frame]
    assert isinstance(ended, AnswerEnded) and ended.how == "superseded"


@pytest.mark.parametrize("known", [True, False])
def test_only_a_late_prompt_of_its_moment_ends_an_answer_that_yields(known: bool) -> None:
    log, model, line, late = TroubledLog(), FedModel(), HeardLine(), Entry(Key(KEY.at, ""), Prompt("Wait!"))
    log.append(LOG, late)
    with in_the_background(begin(model, line, log, known_to_reminder=frozenset([late.key] if known else []))):
        log.wait_for_looks(1)
        model.feed(TextDelta("Are you there?"), Finished("end"))
    assert line.words == ("Are you there?" if known else "")


def test_words_wait_for_a_slow_look_and_may_stay_unsaid() -> None:
    log, model, line, later = TroubledLog(), TalkingModel(TextDelta("stale ")), HeardLine(), [0.0]
    log.append(LOG, Entry(Key(900, "later"), Prompt("Wait!")))
    log.answers_looks.clear()
    model.may_begin.clear()
    with in_the_background(begin(model, line, log, clock=lambda: monotonic() + later[0])):
        log.wait_for_looks(1)
        later[0] = 2 * FRESH_S
        model.may_begin.set()
        model.wait_for_pieces(3)
        log.answers_looks.set()
    assert line.messages == []
    assert line.tries == 0


def test_an_answer_that_begins_late_shows_at_once_that_it_is_alive() -> None:
    log, model, now = TroubledLog(), FedModel(), monotonic()
    late = begin(model, HeardLine(), log, clock=lambda: now, read_at=now - HEARTBEAT_EVERY_S)
    with in_the_background(late):
        log.wait_for_looks(2)
        model.feed(TextDelta("Good evening."), Finished("end"))
    assert Heartbeat() in [entry.event for entry in log.read(LOG)]


def test_a_log_that_cannot_be_looked_at_does_not_silence_the_agent(caplog: pytest.LogCaptureFixture) -> None:
    log, model, line = TroubledLog("later"), FedModel(), HeardLine()
    with in_the_background(begin(model, line, log)):
        log.wait_for_looks(4)
        began = monotonic()
        model.feed(TextDelta("Good evening."), Finished("end"))
    assert line.words == "Good evening."
    assert max(line.times) - began < 2 * WAIT_FOR_LOOK_S + SCHEDULING_S
    assert "a look at the log failed: DynamoDB: out of reach" in caplog.text


def test_a_log_that_cannot_append_does_not_silence_the_agent(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(reference: str) -> str:
        """Find a booking."""
        return f"{reference} is on Friday"

    ask = ToolCall("t1", "find", '{"reference": "K4T9"}')
    model, line = ScriptedModel(asking(ask), saying("On Friday.")), HeardLine()
    monkeypatch.setattr(conducting, "RETRY_END_S", 0.0)
    monkeypatch.setattr(tool_runner, "RETRY_CALL_S", 0.0)
    begin(model, line, TroubledLog("append"), agent(find))()
    assert line.words == "On Friday."
    assert "Said was not logged: DynamoDB: out of reach" in caplog.text
    assert not any(word in caplog.text for word in ("Friday", "K4T9"))


# Tools


@pytest.mark.parametrize(("broken", "times"), [("append ToolCalled", 0), ("append ToolReturned", 1)])
def test_a_tool_runs_only_once_its_call_is_logged(broken: str, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = list[str]()

    def book() -> str:
        """Book a table."""
        ran.append("once")
        return "Booked."

    monkeypatch.setattr(tool_runner, "RETRY_CALL_S", 0.0)
    model = ScriptedModel(asking(ToolCall("t1", "book", "{}")), saying("Well."))
    begin(model, HeardLine(), TroubledLog(broken), agent(book))()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert len(ran) == times
    assert [one.failed for one in told.results] == [not times]


def test_a_tool_runs_once_although_the_appends_reply_was_lost() -> None:
    class Unanswering(TroubledLog):
        def append(self, log: str, entry: Entry) -> bool:
            done = super().append(log, entry)
            if isinstance(entry.event, ToolCalled) and done:
                raise OUT_OF_REACH
            return done

    ran = list[str]()

    def book() -> str:
        """Book a table."""
        ran.append("once")
        return "Booked."

    model = ScriptedModel(asking(ToolCall("t1", "book", "{}")), saying("Done."))
    begin(model, HeardLine(), Unanswering(), agent(book))()
    assert ran == ["once"]


def find(reference: str) -> str:
    """Find a booking."""
    match reference:
        case "K4T9":
            return "It is on Friday."
        case "NONE":
            raise ToolError("There is none.")
        case "BLANK":
            raise ToolError(" ")
        case "LONG":
            raise ToolError("x" * 400_000)
        case _:
            raise ValueError(f"no such thing as {reference}")


@pytest.mark.parametrize(
    ("reference", "answer", "failed"),
    [
        ("K4T9", "It is on Friday.", False),
        ("NONE", "There is none.", True),
        ("BLANK", "find failed.", True),
        ("LONG", f"{'x' * 8_000} … (cut, it has 400000 characters)", True),
        ("SECRET42", "find failed.", True),
    ],
)
def test_what_a_tool_answers_goes_back_to_the_model_and_into_the_log(
    reference: str, answer: str, failed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    log, line = MemoryLog(), HeardLine()
    ask = ToolCall("t1", "find", f'{{"reference": "{reference}"}}')
    model = ScriptedModel(asking(ask), saying("Here you are."))
    begin(model, line, log, agent(find))()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert [(one.text, one.failed) for one in told.results] == [(answer, failed)]
    assert log.events(LOG)[:2] == [ToolCalled("t1", "find", ask.arguments), ToolReturned("t1", answer, failed)]
    assert line.words == "Here you are."
    assert reference not in caplog.text


def test_a_crashed_tool_is_logged_by_place_and_not_by_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = ScriptedModel(asking(ToolCall("t1", "find", '{"reference": "SECRET42"}')), saying("Sorry."))
    begin(model, HeardLine(), agent=agent(find))()
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.getMessage().startswith("tool find failed: ValueError at ")
    assert "test_answer_runner.py:" in record.getMessage()
    assert record.exc_info is None
    assert "SECRET42" not in caplog.text


@pytest.mark.parametrize(
    "arguments", ["", "not json", "[]", '{"reference": 7, "password": "SECRET42"}', "[" * 100_000]
)
def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: str, caplog: pytest.LogCaptureFixture) -> None:
    model, line = ScriptedModel(asking(ToolCall("t1", "find", arguments)), saying("Sorry.")), HeardLine()
    begin(model, line, agent=agent(find))()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert told.results[0].failed and "find" in told.results[0].text
    assert line.words == "Sorry."
    assert "SECRET42" not in caplog.text


def test_tools_that_were_asked_for_together_run_together() -> None:
    both = threading.Barrier(2)

    def meet(name: str) -> str:
        """Meet."""
        both.wait(WAIT_S)
        return name

    asks = [ToolCall(name, "meet", f'{{"name": "{name}"}}') for name in ("one", "two")]
    model = ScriptedModel(asking(*asks), saying("Done."))
    begin(model, HeardLine(), agent=agent(meet))()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert [(one.id, one.text, one.failed) for one in told.results] == [("one", "one", False), ("two", "two", False)]


def test_a_hanging_tool_is_given_up_at_its_deadline() -> None:
    released = Event()

    def hangs() -> str:
        """Hang."""
        released.wait(WAIT_S)
        return "too late"

    log, line = MemoryLog(), HeardLine()
    slow = tool(hangs, saying="Let me look.", deadline=0.4)
    model = ScriptedModel(asking(ToolCall("t1", "hangs", "{}")), saying("It takes too long."))
    began = monotonic()
    with in_the_background(begin(model, line, log, agent(slow))):
        line.wait_for_last()
        assert 0.4 <= monotonic() - began < WAIT_S
        released.set()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert (told.results[0].text, told.results[0].failed) == (TOO_SLOW, True)
    assert line.words == "Let me look. It takes too long."
    assert [event for event in log.events(LOG) if isinstance(event, ToolReturned)] == [
        ToolReturned("t1", TOO_SLOW, True)
    ]


def hand_over() -> HandOff:
    """Hand the caller off."""
    return HandOff("asked", to="+15550111")


def say_goodbye() -> EndCall:
    """Hang up."""
    return EndCall(saying="Goodbye!")


@pytest.mark.parametrize(
    ("ends_session", "words", "end", "how"),
    [
        (hand_over, "One moment, I'll put you through.", End('{"hand_off": "100-188"}'), "handed off"),
        (say_goodbye, "Goodbye!", End(), "goodbye"),
    ],
)
def test_the_session_is_ended_once_and_after_the_last_words(
    ends_session: Callable[[], HandOff | EndCall], words: str, end: End, how: str
) -> None:
    log, line = MemoryLog(), HeardLine()
    begin(ScriptedModel(asking(ToolCall("t1", ends_session.__name__, "{}"))), line, log, agent(ends_session))()
    assert line.words == words
    assert line.messages[-1] == end
    assert line.ends == [end]
    ended, end_claim = log.events(LOG)[-2:]
    assert isinstance(ended, AnswerEnded) and ended.how == how
    assert isinstance(end_claim, EndClaimed) and (end_claim.by, end_claim.how, end_claim.handoff) == (
        str(KEY),
        how,
        end.handoff,
    )
    assert end_claim.playing == pytest.approx(len(words) / CHARACTERS_PER_S, abs=SCHEDULING_S)


def saying_goodbye(line: HeardLine, log: Log, allowed: float = ANSWER_DEADLINE_S) -> Callable[[], None]:
    model = ScriptedModel(asking(ToolCall("t1", "say_goodbye", "{}")))
    return begin(model, line, log, agent(say_goodbye), allowed=allowed)


def test_of_two_answers_only_the_first_claim_ends_the_session() -> None:
    log, line = MemoryLog(), HeardLine()
    log.append(LOG, Entry(END_CLAIM, EndClaimed(str(Key(50, "other")), "goodbye")))
    saying_goodbye(line, log)()
    assert line.ends == []
    ended = log.events(LOG)[-2]
    assert isinstance(ended, AnswerEnded) and ended.how == "superseded"


def test_the_end_waits_until_other_answers_have_stopped() -> None:
    """They post until they have looked at the log, and Twilio refuses words after `end`."""

    class Timed(MemoryLog):
        claimed_at = 0.0

        def append(self, log: str, entry: Entry) -> bool:
            if isinstance(entry.event, EndClaimed):
                self.claimed_at = monotonic()
            return super().append(log, entry)

    log, line = Timed(), HeardLine()
    saying_goodbye(line, log)()
    assert line.times[-1] - log.claimed_at > FRESH_S


def test_an_end_is_sent_although_the_appends_reply_was_lost() -> None:
    class Unanswering(TroubledLog):
        def append(self, log: str, entry: Entry) -> bool:
            done = super().append(log, entry)
            if isinstance(entry.event, EndClaimed) and done:
                raise OUT_OF_REACH
            return done

    line = HeardLine()
    saying_goodbye(line, Unanswering())()
    assert line.ends == [End()]


def test_a_session_does_not_end_while_the_claim_cannot_be_logged() -> None:
    log, line = TroubledLog("append EndClaimed"), HeardLine()
    saying_goodbye(line, log, allowed=0.5)()
    assert line.ends == []


class Busy(MemoryLog):
    """A table that fails for the first hand-off that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def append(self, log: str, entry: Entry) -> bool:
        if isinstance(entry.event, HandedOff) and not self.refused:
            self.refused += 1
            raise OUT_OF_REACH
        return super().append(log, entry)


def test_a_hand_off_is_logged_before_the_session_ends() -> None:
    log, seen = Busy(), list[object]()

    def fate(message: Outgoing) -> Sent:
        if isinstance(message, End):
            seen.extend(log.events(call_log("CA1")))
        return Sent.DELIVERED

    begin(ScriptedModel(asking(ToolCall("t1", "hand_over", "{}"))), HeardLine(fate), log, agent(hand_over))()
    nobody = AGENT.phrases.nobody
    assert seen == [HandedOff("100-188", "asked", "+15550111", nobody=nobody, language="en-US")]
    assert log.refused == 1


def test_model_and_operator_learn_of_an_impossible_hand_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hand_on(number: str) -> HandOff:
        """Hand the caller off to a number."""
        return HandOff("asked", to=number)

    line, ask = HeardLine(), ToolCall("t1", "hand_on", '{"number": "4242"}')
    model = ScriptedModel(asking(ask), saying("I cannot."))
    begin(model, line, MemoryLog(), agent(hand_on))()
    [told] = [one for one in model.asked[1].messages if isinstance(one, ToolResults)]
    assert told.results[0].text.startswith("The caller cannot be put through: HandOff.to must be a number")
    assert (told.results[0].failed, line.words, line.ends) == (True, "I cannot.", [])
    assert "tool hand_on failed: The caller cannot be put through" in caplog.text
    assert "4242" not in caplog.text


@pytest.mark.parametrize("done", [True, False])
def test_a_newer_prompt_stops_the_end_unless_it_was_claimed(done: bool) -> None:
    class Overtaken(TroubledLog):
        def append(self, log: str, entry: Entry) -> bool:
            if not isinstance(entry.event, EndClaimed):
                return super().append(log, entry)
            if done:
                super().append(log, entry)
            super().append(log, Entry(Key(200, "newer"), Prompt("Wait!")))
            raise OUT_OF_REACH

    line = HeardLine()
    saying_goodbye(line, Overtaken())()
    assert line.ends == ([End()] if done else [])


def test_an_answer_that_must_end_the_session_sees_an_interrupt() -> None:
    """A newer prompt does not stop its heartbeats: no other answer may end the session."""

    class Interrupting(MemoryLog):
        def append(self, log: str, entry: Entry) -> bool:
            if isinstance(entry.event, EndClaimed):
                super().append(log, Entry(Key(5000, "noise"), Interrupt("Good")))
                super().append(log, Entry(Key(6000, "newer"), Prompt("Wait!")))
            return super().append(log, entry)

    def say_all() -> EndCall:
        """Hang up after many words."""
        return EndCall(saying="Goodbye! " * 60)

    log, line = Interrupting(), HeardLine(lambda message: Sent.LOST if isinstance(message, End) else Sent.DELIVERED)
    begin(ScriptedModel(asking(ToolCall("t1", "say_all", "{}"))), line, log, agent(say_all), allowed=4)()
    sent = zip(line.times, line.messages, strict=True)
    first, second = [time for time, message in sent if isinstance(message, End)][:2]
    assert second - first < len("Goodbye! " * 60) / CHARACTERS_PER_S
    assert any(isinstance(event, Heartbeat) for event in log.events(LOG))


# A model in trouble

TROUBLES: list[Exception] = [
    ModelError("throttled", "too many"),
    ModelError("refused", "no"),
    RuntimeError("my card is 4242"),
    KeyError("4242"),
    TimeoutError(),
    ConnectionResetError(),
    RecursionError("4242"),
    UnicodeDecodeError("utf-8", b"4242", 0, 1, "4242"),
    MemoryError(),
    type("AnswerWithoutAName", (Exception,), {})("4242"),
]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("words", [[], [TextDelta("It is on ")]], ids=["before the first word", "in the middle"])
def test_any_error_of_the_model_causes_an_apology(
    error: Exception, words: list[StreamEvent | Exception], caplog: pytest.LogCaptureFixture
) -> None:
    log, line, model = MemoryLog(), HeardLine(), ScriptedModel([*words, error])
    begin(model, line, log)()
    assert line.words.endswith(AGENT.phrases.undone)
    assert line.lasts[-1]
    assert model.closed == 1
    ended = log.events(LOG)[-1]
    assert isinstance(ended, AnswerEnded) and ended.how == "failed"
    assert "4242" not in caplog.text


class RefusingModel:
    """The port `Model` that fails before it has a stream."""

    def ask(self, request: Request) -> Generator[StreamEvent, None, None]:
        raise ModelError("broken", "no stream")


def test_a_model_without_a_stream_causes_an_apology() -> None:
    line = HeardLine()
    begin(RefusingModel(), line, allowed=2)()
    assert line.words == AGENT.phrases.undone


def test_a_model_that_takes_too_long_is_stopped_at_the_deadline() -> None:
    log, line, model = MemoryLog(), HeardLine(), TalkingModel(TextDelta(""))
    began = monotonic()
    begin(model, line, log, allowed=0.3)()
    assert 0.3 <= monotonic() - began < WAIT_S
    assert line.words == AGENT.phrases.late
    assert line.lasts[-1]
    ended = log.events(LOG)[-1]
    assert isinstance(ended, AnswerEnded) and ended.how == "late"
