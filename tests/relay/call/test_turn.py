"""What is known of one turn. How reports of the line are credited to turns is in test_heard.py."""

from dataclasses import replace

import pytest

from functions.relay.call.turn import SAME_MOMENT_MS, Turn
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Cause,
    Ending,
    KeyPressed,
    MachineAnswered,
    Silent,
    ToolCalled,
)
from functions.relay.log.keys import Key

KEY, MENU = Key(1000, "m1"), "We have pasta. We have wine."
TURN = Turn(KEY, "What is there?", (AgentSaid(MENU),), ended=AnswerEnded("complete"), slots=(100,))
RUNNING = replace(TURN, ended=None)


def test_acts_are_grouped_by_the_request_that_led_to_them() -> None:
    look, found, say = ToolCalled("t1", "find", "{}"), AgentSaid("Let me look."), AgentSaid("Yes.")
    turn = replace(TURN, acts=(found, look, say), slots=(100, 101, 200))
    assert turn.rounds == [[found, look], [say]]
    assert Turn(KEY).rounds == [[]]
    assert turn.said == "Let me look. Yes."


@pytest.mark.parametrize(
    ("turn", "audible"),
    [
        (TURN, MENU),
        (RUNNING, ""),
        (replace(TURN, cut=True, heard="We have"), "We have"),
        (TURN.hear("We have pasta.", 2000).interrupted("We have", 3000), "We have pasta. We have"),
        (replace(TURN, takeovers=1, heard="Well, we have pasta.", reached=12), "Well, we have pasta. We have wine."),
    ],
)
def test_a_caller_heard_what_was_played(turn: Turn, audible: str) -> None:
    assert turn.audible == audible


def test_letters_of_a_cut_clause_count_as_played() -> None:
    assert TURN.hear("We have pasta.", 2000).played == 12
    assert TURN.interrupted("We have", 3000).played == 6


@pytest.mark.parametrize(
    ("how", "takeovers", "logged", "unfinished"),
    [
        ("complete", 0, True, False),
        ("superseded", 0, True, True),
        ("gone", 0, True, True),
        ("complete", 1, False, False),
        (None, 0, False, True),
    ],
)
def test_an_answer_is_finished_and_logged_or_not(
    how: Ending | None, takeovers: int, logged: bool, unfinished: bool
) -> None:
    turn = replace(TURN, ended=AnswerEnded(how) if how else None, takeovers=takeovers)
    assert (turn.logged, turn.unfinished) == (logged, unfinished)


def test_words_that_an_invocation_sent_before_it_died_are_known() -> None:
    died = replace(RUNNING, acts=(), slots=()).hear("We have pasta.", 2000)
    assert died.unlogged == "We have pasta."
    assert RUNNING.hear("Other words.", 2000).unlogged == ""


def test_words_wait_until_they_are_played_or_cut() -> None:
    assert (TURN.pending, TURN.letters_to_play) == (True, 23)
    assert not TURN.played_out().pending
    assert not replace(TURN, cut=True).pending
    assert replace(RUNNING, acts=(), slots=()).pending


def test_the_next_words_of_a_turn_are_known() -> None:
    turn = TURN.hear("We have pasta.", 2000)
    assert (turn.expects("have wine."), turn.next_words_are("We have"), turn.next_words_are("have")) == (
        True,
        True,
        False,
    )
    assert (turn.may_own("tea"), RUNNING.may_own("tea")) == (False, True)
    assert (turn.is_finished_within("We have wine. Sorry."), turn.is_finished_within("We have wine.")) == (
        True,
        False,
    )


def test_no_answer_is_heard_in_the_moment_of_its_question() -> None:
    assert [TURN.may_be_heard(1000 + SAME_MOMENT_MS + late) for late in (0, 1)] == [False, True]


def test_an_interrupt_spares_words_that_were_not_sent_yet() -> None:
    early, late = Key(1000 + SAME_MOMENT_MS, "m2"), Key(1001 + SAME_MOMENT_MS, "m2")
    assert [TURN.is_spared_by(early), TURN.is_spared_by(late)] == [True, False]
    assert replace(TURN, acts=(AgentSaid(MENU, after=str(late)),)).is_spared_by(late)
    assert not Turn(KEY).is_spared_by(early), "a greeting plays at once"
    assert replace(TURN, caller="", cause=KeyPressed("1")).is_spared_by(early)
    assert not replace(TURN, heard="We").is_spared_by(early)


def test_words_may_be_sent_after_those_of_a_reminder() -> None:
    reminder = Key(2000, "m2~silent")
    assert replace(TURN, acts=(AgentSaid(MENU, behind=str(reminder)),)).spoken_after(reminder)
    assert not TURN.spoken_after(reminder)
    assert not Turn(KEY).spoken_after(reminder)


def test_a_turn_that_seemed_cut_may_begin_after_all() -> None:
    cut = replace(TURN, cut=True)
    assert (cut.starts_with("We have"), cut.starts_with("wine"), cut.starts_with(" ")) == (True, False, False)
    assert not replace(cut, heard="We").starts_with("We have")
    assert not cut.hear("We have", 9000).cut


@pytest.mark.parametrize(
    ("text", "letters"), [("Yes. We have", 6), ("We have", 0), ("Yes. Tea", 0), ("Yes. We have pasta. We", 14)]
)
def test_a_report_may_end_with_the_first_words_of_a_turn(text: str, letters: int) -> None:
    assert TURN.starts_at_end_of(text) == letters
    assert replace(TURN, cut=True).starts_at_end_of(text) == 0


def test_a_moment_joins_a_report_and_an_interrupt() -> None:
    cut = TURN.interrupted("We have", 3000)
    assert [cut.just_cut(3000 + SAME_MOMENT_MS + late) for late in (0, 1)] == [True, False]
    heard = TURN.hear("We have pasta.", 2000)
    assert [heard.just_heard("pasta.", 2000 + SAME_MOMENT_MS + late) for late in (0, 1)] == [False, False]
    assert [heard.just_heard("We have pasta.", 2000 + SAME_MOMENT_MS + late) for late in (0, 1)] == [True, False]
    assert heard.interrupted("We have pasta.", 2100).fragment == ""


def test_a_report_after_an_interrupt_names_what_was_cut() -> None:
    cut = TURN.interrupted("We have pas", 3000)
    assert cut.hear("We have pas", 3100).heard == "We have pas"
    before = TURN.interrupted("We have w", 3000)
    assert before.hear("We have pasta.", 3100).heard == "We have pasta."
    late = TURN.interrupted("pasta.", 3000).hear("have wine.", 3100)
    assert (late.heard, late.fragment, late.skipped) == ("We have pasta. have wine.", "", "We")


def test_words_after_a_gap_do_not_make_those_before_them_heard() -> None:
    cut = TURN.hear("We have", 2000).interrupted("", 2500)
    late = cut.hear("wine.", 9000)
    assert (late.heard, late.skipped, late.letters_to_play) == ("We have wine.", "pasta.Wehave", 0)
    assert late.just_skipped("pasta. We have", 9100)
    assert late.hear("pasta. We have", 9100).heard == "We have pasta. We have wine."
    assert cut.hear("tea", 9000).heard == "We have tea"


@pytest.mark.parametrize(
    ("text", "heard", "fragment"),
    [("have pasta.", "We", "have pasta."), ("", "", ""), ("tea", "", "tea")],
)
def test_a_line_without_reports_played_all_before_the_cut(text: str, heard: str, fragment: str) -> None:
    stopped = TURN.stopped(text, 3000)
    assert (stopped.heard, stopped.fragment, stopped.cut) == (heard, fragment, True)


def test_a_turn_is_stopped_once() -> None:
    once = TURN.stopped("pasta.", 3000)
    assert once.stopped("wine.", 4000) == once


def test_other_words_count_as_heard_only_while_words_may_be_missing() -> None:
    assert TURN.hear("Tea.", 2000).heard == ""
    assert RUNNING.hear("Tea.", 2000).heard == "Tea."


WAIT = replace(
    TURN, acts=(AgentSaid("One moment. Please wait.", preemptible=True), AgentSaid(MENU)), slots=(100, 200)
)


@pytest.mark.parametrize(
    ("turn", "audible"),
    [
        (WAIT, MENU),
        (WAIT.hear("One moment.", 2000), f"One moment. {MENU}"),
        (WAIT.hear("One moment.", 2000).hear("Please", 2500), f"One moment. Please {MENU}"),
        (WAIT.hear("One moment.", 2000).hear("We have pasta.", 4500), f"One moment. {MENU}"),
        (WAIT.played_out(), MENU),
        (replace(WAIT, followed=True), MENU),
        (replace(WAIT, acts=WAIT.acts[:1]), "One moment. Please wait."),
        (replace(WAIT, acts=WAIT.acts[:1], followed=True), ""),
        (replace(WAIT, acts=WAIT.acts[:1], followed=True).hear("One", 2000), "One"),
    ],
)
def test_words_cut_off_by_the_next_ones_were_not_heard(turn: Turn, audible: str) -> None:
    assert turn.audible == audible


@pytest.mark.parametrize(
    ("sent", "first_words_ms", "cause", "before"),
    [
        (4000, 500, None, True),
        (2500, 500, None, True),
        (2499, 500, None, False),
        (4000, 0, None, False),
        (4000, 500, KeyPressed("1", ""), False),
    ],
)
def test_a_late_apology_may_follow_a_newer_answer(
    sent: int, first_words_ms: int, cause: KeyPressed | None, before: bool
) -> None:
    apology = replace(TURN, acts=(AgentSaid("Sorry.", after=str(Key(sent, ""))),))
    ended = AnswerEnded("complete", first_words_ms=first_words_ms)
    newer = replace(TURN, key=Key(2000, "m2"), ended=ended, cause=cause)
    assert newer.is_sent_before(apology) is before
    behind = AgentSaid("At ten.", behind=str(apology.key))
    assert not replace(newer, acts=(behind,)).is_sent_before(apology)
    reminded = replace(behind, behind=str(Key(9000, "m9")))
    assert replace(newer, acts=(reminded,)).is_sent_before(apology) is before
    assert not newer.is_sent_before(replace(apology, acts=(AgentSaid("Sorry.", after=str(Key(sent, "m1"))),)))


@pytest.mark.parametrize(
    ("first_words_ms", "cause", "after", "sent"),
    [
        (500, None, "", 2500),
        (500, KeyPressed("1", ""), "", 0),
        (0, None, "", 0),
        (0, None, str(Key(2700, "")), 2700),
        (0, KeyPressed("1", ""), str(Key(2700, "")), 2700),
        (0, None, str(Key(2700, "m1")), 0),
    ],
)
def test_a_prompt_or_an_apology_tells_when_words_were_sent(
    first_words_ms: int, cause: KeyPressed | None, after: str, sent: int
) -> None:
    ended = AnswerEnded("complete", first_words_ms=first_words_ms)
    assert (
        replace(TURN, key=Key(2000, "m2"), acts=(AgentSaid("At ten.", after),), ended=ended, cause=cause).sent_at
        == sent
    )
    assert not replace(TURN, ended=None).sent_at


def test_a_run_has_logged_the_words_in_its_own_slots() -> None:
    acts = (AgentSaid("Well, "), ToolCalled("t1", "menu", "{}"), AgentSaid("let me see."), AgentSaid("On Friday."))
    turn = replace(TURN, acts=acts, slots=(100, 101, 200, 1100))
    assert [turn.logged_by(run) for run in (0, 1000, 2000)] == ["Well,letmesee.", "OnFriday.", ""]


@pytest.mark.parametrize(("cause", "may"), [(None, True), (Silent(1), True), (MachineAnswered("fax"), False)])
def test_the_turn_of_a_machine_has_no_words(cause: Cause | None, may: bool) -> None:
    turn = replace(RUNNING, cause=cause)
    assert turn.may_be_heard(turn.key.at + SAME_MOMENT_MS + 1) is may
    assert not turn.may_be_heard(turn.key.at + SAME_MOMENT_MS)
