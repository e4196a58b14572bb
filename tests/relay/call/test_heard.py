"""Whose words were heard if interruptions, reports and answers meet within moments. The simulation found them."""

import pytest

from functions.relay.call.call import fold
from functions.relay.call.history import history
from functions.relay.log.events import AgentSaid, AnswerEnded, Closed, Entry, KeyPressed, LastMinute, NoiseEnded
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Info, Interrupt, Prompt
from functions.relay.wire.model import AgentMessage
from tests.relay.scenes import GREETING, START, answer, at, opened, played, under

FIRST = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "The first, in two.")]


def agent_said(*entries: Entry) -> list[str]:
    return agent_said_in(*FIRST, *entries)


def agent_said_in(*entries: Entry) -> list[str]:
    return [line.text for line in history(fold(entries)) if isinstance(line, AgentMessage)]


def answered_after(interrupt: Entry) -> list[Entry]:
    """A second prompt, whose interrupt cut off the first answer before the second answer's words were sent."""
    said = AgentSaid("The second, in two.", after=str(interrupt.key))
    return [at(2000, Prompt("Two?")), interrupt, under(2000, 100, said), under(2000, 199, AnswerEnded("complete"))]


def test_an_interrupt_after_words_that_came_at_once_cuts_them() -> None:
    said, ended = AgentSaid("The second, in two."), AnswerEnded("complete", first_words_ms=30)
    drafted = [at(2000, Prompt("Two?")), under(2000, 100, said), under(2000, 199, ended)]
    cut = [played(1500, "The first,"), *drafted, at(2150, Interrupt("in two."))]
    assert agent_said(*cut) == ["The first, in two."]


def test_an_interrupt_before_the_first_words_does_not_cut_them() -> None:
    second = answered_after(at(2300, Interrupt("The first,")))
    assert agent_said(played(1500, "The first,"), *second) == ["The first,", "The second, in two."]


def kept_back(reminder: Entry, first: str) -> list[Entry]:
    """A prompt whose invocation was slow to begin, so that a reminder with a newer key spoke first."""
    said = AgentSaid("The second, in two.", behind=first)
    spoken = under(2500, 100, AgentSaid("A minute left."), "x~minute")
    prompt = at(2000, Prompt("Two?"), "f")
    ended = [under(2000, 199, AnswerEnded("complete"), "f"), under(2500, 199, AnswerEnded("complete"), "x~minute")]
    return [prompt, reminder, under(2000, 100, said, "f"), spoken, *ended]


def test_words_after_a_reminders_are_cut_after_them() -> None:
    minute = at(2500, LastMinute(), "x~minute")
    heard = [played(1500, "The first, in two."), played(4000, "A minute left."), played(5000, "The second,")]
    late = [*kept_back(minute, str(minute.key)), *heard, at(5000, Interrupt("The second,"), "a")]
    assert agent_said(*late) == ["The first, in two. A minute left.", "The second,"]


def test_an_apology_before_a_reminders_words_is_played_before_them() -> None:
    minute = at(2500, LastMinute(), "x~minute")
    apology = under(2000, 90, AgentSaid("Sorry.", after=str(at(3000, LastMinute()).key)), "f")
    ended = [under(2000, 91, AnswerEnded("failed"), "f"), under(2500, 199, AnswerEnded("complete"), "x~minute")]
    spoken = under(2500, 100, AgentSaid("A minute left."), "x~minute")
    heard = [played(3500, "The first, in two. Sorry."), at(4000, Interrupt("A"), "a")]
    late = [at(2000, Prompt("Two?"), "f"), apology, minute, spoken, *ended, *heard]
    assert agent_said(*late) == ["The first, in two.", "Sorry. A"]


def test_words_before_a_reminders_are_played_before_them() -> None:
    minute = at(2500, LastMinute(), "x~minute")
    heard = [played(1500, "The first, in two."), played(4000, "A minute left.")]
    assert agent_said(*kept_back(minute, ""), *heard) == ["The first, in two.", "The second, in two. A minute left."]


def test_a_second_interrupt_cuts_them_before_its_report() -> None:
    second = answered_after(at(2300, Interrupt("The first,")))
    cut = [at(3000, Interrupt("The second,"), "a"), played(3000, "The second,", "b")]
    assert agent_said(played(1500, "The first,"), *second, *cut) == ["The first,", "The second,"]


def test_words_that_seemed_to_be_cut_are_cut_where_they_really_were() -> None:
    second = [at(2000, Prompt("Two?")), *answer(2000, "The second, in two.")]
    late = at(2300, Interrupt("The first,"))
    cut = [at(3000, Interrupt("The second,"), "a"), played(3000, "The second,", "b")]
    assert agent_said(played(1500, "The first,"), *second, late, *cut) == ["The first,", "The second,"]


def test_a_clause_of_two_answers_is_heard_of_both() -> None:
    second = [at(2000, Prompt("Two?")), *answer(2000, "And the second.")]
    heard = [played(1500, "The first,"), played(3000, " in two. And"), at(3500, Interrupt("the"), "a")]
    assert agent_said(*second, *heard) == ["The first, in two.", "And the"]


def test_two_reports_at_an_interrupt_count_once_in_any_order() -> None:
    cut = [at(1500, Interrupt("in"), "a"), played(1500, "The first,", "b"), played(1500, " in", "c")]
    assert agent_said(*cut) == ["The first, in"]


def test_words_after_a_gap_belong_to_the_playing_answer() -> None:
    first = [
        *answer(1000, "Well. Sorry. Again?", how="superseded"),
        played(1500, "Well."),
        at(1500, Interrupt("Well."), "z"),
    ]
    second = [at(2000, Prompt("Two?")), *answer(2000, "Hm. Sorry. Again?"), played(3000, "Hm.")]
    log = [opened(greeting=""), at(1000, Prompt("One?")), *first, *second, played(5000, "Again?")]
    assert agent_said_in(*log, at(5500, Interrupt(""))) == ["Well.", "Hm. Sorry. Again?"]


def test_a_repeated_sentence_is_heard_twice_after_an_interrupt() -> None:
    twice = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "Well. Let me look. Let me look.")]
    cut = [played(1500, "Well."), at(1500, Interrupt("Well."), "z")]
    late = [played(2400, " Let me look."), played(2800, "Let", "a"), at(2800, Interrupt("Let"), "b")]
    assert agent_said_in(*twice, *cut, *late) == ["Well. Let me look. Let"]
    late = [played(2400, " Let me look."), at(2800, Interrupt("Let"), "a"), played(2800, "Let", "b")]
    assert agent_said_in(*twice, *cut, *late) == ["Well. Let me look. Let"]


def test_a_slightly_late_report_is_of_words_before_the_interrupt() -> None:
    cut = [at(1500, Interrupt("in"), "a"), played(1503, " in"), played(1506, "The first,")]
    assert agent_said(*cut) == ["The first, in"]


def test_a_clause_shared_by_a_cut_answer_and_the_next_is_of_both() -> None:
    second = [at(2000, Prompt("Two?")), *answer(2000, "Late words", how="superseded")]
    third = [at(4000, Prompt("Three?")), *answer(4000, "The third.")]
    cut = [played(1500, "The first,"), at(3000, Interrupt("in"), "a"), played(3000, " in", "b")]
    assert agent_said(*second, *cut, *third, played(5000, "Late words The third.")) == [
        "The first, in",
        "Late words",
        "The third.",
    ]


def test_late_words_do_not_revive_what_an_interrupt_dropped() -> None:
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "Well. Let me look. Yes.")]
    for cut in ([played(1500, "Well."), at(1500, Interrupt("Well."), "z")], [at(1500, Interrupt("Well."))]):
        assert agent_said_in(*first, *cut, played(1600, "Yes.")) == ["Well. Yes."]


def test_words_said_again_after_a_noise_are_not_late_words() -> None:
    noise = Entry(at(2000, Interrupt("One."), "a").key.after("noise"), NoiseEnded())
    again = [
        Entry(noise.key.under(100), AgentSaid("Two. Three.")),
        Entry(noise.key.under(199), AnswerEnded("complete")),
    ]
    cut = [at(1000, Prompt("Count.")), *answer(1000, "One. Two. Three."), at(2000, Interrupt("One."), "a")]
    call = fold([opened(greeting=""), *cut, noise, *again, played(5000, "Three."), played(5010, "Two.")])
    assert [turn.audible for turn in call.turns[-2:]] == ["One.", "Two. Three."]


def test_late_words_with_odd_stamps_count_once_in_order() -> None:
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "Well. Let me look. Yes.")]
    cut = [played(1500, "Well."), at(1500, Interrupt("Well."), "z")]
    late = [played(2400, "Yes."), played(2403, "Let me look.")]
    assert agent_said_in(*first, *cut, *late) == ["Well. Let me look. Yes."]


def test_late_words_of_a_cut_answer_are_its_own() -> None:
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "Well. Let me look.", how="superseded")]
    cut = [played(1500, "Well."), at(1500, Interrupt("Well."), "z")]
    second = [at(2000, Prompt("Two?")), *answer(2000, "Hm. Let me look.")]
    assert agent_said_in(*first, *cut, *second, played(2400, "Let me look."), at(3000, Interrupt(""))) == [
        "Well. Let me look."
    ]


def test_unclaimed_words_belong_to_the_newest_open_answer() -> None:
    noise = Entry(at(2000, Interrupt("The first,"), "cut").key.after("noise"), NoiseEnded())
    cut = [played(1500, "The first,"), at(2000, Interrupt("The first,"), "cut")]
    killed = [at(4000, Prompt("Two?")), played(4700, "The second,"), at(4800, Interrupt("The second,"))]
    call = fold([*FIRST, *cut, noise, *killed])
    assert [(turn.caller, turn.heard) for turn in call.turns] == [
        ("One?", "The first,"),
        ("", ""),
        ("Two?", "The second,"),
    ]


def test_an_interrupt_before_an_apology_left_does_not_cut_it() -> None:
    apology = AgentSaid("Sorry! Again?", after=str(Key(START + 4000, "")))
    second = [at(2000, Prompt("Two?")), under(2000, 90, apology), under(2000, 91, AnswerEnded("failed"))]
    cut = [played(1500, "The first,"), at(3000, Interrupt("The first,"))]
    third = [at(3500, Prompt("Three?")), *answer(3500, "Sorry! Later?")]
    heard = [played(4500, "Sorry!"), played(5000, "Again?"), played(5500, "Sorry!"), played(6000, "Later?")]
    assert agent_said(*cut, *second, *third, *heard) == ["The first,", "Sorry! Again?", "Sorry! Later?"]


def test_a_line_that_reports_nothing_was_heard_up_to_the_interrupt() -> None:
    assert agent_said(at(1500, Interrupt("The first,"))) == ["The first,"]


def apologised(first_words_ms: int, sent: int) -> list[Entry]:
    """A prompt whose apology came late, beside the answer to a newer prompt, on a line that reports nothing."""
    ended = AnswerEnded("complete", first_words_ms=first_words_ms)
    second = [at(2000, Prompt("Two?")), under(2000, 100, AgentSaid("At ten.")), under(2000, 999, ended)]
    late = [
        under(1000, 90, AgentSaid("Sorry, again?", after=str(Key(START + sent, "")))),
        under(1000, 91, AnswerEnded("failed")),
    ]
    return [opened(greeting=""), at(1000, Prompt("One?")), *late, *second, at(5000, Interrupt("Sorry,"))]


@pytest.mark.parametrize(
    ("sent", "heard"), [(3000, ["Sorry,", "At ten."]), (2100, ["Sorry,"])], ids=["after", "before"]
)
def test_a_late_apology_is_played_after_a_newer_answer(sent: int, heard: list[str]) -> None:
    assert agent_said_in(*apologised(400, sent)) == heard


def test_a_line_that_reports_tells_whether_an_apology_was_first() -> None:
    """The answer seems to be the first one: its invocation began late, and only the line knows that."""
    *line, cut = apologised(400, 3000)
    assert agent_said_in(*line, at(4500, Info("tokensPlayed", "Sorry,")), cut) == ["Sorry,"]


def test_words_behind_late_words_of_a_cut_answer_are_unheard() -> None:
    cut = [at(1500, Interrupt("The first,"), "a"), at(2000, Prompt("Two?")), *answer(2000, "Another.")]
    assert agent_said(*cut, at(3000, Interrupt("in two."))) == ["The first,"]


def test_an_interrupt_after_all_was_played_cuts_nothing() -> None:
    all_played = [played(1500, "The first, in two."), at(2500, Interrupt("Good evening!"))]
    assert agent_said(*all_played) == ["The first, in two."]


def test_a_closed_line_plays_nothing_more() -> None:
    assert agent_said(played(1500, "The first,"), at(2000, Closed(1000))) == ["The first,"]


def test_an_interrupt_between_two_answers_cuts_the_second() -> None:
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "The first, in two")]
    second = [at(2000, Prompt("Two?")), *answer(2000, "And the second.")]
    heard = [played(1500, "The first,"), at(3500, Interrupt("in two And"), "a")]
    assert agent_said_in(*first, *second, *heard) == ["The first, in two", "And"]


def test_an_interrupt_does_not_cut_the_same_words_later() -> None:
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "Your code, please.")]
    second = [at(1200, Prompt("Two?")), *answer(1200, "Well. Your code, please.")]
    cut = [played(2000, "Your code, please.", "a"), at(2001, Interrupt("Your code, please."), "b")]
    assert [turn.audible for turn in fold([*first, *second, *cut]).turns] == ["Your code, please.", ""]


def test_words_of_nobody_are_not_of_an_overtaken_answer() -> None:
    noise = Entry(at(2000, Interrupt("The first,"), "cut").key.after("noise"), NoiseEnded())
    cut = [played(1500, "The first,"), at(2000, Interrupt("The first,"), "cut")]
    newer = [at(4000, Prompt("Two?")), *answer(4000, "The second."), played(5000, "The second.")]
    assert agent_said(*cut, noise, *newer, played(6000, "Unknown.")) == ["The first,", "The second."]


def test_words_of_the_moment_of_a_key_are_older() -> None:
    killed = [opened(greeting=""), at(1000, Prompt("One?"))]
    key = [at(3000, KeyPressed("9", "Nine."), "key"), played(3000, "On Friday,"), at(3005, Interrupt("On Friday,"))]
    assert [turn.audible for turn in fold([*killed, *key]).turns] == ["On Friday,", ""]


def test_late_words_of_one_turn_are_not_split_between_two() -> None:
    late = [under(1000, 101, AgentSaid("— Sorry, wait.")), under(1000, 199, AnswerEnded("failed"))]
    first = [opened(greeting=""), at(1000, Prompt("One?")), under(1000, 100, AgentSaid("One, two.")), *late]
    second = [at(2000, Prompt("Two?")), *answer(2000, "Sorry, again.")]
    heard = [played(1500, "One,"), at(1502, Interrupt("One,")), played(2400, "— Sorry,"), played(2600, "wait.")]
    assert agent_said_in(*first, *second, *heard) == ["One, — Sorry, wait.", "Sorry, again."]


REPLACED = [
    opened("Rosa's, hello!", preemptible=True), played(400, "Rosa's,"),
    at(1000, Prompt("One?")), *answer(1000, "The first, in two. Or in three, perhaps."),
    played(1500, "The first,"), at(2000, Prompt("Two?")),
]  # fmt: skip


def test_what_a_newer_answer_will_cut_off_is_not_told_as_heard() -> None:
    assert agent_said_in(*REPLACED) == ["Rosa's,", "The first,"]
    assert agent_said_in(opened(preemptible=True), at(500, Prompt("One?"))) == [GREETING]


def test_words_that_a_newer_answer_cut_off_are_not_history() -> None:
    replaced = [*answer(2000, "Or in three?"), played(2600, "in two. Or"), played(5100, "Or in three?")]
    third = at(6000, Prompt("Three?"))
    assert agent_said_in(*REPLACED, *replaced, third) == ["Rosa's,", "The first, in two. Or", "Or in three?"]
    assert not any(turn.pending for turn in fold([*REPLACED, *replaced, third]).turns[:-1])


def test_words_that_no_newer_answer_cuts_off_are_history() -> None:
    silent = [under(2000, 199, AnswerEnded("complete")), played(2600, "in two."), played(4000, "Or in three,")]
    whole = [*REPLACED, *silent, played(4500, "perhaps."), at(6000, Prompt("Three?"))]
    assert agent_said_in(*whole) == ["Rosa's,", "The first, in two. Or in three, perhaps."]


def test_reports_that_swap_at_a_key_are_of_the_older_words() -> None:
    key, said = at(2000, KeyPressed("1", says="We open at nine."), "k"), AgentSaid("We open at nine.")
    swapped = [played(2000, "Or in three.", "a"), played(2000, "in two.", "b"), played(3500, "Or in four.")]
    first = [opened(greeting=""), at(1000, Prompt("One?")), *answer(1000, "First, in two. Or in three. Or in four.")]
    turns = fold([*first, played(1500, "First,"), key, *swapped, under(2000, 100, said, "k")]).turns
    assert [turn.heard for turn in turns] == ["First, in two. Or in three. Or in four.", ""]


def test_swapped_reports_of_words_cut_off_both_count() -> None:
    replaced = [*answer(2000, "In four."), played(2600, "Or in"), played(2603, "in two."), played(5100, "In four.")]
    assert agent_said_in(*REPLACED, *replaced)[1:] == ["The first, in two. Or in", "In four."]


def test_a_lost_report_of_words_cut_off_is_not_made_up() -> None:
    replaced = [*answer(2000, "In four."), played(5100, "In four."), at(6000, Prompt("Three?"))]
    assert agent_said_in(*REPLACED, *replaced)[1:] == ["The first,", "In four."]


def test_a_reminder_cuts_off_words_as_well() -> None:
    minute = at(3000, LastMinute(), "x~minute")
    told = [minute, under(3000, 100, AgentSaid("A minute is left."), "x~minute")]
    told.append(under(3000, 199, AnswerEnded("complete"), "x~minute"))
    assert agent_said_in(*REPLACED[:-1], *told)[1:] == ["The first, A minute is left."]


SORRY = "Sorry, something went wrong."
CUT_BEFORE_SORRY = [
    *FIRST[:2],
    *answer(1000, f"One moment, please. {SORRY}"),
    played(1500, "One moment,", "a"),
    at(1500, Interrupt("One moment,"), "b"),
    at(2000, Prompt("Two?")),
]
"""The first answer was cut before its stock phrase, which the second answer says too."""


def test_a_phrase_that_two_answers_say_is_heard_in_the_newer_one() -> None:
    apology = AgentSaid(SORRY, after=str(Key(START + 2300, "")))
    second = [under(2000, 90, apology), under(2000, 91, AnswerEnded("failed"))]
    swapped = [played(3000, "something", "a"), played(3000, "Sorry,", "b"), at(3000, Interrupt("something"), "c")]
    assert agent_said_in(*CUT_BEFORE_SORRY, *second, *swapped) == ["One moment,", "Sorry, something"]


def test_late_words_are_not_of_an_answer_that_had_not_spoken_yet() -> None:
    said, ended = AgentSaid(f"Well. {SORRY}"), AnswerEnded("complete", first_words_ms=1000)
    second = [under(2000, 100, said), under(2000, 199, ended), played(2900, "Sorry,")]
    assert agent_said_in(*CUT_BEFORE_SORRY, *second) == ["One moment, Sorry,", said.text]


def test_late_words_that_go_on_are_heard_in_their_own_answer() -> None:
    said, ended = AgentSaid(f"Well. {SORRY}"), AnswerEnded("complete", first_words_ms=500)
    second = [under(2000, 100, said), under(2000, 199, ended), played(3000, "please."), played(3400, "Sorry,")]
    assert agent_said_in(*CUT_BEFORE_SORRY, *second) == ["One moment, please. Sorry,", said.text]
