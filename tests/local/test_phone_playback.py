"""What the caller hears and when, on the test's own clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.phone.clauses import begun, clauses, parts, utterance, words
from local.phone.options import Pace
from local.phone.playback import Begun, Interruptibility, Playback, Played, Sound, Sounded, Voice

PACE = Pace(voice=10.0, start=0.3, hold=0.5, preempted=2.0, digit=0.4, media=3.0)
NOTHING = Interruptibility(frozenset())
MAY_BE_CUT = Interruptibility(preemptible=True)


class Timeline:
    """A playback and its events, each with its second."""

    def __init__(self, *, by_word: bool = False) -> None:
        self.now = 0.0
        self.playback = Playback(PACE, self._note, by_word=by_word)
        self.events: list[tuple[float, str]] = []

    def text(
        self,
        token: str,
        *,
        last: bool = False,
        interruptibility: Interruptibility | None = None,
        at: float | None = None,
    ) -> None:
        self.until(self.now if at is None else at)
        self.playback.text(self.now, token, last, interruptibility or Interruptibility())

    def until(self, when: float) -> None:
        while (due := self.playback.deadline) is not None and due <= when:
            self.now = max(self.now, due)
            self.playback.advance(self.now)
        self.now = when

    def to_the_end(self) -> list[tuple[float, str]]:
        self.until(1000.0)
        return self.events

    def _note(self, event: Sound) -> None:
        match event:
            case Voice(on):
                shown = "on" if on else "off"
            case Played(text, _, _, whole):
                shown = text if whole else f"{text}|"
            case Begun(text):
                shown = f"<{text}"
            case Sounded(text):
                shown = f"~{text}"
        self.events.append((round(self.now, 3), shown))


@pytest.mark.parametrize(
    ("text", "closed", "rest"),
    [
        ("", [], ""),
        ("Holding", [], "Holding"),
        ("Well, yes. No", ["Well,", " yes."], " No"),
        ("It is 3.50 or 10:30. So", ["It is 3.50 or 10:30."], " So"),
        ('"Stop!" he said.', ['"Stop!"', " he said."], ""),
        ("What?! Really...", ["What?!", " Really..."], ""),
        ("Two\nlines. ", ["Two\nlines."], " "),
    ],
)
def test_text_is_split_after_punctuation_that_ends_a_clause(text: str, closed: list[str], rest: str) -> None:
    assert clauses(text) == (closed, rest)


@given(st.text(alphabet="ab .,:?!\n"))
def test_no_character_is_lost_in_the_splitting(text: str) -> None:
    closed, rest = clauses(text)
    assert "".join(closed) + rest == text


@pytest.mark.parametrize(
    ("seconds", "heard"), [(0.0, ""), (0.015, "This"), (0.5, "This"), (0.51, "This is"), (9.0, "This is it")]
)
def test_a_word_counts_as_heard_from_its_first_sound(seconds: float, heard: str) -> None:
    assert begun("This is it", seconds, 10.0) == heard


def test_the_space_before_a_chunk_takes_no_time() -> None:
    assert begun(" This is it", 0.015, 10.0) == " This"
    assert words(" This is", 10.0) == [(0.0, " This"), (0.5, " is")]


def test_a_recogniser_reports_the_utterance_so_far() -> None:
    heard = utterance("Stop it please", Pace(caller=10.0, partial=0.25, settle=0.5))
    assert heard.partials == ((0.25, "Stop"), (0.75, "Stop it"), (1.0, "Stop it please"))
    assert heard.final_after == pytest.approx(1.9)


@pytest.mark.parametrize(
    ("count", "expected"), [(1, ["a b c d e"]), (2, ["a b c", "d e"]), (9, ["a", "b", "c", "d", "e"])]
)
def test_an_utterance_may_be_finalised_in_parts(count: int, expected: list[str]) -> None:
    assert parts("a b c d e", count) == expected


def test_speech_begins_after_the_first_token_clause_by_clause() -> None:
    line = Timeline()
    for token in ("One", " two.", " Three", " four"):
        line.text(token)
    line.text("", last=True)
    assert line.to_the_end() == [(0.3, "on"), (1.1, "One two."), (2.1, " Three four"), (2.1, "off")]


def test_speech_begins_before_the_cycle_is_closed() -> None:
    line = Timeline()
    line.text("One two. Thr")
    line.until(1.2)
    assert line.events == [(0.3, "on"), (1.1, "One two.")]
    assert line.playback.open


def test_words_without_punctuation_wait_and_are_then_spoken() -> None:
    line = Timeline()
    line.text("One", at=0.0)
    line.text(" two", at=0.4)
    assert line.to_the_end() == [(0.9, "on"), (1.6, "One two"), (1.6, "off")]


def test_a_clause_that_closes_late_begins_when_it_closes() -> None:
    line = Timeline()
    line.text("One", at=0.0)
    line.text(" two.", at=0.4)
    assert line.to_the_end()[0] == (0.4, "on")


def test_the_voice_stays_on_while_it_waits_for_a_clause() -> None:
    line = Timeline()
    line.text("One. Two", at=0.0)
    line.text(" three", last=True, at=0.6)
    assert line.to_the_end() == [(0.3, "on"), (0.7, "One."), (1.6, " Two three"), (1.6, "off")]


def test_trailing_space_is_neither_spoken_nor_waited_for() -> None:
    line = Timeline()
    line.text("One. ", at=0.0)
    line.until(0.7)
    assert line.events == [(0.3, "on"), (0.7, "One."), (0.7, "off")]
    assert line.playback.idle


def test_the_space_between_two_clauses_is_kept_over_a_silence() -> None:
    line = Timeline()
    line.text("One. ", at=0.0)
    line.text("Two.", last=True, at=2.0)
    assert [text for _, text in line.to_the_end()] == ["on", "One.", "off", "on", " Two.", "off"]


def test_an_empty_token_with_last_opens_no_cycle() -> None:
    line = Timeline()
    line.text("", last=True)
    assert not line.playback.open
    assert line.to_the_end() == []


def test_complete_cycles_in_a_row_are_spoken_in_order() -> None:
    line = Timeline()
    line.text("One.", last=True)
    line.text("Two.", last=True)
    assert line.to_the_end() == [(0.3, "on"), (0.7, "One."), (1.1, "Two."), (1.1, "off")]


def test_tones_and_recordings_wait_for_the_speech_before_them() -> None:
    line = Timeline()
    line.text("One.", last=True)
    line.playback.digits(0.0, "12w#")
    line.playback.media(0.0, "https://cdn.example/a.mp3", 2, Interruptibility())
    line.text("Two.", last=True)
    assert line.to_the_end() == [
        (0.3, "on"),
        (0.7, "One."),
        (0.7, "off"),
        (2.4, "12w#"),
        (8.4, "https://cdn.example/a.mp3"),
        (8.4, "on"),
        (8.8, "Two."),
        (8.8, "off"),
    ]


def test_tones_in_the_middle_of_a_cycle_send_off_the_words_that_wait() -> None:
    line = Timeline()
    line.text("Press one")
    line.playback.digits(0.0, "1")
    assert [text for _, text in line.to_the_end()] == ["on", "Press one", "off", "1"]


def test_words_are_reported_as_they_begin_to_sound() -> None:
    line = Timeline(by_word=True)
    line.text("One two.", last=True)
    assert line.to_the_end() == [
        (0.3, "on"),
        (0.3, "<One two."),
        (0.3, "~One"),
        (0.7, "~ two."),
        (1.1, "One two."),
        (1.1, "off"),
    ]


def test_words_that_were_cut_never_sound() -> None:
    line = Timeline(by_word=True)
    line.text("One two three.", last=True)
    line.until(0.8)
    line.playback.cut(0.8)
    line.text("Four.", last=True, at=0.8)
    assert [text for _, text in line.to_the_end()] == [
        "on",
        "<One two three.",
        "~One",
        "~ two",
        "on",
        "<Four.",
        "~Four.",
        "Four.",
        "off",
    ]


def test_a_chunk_goes_by_the_token_that_begins_it() -> None:
    line = Timeline()
    line.text("One", interruptibility=NOTHING)
    line.text(" two.", last=True)
    line.until(0.5)
    assert not line.playback.yields_to("speech")


def test_a_cut_reports_the_spoken_chunk_and_drops_the_rest() -> None:
    line = Timeline()
    line.text("One. Two three four. Five.", last=True)
    line.until(1.25)
    cut = line.playback.cut(1.25)
    assert cut is not None
    assert (cut.played.text, cut.played.whole, cut.milliseconds, cut.voice) == (" Two three", False, 550, True)
    assert line.to_the_end() == [(0.3, "on"), (0.7, "One.")]
    assert line.playback.idle


def test_what_arrives_after_a_cut_is_played() -> None:
    line = Timeline()
    line.text("One two three.")
    line.until(0.5)
    line.playback.cut(0.5)
    line.text(" Four.", last=True)
    assert line.to_the_end()[1:] == [(0.8, "on"), (1.3, " Four."), (1.3, "off")]


def test_before_the_first_sound_there_is_nothing_to_cut() -> None:
    line = Timeline()
    line.text("One.", last=True)
    assert line.playback.cut(0.2) is None
    assert line.to_the_end() == [(0.3, "on"), (0.7, "One."), (0.7, "off")]


@pytest.mark.parametrize(("interruptibility", "cut"), [(MAY_BE_CUT, True), (Interruptibility(), False)])
def test_a_later_cycle_cuts_only_one_that_says_it_may_be_cut(interruptibility: Interruptibility, cut: bool) -> None:
    line = Timeline()
    line.text("One two three. Four.", last=True, interruptibility=interruptibility)
    line.text("Five.", last=True, at=0.9)
    heard = [text for _, text in line.to_the_end()]
    uncut = ["on", "One two three.", " Four.", "Five.", "off"]
    assert heard == (["on", "One two|", "off", "on", "Five.", "off"] if cut else uncut)


def test_what_preempts_is_heard_two_seconds_later() -> None:
    line = Timeline()
    line.text("One two three.", last=True, interruptibility=MAY_BE_CUT)
    line.text("Five.", last=True, at=0.9)
    assert line.to_the_end()[3:] == [(2.9, "on"), (3.4, "Five."), (3.4, "off")]


def test_the_flag_on_a_new_message_cuts_nothing() -> None:
    line = Timeline()
    line.text("One two three.", last=True)
    line.text("Five.", last=True, at=0.9, interruptibility=MAY_BE_CUT)
    assert [text for _, text in line.to_the_end()] == ["on", "One two three.", "Five.", "off"]


def test_tokens_of_one_cycle_do_not_cut_it() -> None:
    line = Timeline()
    line.text("One two three.", interruptibility=MAY_BE_CUT)
    line.text(" Four.", last=True, at=0.9, interruptibility=MAY_BE_CUT)
    assert [text for _, text in line.to_the_end()] == ["on", "One two three.", " Four.", "off"]


def test_a_recording_cuts_speech_that_may_be_cut() -> None:
    line = Timeline()
    line.text("One two three. Fo", interruptibility=MAY_BE_CUT)
    line.until(0.9)
    line.playback.media(0.9, "https://cdn.example/a.mp3", 1, Interruptibility())
    assert [text for _, text in line.to_the_end()] == ["on", "One two|", "off", "https://cdn.example/a.mp3"]


def test_a_reply_that_waits_for_its_first_sound_may_be_cut_as_well() -> None:
    line = Timeline()
    line.text("One.", last=True, interruptibility=MAY_BE_CUT)
    line.text("Two.", last=True, at=0.1)
    assert [text for _, text in line.to_the_end()] == ["on", "Two.", "off"]


def test_whether_input_stops_it_is_up_to_each_item() -> None:
    line = Timeline()
    line.text("One.", last=True, interruptibility=NOTHING)
    line.text("Two.", last=True)
    line.until(0.5)
    assert not line.playback.yields_to("speech")
    line.until(0.9)
    assert line.playback.yields_to("speech")


@given(st.lists(st.text(alphabet="ab .,?", min_size=1), max_size=12), st.integers(0, 3))
def test_a_reply_is_heard_whole_however_it_is_cut_into_tokens(tokens: list[str], gap: int) -> None:
    line = Timeline()
    for index, token in enumerate(tokens):
        line.text(token, at=index * gap * 0.3)
    line.text("", last=True)
    heard = "".join(text for _, text in line.to_the_end() if text not in {"on", "off"})
    assert heard.split() == "".join(tokens).split()
    assert line.playback.idle
    assert not line.playback.voice
