from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.call.call import Call, fold
from functions.relay.call.history import (
    BY_KEY,
    CALL_BEGINS,
    INTERRUPTED,
    KEPT_TURNS,
    LONG_LOG_ENTRIES,
    MOST_MESSAGES,
    UNANSWERED,
    history,
    snapshot,
)
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    DigitsRequested,
    DraftDropped,
    Ending,
    Entry,
    KeyPressed,
    SessionOpened,
    Silent,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Slot
from functions.relay.text.private import HELD
from functions.relay.wire.messages import Info, Interrupt, Prompt
from functions.relay.wire.model import AgentMessage, CallerMessage, Message, ToolCall, ToolResult, ToolResults, Usage
from tests.relay.scenes import Scene, answer, at, opened, played, problems, scenes, under


def spoken_turn(number: int, reports: bool = True) -> list[Entry]:
    """A question, its answer, and the line's report of it."""
    moment = 1000 * number
    log = [at(moment, Prompt(f"Question {number}?")), *answer(moment, f"Answer {number}.")]
    return [*log, *([played(moment + 500, f"Answer {number}.")] if reports else [])]


def spoken(turns: int, reports: bool = True) -> list[Entry]:
    log = [opened(greeting="Hello!"), *([played(500, "Hello!")] if reports else [])]
    return log + [entry for number in range(1, turns + 1) for entry in spoken_turn(number, reports)]


@pytest.mark.parametrize(
    ("acts", "cut", "how", "told"),
    [
        (True, True, "complete", f"They know the code. {INTERRUPTED}"),
        (True, False, "superseded", f"They know the code. {INTERRUPTED}"),
        (True, False, "complete", "They know the code."),
        (False, True, "complete", "They know the code."),
    ],
    ids=["cut", "not sent", "heard", "only a text"],
)
def test_what_a_tool_did_for_the_caller_is_not_told_as_done(acts: bool, cut: bool, how: Ending, told: str) -> None:
    called = under(1000, 101, ToolCalled("t1", "tell", "{}"))
    returned = under(1000, 102, ToolReturned("t1", "They know the code.", acts=acts))
    said = [under(1000, 200, AgentSaid("It is one two three.")), under(1000, 299, AnswerEnded(how))]
    interrupt = [at(2000, Interrupt("It is"))] if cut else []
    log = [opened(), at(1000, Prompt("The code?")), called, returned, *said, *interrupt, at(3000, Prompt("What?"))]
    (results,) = [one for one in history(fold(log)) if isinstance(one, ToolResults)]
    assert [one.text for one in results.results] == [told]


class TestHistory:
    def test_the_history_of_a_new_call_begins_with_a_caller_line(self) -> None:
        assert history(fold([opened(greeting="Hello!"), *spoken_turn(1)])) == (
            CALL_BEGINS,
            AgentMessage("Hello!"),
            CallerMessage("Question 1?"),
            AgentMessage("Answer 1."),
        )

    def test_the_history_of_a_resumed_session_begins_with_older_turns(self) -> None:
        log = [
            opened(greeting="Where were we?", remembered=(CallerMessage("Hi"), AgentMessage("Hel"))),
            *spoken_turn(1),
        ]
        assert history(fold(log)) == (
            CallerMessage("Hi"),
            AgentMessage("Hel Where were we?"),
            CallerMessage("Question 1?"),
            AgentMessage("Answer 1."),
        )

    @pytest.mark.parametrize(
        ("acts", "told"),
        [
            (
                ("Booked.", False),
                '(The caller pressed 1.) (The function of this key returned: <result>"Booked."</result>) Hello?',
            ),
            (
                ("look failed.", True),
                '(The caller pressed 1.) (The function of this key failed: <result>"look failed."</result>) Hello?',
            ),
            ((), f"(The caller pressed 1.) (The function of this key was started. {UNANSWERED}) Hello?"),
        ],
        ids=["returned", "failed", "still running"],
    )
    def test_tells_what_a_key_did_if_nobody_heard_it(self, acts: tuple[str, bool], told: str) -> None:
        begun = [at(1000, KeyPressed("1")), under(1000, 101, ToolCalled(BY_KEY, "look", "{}"))]
        done = [under(1000, 102, ToolReturned(BY_KEY, *acts))] if acts else []
        log = [opened(greeting=""), *begun, *done, under(1000, 199, AnswerEnded("superseded"))]
        assert history(fold([*log, at(1004, Prompt("Hello?"))])) == (CallerMessage(told),)

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("", " (The caller has not heard what this key says: We open at nine.)"),
            ("We open", " (The caller has not heard what this key says: We open at nine.)"),
            ("We open at nine.", ""),
        ],
    )
    def test_tells_what_a_key_says_if_nobody_heard_it(self, said: str, told: str) -> None:
        log = [opened(greeting=""), at(1000, KeyPressed("1", says="We open at nine."))]
        log += [under(1000, 100, AgentSaid(said))] if said else []
        entries = [*log, under(1000, 199, AnswerEnded("superseded")), at(1004, Prompt("Hello?"))]
        assert "".join(getattr(line, "text", "") for line in history(fold(entries))) == (
            f"(The caller pressed 1.){told}{said}Hello?" if said else f"(The caller pressed 1.){told} Hello?"
        )

    def test_a_history_does_not_repeat_what_a_key_said(self) -> None:
        acts: list[ToolCalled | ToolReturned] = [
            ToolCalled(BY_KEY, "look", "{}"),
            ToolReturned(BY_KEY, "It is booked."),
        ]
        log = [under(1000, 101 + number, act) for number, act in enumerate(acts)]
        log += [opened(greeting=""), at(1000, KeyPressed("1")), *answer(1000, "It is  booked.")]
        assert history(fold(log)) == (CallerMessage("(The caller pressed 1.)"), AgentMessage("It is  booked."))

    def test_an_often_resumed_history_is_valid_for_a_model(self) -> None:
        lines: tuple[Message, ...] = ()
        for greeting in ("Hello!", "Where were we?", "", "Where were we?"):
            lines = history(
                fold([opened(greeting=greeting, remembered=lines), at(1, Prompt("Hm.")), at(2, Closed(1006))])
            )
            assert problems(lines) == []
        assert [line.text for line in lines if isinstance(line, CallerMessage)].count(CALL_BEGINS.text) == 1

    def test_remembers_a_tool_that_was_asked_before(self) -> None:
        remembered = (CallerMessage("Hi"), AgentMessage("", (ToolCall("t1", "find", "{}"),)), ToolResults(()))
        assert history(fold([opened(greeting="", remembered=remembered)])) == remembered

    def test_says_of_a_tool_without_a_result_that_it_failed(self) -> None:
        asked = under(1000, 101, ToolCalled("t1", "find", "{}"))
        log = [opened(greeting=""), at(1000, Prompt("Find it.")), asked, at(5000, Prompt("And?"))]
        assert ToolResults((ToolResult("t1", UNANSWERED, failed=True),)) in history(fold(log))

    def test_the_history_of_no_session_is_empty(self) -> None:
        assert history(Call()) == ()


class TestALongLog:
    def test_a_snapshot_stands_just_before_the_turns_that_are_kept(self) -> None:
        log = spoken(10)
        begin = snapshot(fold(log))
        assert begin is not None
        key, begun = begin
        first_kept = next(entry.key for entry in log if entry.event == Prompt(f"Question {11 - KEPT_TURNS}?"))
        assert key == first_kept.under(0)
        assert (begun.agent, begun.call, begun.caller, begun.greeting) == ("rosa", "CA1", "+15550101", "")

    def test_a_shortened_log_is_half_as_long_with_the_same_history(self) -> None:
        log = spoken(10)
        begin = snapshot(fold(log))
        assert begin
        rest = [Entry(*begin), *(entry for entry in log if entry.key > begin[0])]
        assert len(rest) < len(log) / 2
        assert history(fold(rest)) == history(fold([*log, Entry(*begin)])) == history(fold(log))

    def test_a_snapshot_counts_each_dropped_draft_once(self) -> None:
        log = spoken(10)
        drafts = [entry.key.under(Slot.DRAFT_DROPPED.at()) for entry in log if isinstance(entry.event, Prompt)]
        log += [Entry(key, DraftDropped(Usage(7))) for key in drafts]
        begin = snapshot(fold(log))
        assert begin
        rest = [Entry(*begin), *(entry for entry in log if entry.key > begin[0])]
        assert fold(rest).tokens == fold(log).tokens == 70

    @pytest.mark.parametrize("turns", range(KEPT_TURNS))
    def test_a_log_of_no_more_turns_than_are_kept_has_no_snapshot(self, turns: int) -> None:
        assert snapshot(fold(spoken(turns))) is None

    def test_a_session_that_never_opened_has_no_snapshot(self) -> None:
        assert snapshot(fold(spoken(10)[1:])) is None

    def test_a_snapshot_waits_for_held_digits_that_may_be_reworded(self) -> None:
        for number, waits in {2: False, 3: True, 6: True, 7: False}.items():
            asked, held = Prompt(f"Question {number}?"), Prompt(f"It is {HELD}")
            log = [replace(one, event=held) if one.event == asked else one for one in spoken(10)]
            assert (snapshot(fold(log)) is None) is waits, number

    @pytest.mark.parametrize(("silences", "waits"), [(0, False), (KEPT_TURNS - 1, False), (KEPT_TURNS, True)])
    def test_a_snapshot_waits_for_digits_that_an_older_turn_asked_for(self, silences: int, waits: bool) -> None:
        asks = under(10_000, 189, DigitsRequested("pin", "{}"))
        log = [*spoken(10), asks, *(at(11_000 + number, Silent(1)) for number in range(silences))]
        begin = snapshot(fold(log))
        assert (begin is None) is waits
        if begin:
            rest = [Entry(*begin), *(entry for entry in log if entry.key > begin[0])]
            assert fold(rest).collecting == fold(log).collecting == (asks.key, asks.event)

    def test_a_snapshot_waits_for_the_line_to_play_what_it_was_given(self) -> None:
        log = [entry for entry in spoken(10) if not isinstance(entry.event, Info)]
        unplayed = [*log, played(10_800, "Something else entirely.")]
        assert snapshot(fold(unplayed)) is None
        assert snapshot(fold([*unplayed, at(10_900, Interrupt(""))])) is not None

    def test_a_snapshot_does_not_wait_for_a_line_without_reports(self) -> None:
        log = spoken(10, reports=False)
        begin = snapshot(fold(log))
        assert begin
        assert history(fold([*log, Entry(*begin)])) == history(fold(log))

    def test_a_snapshot_does_not_wait_for_an_answer_without_an_end(self) -> None:
        log = [
            entry
            for entry in spoken(10)
            if not (isinstance(entry.event, AgentSaid | AnswerEnded) and entry.key.message == "id2000")
        ]
        begin = snapshot(fold(log))
        assert begin
        assert history(fold([*log, Entry(*begin)])) == history(fold(log))

    @pytest.mark.parametrize("reports", [True, False])
    def test_a_log_stays_bounded_for_hours(self, reports: bool) -> None:
        log, longest = spoken(0, reports), 0
        for number in range(1, 300):
            log += spoken_turn(number, reports)
            longest = max(longest, len(log))
            if len(log) > LONG_LOG_ENTRIES and (begin := snapshot(fold(log))):
                log = [Entry(*begin), *(entry for entry in log if entry.key > begin[0])]
        assert longest <= LONG_LOG_ENTRIES + 4
        lines = history(fold(log))
        assert len(lines) <= MOST_MESSAGES + LONG_LOG_ENTRIES
        assert lines[-1] == AgentMessage("Answer 299.")
        assert problems(lines) == []

    def test_remembers_the_parameters_of_the_call(self) -> None:
        log = [under(0, 2, SessionOpened("rosa", "CA1", "", "", "", (("tenant", "acme"),))), *spoken(10)[1:]]
        begin = snapshot(fold(log))
        assert begin
        assert begin[1].parameters == (("tenant", "acme"),)

    def test_remembers_that_the_line_reports(self) -> None:
        log = [
            *spoken(6),
            at(7000, Prompt("7?")),
            *answer(7000, how="superseded"),
            at(7001, Prompt("8?")),
            *answer(7001),
        ]
        log += [entry for number in (9, 10) for entry in spoken_turn(number, reports=False)]
        begin, cut = snapshot(fold(log)), at(12_000, Interrupt(""))
        assert begin
        assert history(fold([*log, Entry(*begin), cut])) == history(fold([*log, cut]))


@pytest.mark.slow
@given(scenes(shortest=35, longest=60), st.data())
@settings(max_examples=40, deadline=None)
def test_a_compacted_log_tells_the_same_history(scene: Scene, data: st.DataObject) -> None:
    ends = [number for number, entry in enumerate(scene.entries, 1) if isinstance(entry.event, AnswerEnded)]
    so_far = fold(scene.entries[: data.draw(st.sampled_from(ends[KEPT_TURNS:] or ends or [0]))])
    begin = snapshot(so_far)
    if begin is None or not so_far.reports or len(history(so_far)) > MOST_MESSAGES:
        return
    assert history(fold([*scene.entries, Entry(*begin)])) == history(fold(scene.entries))
