"""The watch for a barge-in: what it reports, and when words may be sent."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from threading import Event
from time import monotonic

import pytest

from functions.live.barge_in import FRESH_S, HOLD_AT_MOST_S, BargeInWatch, Newer, speaks
from functions.live.tasks import ThreadTasks
from functions.relay.answer.actions import Interrupted, Superseded
from functions.relay.log.events import Entry
from functions.relay.log.keys import Key
from functions.relay.ports import LogError
from functions.relay.wire.messages import Info
from tests.endpoint import WAIT_S
from tests.live.ports import in_the_background

pytestmark = pytest.mark.slow

FIRST, SECOND = Interrupted(Key(1, "a")), Interrupted(Key(2, "b"))


def giving(*answers: Newer | LogError | None) -> Callable[[], Newer | None]:
    """Return one look after another, and then the last one forever."""
    looks = list(answers)

    def look() -> Newer | None:
        answer = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(answer, LogError):
            raise answer
        return answer

    return look


def test_words_may_leave_at_once_while_the_last_look_is_fresh() -> None:
    assert BargeInWatch(ThreadTasks(), giving(None), print, lambda: 0.0).may_send()


def test_words_wait_for_a_look_when_the_log_was_read_long_ago() -> None:
    watch = BargeInWatch(
        ThreadTasks(), giving(Superseded()), lambda _: None, lambda: 9.0, looked_at=9.0 - 2 * FRESH_S
    )
    with in_the_background(watch.keep):
        assert not watch.may_send()


def test_words_may_not_leave_once_the_answer_is_superseded() -> None:
    found: list[Newer] = []
    watch = BargeInWatch(ThreadTasks(), giving(Superseded()), found.append, monotonic)
    watch.keep()
    assert found == [Superseded()]
    assert not watch.may_send()


def test_an_interrupt_cuts_the_words_that_were_sent_before_it() -> None:
    found: list[Newer] = []
    allowed: list[bool] = []
    looks: Iterator[Newer] = iter([FIRST, FIRST, SECOND, SECOND, Superseded()])

    def look() -> Newer:
        newest = next(looks)
        if newest == SECOND:
            allowed.append(watch.may_send())
        return newest

    watch = BargeInWatch(ThreadTasks(), look, found.append, monotonic)
    watch.keep()
    assert found == [SECOND, Superseded()]
    assert allowed == [True, False]


def test_words_wait_for_a_look_that_is_fresh() -> None:
    now, asked, answer = [0.0], Event(), Event()

    def look() -> Newer | None:
        asked.set()
        return Superseded() if answer.wait(WAIT_S) else None

    watch = BargeInWatch(ThreadTasks(), look, lambda _: None, lambda: now[0])
    with in_the_background(watch.keep):
        assert asked.wait(WAIT_S)
        now[0] = FRESH_S * 2
        with in_the_background(watch.may_send) as allowed:
            answer.set()
            assert allowed.result(WAIT_S) is False


def test_words_leave_after_a_look_that_began_when_they_were_ready() -> None:
    now, begun, slow = [0.0], Event(), Event()

    def look() -> None:
        begun.set()
        slow.wait(WAIT_S)

    watch = BargeInWatch(ThreadTasks(), look, lambda _: None, lambda: now[0])
    now[0] = FRESH_S * 2
    with in_the_background(watch.keep), in_the_background(watch.may_send) as allowed:
        assert begun.wait(WAIT_S)
        now[0] = FRESH_S * 9
        slow.set()
        assert allowed.result(WAIT_S) is True
        watch.stop()


def test_the_finding_of_a_slow_look_counts_after_a_later_look() -> None:
    now, begun, slow = [0.0], Event(), Event()
    looks: Iterator[Newer | None] = chain([Superseded()], repeat(None))

    def look() -> Newer | None:
        found = next(looks)
        if found:
            begun.set()
            slow.wait(WAIT_S)
        return found

    found: list[Newer] = []
    watch = BargeInWatch(ThreadTasks(), look, found.append, lambda: now[0])
    with in_the_background(lambda: watch.keep(0.0)):
        assert begun.wait(WAIT_S)
        now[0] = 1.0
        with in_the_background(lambda: watch.keep(0.0)) as other:
            assert watch.may_send()
            slow.set()
            other.result(WAIT_S)
    assert found == [Superseded()]
    assert not watch.may_send()


def test_a_watch_that_is_stopped_holds_no_words_back() -> None:
    now = [0.0]
    watch = BargeInWatch(ThreadTasks(), giving(None), print, lambda: now[0])
    now[0] = FRESH_S * 2
    watch.stop()
    assert watch.may_send()


def test_a_watch_looks_again_after_a_look_that_failed() -> None:
    found: list[Newer] = []
    BargeInWatch(
        ThreadTasks(), giving(LogError("busy"), LogError("busy"), Superseded()), found.append, monotonic
    ).keep()
    assert found == [Superseded()]


def test_the_first_words_wait_for_a_caller_who_speaks_again() -> None:
    watch = BargeInWatch(ThreadTasks(), giving(None), print, lambda: 0.0)
    watch.note_voice(caller_speaks=True, began=0.0)
    with in_the_background(watch.may_send) as allowed, in_the_background(watch.keep):
        assert not allowed.done()
        watch.note_voice(caller_speaks=True, began=0.0)
        watch.note_voice(caller_speaks=False, began=0.0)
        assert allowed.result(WAIT_S) is True
        watch.stop()


def test_a_prompt_that_follows_takes_the_place_of_waiting_words() -> None:
    found: list[Newer] = []
    watch = BargeInWatch(ThreadTasks(), giving(Superseded()), found.append, monotonic)
    watch.note_voice(caller_speaks=True, began=monotonic())
    with in_the_background(watch.keep):
        assert watch.may_send() is False
    assert found == [Superseded()]


def test_what_comes_before_a_look_does_not_make_it_older() -> None:
    now, fresh = [0.0], list[bool]()

    class Noting(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            fresh.append(met())
            return fresh[-1]

    def beat() -> None:
        now[0] += 9.0

    def look() -> None:
        watch.stop()

    watch = BargeInWatch(Noting(), look, print, lambda: now[0], prepare=beat)
    watch.keep()
    fresh.clear()
    assert watch.may_send() and fresh[0]


def test_a_voice_without_an_end_holds_words_for_a_bounded_time() -> None:
    now = [0.0]

    class Patient(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            now[0] += seconds
            return met()

    watch = BargeInWatch(Patient(), giving(None), print, lambda: now[0])
    watch.note_voice(caller_speaks=True, began=0.0)
    assert watch.may_send()
    assert HOLD_AT_MOST_S <= now[0] <= HOLD_AT_MOST_S + 2


def test_an_older_look_that_comes_back_late_ends_no_voice() -> None:
    now = [0.0]

    class Patient(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            now[0] += seconds
            return met()

    watch = BargeInWatch(Patient(), giving(None), print, lambda: now[0])
    watch.note_voice(caller_speaks=True, began=0.2)
    watch.note_voice(caller_speaks=False, began=0.1)
    assert watch.may_send()
    assert now[0] >= HOLD_AT_MOST_S


def test_words_that_waited_for_a_voice_leave_after_a_fresh_look() -> None:
    now = [0.0]
    steps: list[Callable[[], object]] = []

    class Stepping(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            if not met():
                now[0] += seconds
                (steps.pop(0) if steps else bool)()
            return met()

    watch = BargeInWatch(Stepping(), giving(Superseded()), lambda _: None, lambda: now[0])
    watch.note_voice(caller_speaks=True, began=0.0)
    steps += [lambda: watch.note_voice(caller_speaks=False, began=0.1), bool, watch.keep]
    assert not watch.may_send()


def test_words_wait_for_a_voice_that_follows_at_once() -> None:
    now = [0.0]
    steps: list[Callable[[], object]] = []

    class Stepping(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            if not met():
                now[0] += 0.1
                (steps.pop(0) if steps else bool)()
            return met()

    watch = BargeInWatch(Stepping(), giving(Superseded()), lambda _: None, lambda: now[0], looked_at=5.0)
    watch.note_voice(caller_speaks=True, began=5.0)
    voices = [False, True, True, False]
    steps += [partial(watch.note_voice, speaks, 5.0) for speaks in voices]
    steps += [watch.keep]
    assert not watch.may_send()


def test_words_that_follow_others_wait_for_no_voice() -> None:
    watch = BargeInWatch(ThreadTasks(), giving(None), print, lambda: 0.0)
    assert watch.may_send()
    watch.note_voice(caller_speaks=True, began=0.0)
    assert watch.may_send()


def test_words_that_break_a_silence_wait_for_a_voice_again() -> None:
    now = [0.0]
    steps: list[Callable[[], object]] = []

    class Stepping(ThreadTasks):
        def wait(self, met: Callable[[], bool], seconds: float) -> bool:
            if not met():
                now[0] += 0.1
                (steps.pop(0) if steps else bool)()
            return met()

    watch = BargeInWatch(Stepping(), giving(Superseded()), lambda _: None, lambda: now[0], looked_at=5.0)
    assert watch.may_send()
    watch.note_voice(caller_speaks=True, began=5.0)
    steps += [partial(watch.note_voice, False, 5.0), watch.keep]
    assert not watch.may_send(breaks_silence=True)


VOICE_ON, VOICE_OFF = Info("clientSpeaking", "on"), Info("clientSpeaking", "off")


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], False),
        ([VOICE_ON], True),
        ([VOICE_ON, Info("tokensPlayed", "Hi")], True),
        ([VOICE_ON, VOICE_OFF], False),
        ([VOICE_OFF], False),
        ([Info("agentSpeaking", "on")], False),
    ],
    ids=str,
)
def test_a_caller_speaks_from_the_beginning_to_the_end_of_a_voice(frames: list[Info], expected: bool) -> None:
    assert speaks(Entry(Key(number, "a"), frame) for number, frame in enumerate(frames)) is expected
