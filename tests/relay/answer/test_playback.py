"""How long a caller still hears words, in the time of one clock."""

import pytest

from functions.relay.answer.playback import CHARACTERS_PER_S, COVER_SILENCE_AFTER_S, Playback, unplayed
from functions.relay.call.call import Call, fold
from functions.relay.wire.messages import Prompt
from tests.relay.scenes import answer, at, bare, opened, played

WORDS = "x" * CHARACTERS_PER_S
"""They take a second."""


def test_words_are_played_after_those_before_them() -> None:
    playback = Playback(5.0)
    playback.play(WORDS, 6.0)
    playback.play(WORDS * 2, 6.1)
    assert playback.until == 9.0
    assert (playback.seconds(7.0), playback.seconds(9.5)) == (2.0, 0.0)
    assert playback.silence_at == 9.0 + COVER_SILENCE_AFTER_S


def test_a_space_alone_breaks_no_silence() -> None:
    playback = Playback(0.0)
    silence_at = playback.silence_at
    playback.play(" ", 3.0)
    assert playback.silence_at == silence_at


def test_a_cut_ends_the_words_that_still_play() -> None:
    playback = Playback(0.0)
    playback.play(WORDS * 4, 0.0)
    playback.cut_off(1.0)
    assert playback.until == 1.0
    playback.cut_off(2.0)
    assert playback.until == 1.0


def test_a_covered_silence_begins_anew() -> None:
    playback = Playback(0.0)
    playback.cover(8.0)
    assert playback.silence_at == 8.0 + COVER_SILENCE_AFTER_S


def test_words_of_older_answers_play_but_cover_no_silence() -> None:
    playback = Playback(0.0, older=3 * CHARACTERS_PER_S)
    assert (playback.seconds(1.0), playback.own_seconds(1.0)) == (2.0, 0.0)
    assert playback.silence_at == COVER_SILENCE_AFTER_S


def test_an_interrupt_purges_words_of_all_answers() -> None:
    playback = Playback(0.0, older=9 * CHARACTERS_PER_S)
    playback.play(WORDS * 5, 0.0)
    playback.purge(2.0)
    assert (playback.seconds(2.0), playback.until) == (0.0, 2.0)


@pytest.mark.parametrize(("waited", "sooner"), [(0.0, 0.0), (1.0, 1.0), (30.0, COVER_SILENCE_AFTER_S / 2)])
def test_a_silence_is_covered_sooner_after_a_wait(waited: float, sooner: float) -> None:
    assert Playback(0.0, waited=waited).silence_at == COVER_SILENCE_AFTER_S - sooner


def test_the_letters_that_a_line_reports_are_played() -> None:
    said = [opened(greeting=""), at(1000, Prompt("Menu?")), *answer(1000, "Pasta. Soup.")]
    assert unplayed(fold([*said, played(1400, "Pasta.")])) == len(bare("Soup."))
    assert unplayed(fold([*said, played(1400, "Pasta."), played(1900, " Soup.")])) == 0


def test_of_a_line_that_reports_nothing_no_letter_is_unplayed() -> None:
    assert unplayed(fold([opened(greeting=""), at(1000, Prompt("Menu?")), *answer(1000, "Pasta. Soup.")])) == 0
    assert unplayed(Call()) == 0
