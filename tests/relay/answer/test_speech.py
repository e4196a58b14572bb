from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.answer.playback import Playback
from functions.relay.answer.script import Script, SpeakingOptions
from functions.relay.answer.speech import BUSY_GAP_S, BUSY_TRIES, CLAUSE_GAP_S, CLOSING_S, LONGEST_GAP_S, Speech
from functions.relay.answer.states import SpeechState
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Language, Media, Outgoing, Text, Tones

EPSILON = 0.001


class Talk(Speech):
    """A speech with its script."""

    def __init__(self, lead: str = "", options: SpeakingOptions | None = None) -> None:
        self.script = Script(lead, options or SpeakingOptions())
        self.playing = Playback(0.0)
        super().__init__(self.script, self.playing)

    @property
    def done(self) -> bool:
        return self.state is SpeechState.SPOKEN

    @property
    def gone(self) -> bool:
        return self.state is SpeechState.GONE


@dataclass
class Line:
    """Delivers each message some time after it was sent, and records when each was sent."""

    speech: Talk
    takes: float = 0.03
    now: float = 0.0
    left: list[tuple[float, Outgoing]] = field(default_factory=list)
    arrives_at: float | None = None

    def until(self, moment: float) -> "Line":
        """Let time pass, and do everything that is due meanwhile."""
        while (due := self._next()) is not None and due <= moment:
            self.now = max(self.now, due)
            if self.arrives_at is not None and self.arrives_at <= self.now:
                self.arrives_at = None
                self.speech.sent(Sent.DELIVERED, self.now)
            if message := self.speech.take(self.now):
                assert self.arrives_at is None, "nothing orders two messages at once"
                self.left.append((self.now, message))
                self.arrives_at = self.now + self.takes
        self.now = moment
        return self

    def hears(self, *tokens: str, every: float = 0.02) -> "Line":
        for token in tokens:
            self.until(self.now + every)
            self.speech.script.add(token)
        return self

    @property
    def tokens(self) -> list[str]:
        return [message.token for _, message in self.left if isinstance(message, Text)]

    @property
    def times(self) -> list[float]:
        return [round(moment, 3) for moment, _ in self.left]

    def _next(self) -> float | None:
        return self.arrives_at if self.arrives_at is not None else self.speech.due()


class TestPace:
    def test_lets_the_first_words_leave_at_once(self) -> None:
        line = Line(Talk()).hears("On")
        assert line.until(line.now).times == [0.02]
        assert line.tokens == ["On"]

    def test_does_not_count_white_space_as_words(self) -> None:
        line = Line(Talk()).hears(" ", "\n").until(5.0)
        assert line.tokens == []
        assert line.hears("On").until(6.0).tokens == [" \nOn"]

    def test_lets_a_finished_clause_leave_after_the_clause_gap(self) -> None:
        line = Line(Talk()).hears("On", " Friday,").until(2.0)
        assert line.times == [0.02, pytest.approx(0.02 + CLAUSE_GAP_S)]
        assert line.tokens == ["On", " Friday,"]

    def test_lets_half_a_clause_leave_after_the_longest_gap(self) -> None:
        line = Line(Talk()).hears("On", " Friday").until(2.0)
        assert line.times == [0.02, pytest.approx(0.02 + LONGEST_GAP_S)]

    def test_gathers_what_comes_meanwhile(self) -> None:
        line = Line(Talk()).hears("On", " Friday", ", at", " nine").until(2.0)
        assert line.tokens == ["On", " Friday, at nine"]

    def test_lets_words_after_a_pause_leave_at_once(self) -> None:
        line = Line(Talk()).hears("On").until(3.0).hears(" Friday").until(4.0)
        assert line.times == [0.02, 3.02]

    def test_waits_for_the_message_in_flight_however_long_it_takes(self) -> None:
        line = Line(Talk(), takes=1.0).hears("On", " Friday.").until(3.0)
        assert line.times == [0.02, pytest.approx(1.02)]

    def test_hurries_once_no_more_words_are_coming_for_a_while(self) -> None:
        line = Line(Talk()).hears("On", " Friday")
        line.speech.hurry()
        assert line.until(2.0).times == [0.02, pytest.approx(0.05)]

    def test_is_as_before_when_more_words_come_after_all(self) -> None:
        line = Line(Talk()).hears("On")
        line.speech.hurry()
        line.hears(" Friday").until(2.0)
        assert line.times == [0.02, pytest.approx(0.02 + LONGEST_GAP_S)]

    @pytest.mark.parametrize("mark", [*".,:;!?…\n\u3002\uff0c\uff1f\uff01"])
    def test_knows_the_ends_of_clauses(self, mark: str) -> None:
        assert Line(Talk()).hears("Yes", f"x{mark}").until(1.0).times[1] == pytest.approx(0.02 + CLAUSE_GAP_S)

    @pytest.mark.parametrize("takes", [0.0, 0.03])
    def test_sends_forty_tokens_in_at_most_eight_messages(self, takes: float) -> None:
        tokens = [f" word{number}{',' if number % 7 == 6 else ''}" for number in range(40)]
        line = Line(Talk(), takes).hears(*tokens)
        line.speech.finish()
        line.until(3.0)
        assert len(line.left) <= 8
        assert "".join(line.tokens) == "".join(tokens)
        assert line.times[-1] <= 0.8 + 2 * takes + EPSILON

    def test_sends_no_space_alone_before_its_words(self) -> None:
        line = Line(Talk()).hears("One moment, please.").until(1.0)
        line.speech.script.begin_part()
        line.speech.hurry()
        assert line.until(2.0).tokens == ["One moment, please."]
        line.speech.script.add("Friday.")
        line.speech.hurry()
        assert line.until(3.0).tokens == ["One moment, please.", " Friday."]


class TestTheCycle:
    def test_a_cycle_is_closed_with_the_last_words(self) -> None:
        line = Line(Talk()).hears("On", " Friday")
        line.speech.finish()
        line.until(1.0)
        assert [message for _, message in line.left] == [Text("On"), Text(" Friday", last=True)]
        assert line.speech.done

    def test_a_cycle_whose_words_have_all_left_is_closed_with_none(self) -> None:
        line = Line(Talk()).hears("On Friday.").until(1.0)
        line.speech.finish()
        assert [message for _, message in line.until(2.0).left] == [Text("On Friday."), Text("", last=True)]

    def test_a_cycle_is_closed_before_the_end(self) -> None:
        line = Line(Talk()).hears("Goodbye!")
        line.speech.finish(End("{}"))
        assert [message for _, message in line.until(1.0).left] == [Text("Goodbye!", last=True), End("{}")]

    def test_a_cycle_without_words_is_only_the_end(self) -> None:
        line = Line(Talk())
        line.speech.finish(End())
        assert [message for _, message in line.until(1.0).left] == [End()]
        assert line.speech.done

    def test_a_speech_is_not_done_before_its_last_message_has_arrived(self) -> None:
        speech = Talk()
        speech.script.add("Hi")
        speech.finish()
        assert speech.take(0.0) == Text("Hi", last=True)
        done_before = speech.done
        speech.sent(Sent.LOST, 0.1)
        assert (done_before, speech.done) == (False, True)
        assert speech.take(9.0) is None

    def test_a_cycle_left_open_before_is_set_off_by_a_space_once(self) -> None:
        assert Line(Talk(lead=" ")).hears("On", " Friday.").until(1.0).tokens == [" On", " Friday."]


class TestSentences:
    @pytest.mark.parametrize(
        ("before", "whole"),
        [
            ("", "Wait."),
            ("Hm.", "Hm. Wait."),
            ("Hm! ", "Hm! Wait."),
            ("Hm:\n", "Hm:\nWait."),
            ("(Hm.)", "(Hm.) Wait."),
            ("We open at", "We open at \u2014 Wait."),
            ("We open at ", "We open at \u2014 Wait."),
        ],
    )
    def test_are_set_off_from_the_words_before(self, before: str, whole: str) -> None:
        speech = Talk()
        speech.script.add(before)
        speech.script.add_sentence("Wait.")
        assert speech.take(0.0) == Text(whole)

    @pytest.mark.parametrize("after", [["on Friday."], [" on Friday."], ["", "on", " Friday."]])
    def test_are_set_off_from_the_words_after(self, after: list[str]) -> None:
        speech = Talk()
        speech.script.add_sentence("Wait.")
        speech.script.add_sentence("Please.")
        for words in after:
            speech.script.add(words)
        assert speech.take(0.0) == Text("Wait. Please. on Friday.")


class TestOtherMessages:
    JINGLE = Media("https://hotline.example/jingle.mp3")

    def test_sounds_and_tones_leave_in_their_place_among_the_words(self) -> None:
        speech = Talk()
        speech.script.add("Listen.")
        speech.script.put(self.JINGLE)
        speech.script.add_sentence("Nice?")
        speech.script.put(Tones("1w2"))
        speech.finish(End())
        messages = [message for _, message in Line(speech).until(3.0).left]
        assert messages == [
            Text("Listen."), self.JINGLE, Text(" Nice?"), Tones("1w2"), Text("", last=True), End(),
        ]  # fmt: skip

    def test_a_sound_leaves_at_once_where_no_words_wait(self) -> None:
        speech = Talk()
        speech.script.put(self.JINGLE)
        assert Line(speech).until(0.0).times == [0.0]
        assert speech.has_sent

    def test_a_switch_of_language_applies_to_the_words_after(self) -> None:
        speech = Talk(options=SpeakingOptions("it-IT"))
        speech.script.add("Ciao.")
        speech.script.turn_to("en-US", Language("en-US"))
        speech.script.add_sentence("Hello.")
        speech.finish()
        messages = [message for _, message in Line(speech).until(3.0).left]
        assert messages == [
            Text("Ciao.", language="it-IT"), Language("en-US"), Text(" Hello.", last=True, language="en-US"),
        ]  # fmt: skip

    def test_words_that_may_not_be_cut_have_a_message_of_their_own(self) -> None:
        speech = Talk()
        speech.script.add("Well.")
        speech.script.say("This call is recorded. You can object, of course.", whole=True, preemptible=False)
        line = Line(speech).until(1.0).hears("So?")
        speech.finish()
        texts = [message for _, message in line.until(3.0).left if isinstance(message, Text)]
        assert [(text.token, text.interruptible) for text in texts] == [
            ("Well.", None),
            (" This call is recorded. You can object, of course.", False),
            (" So?", None),
        ]

    def test_words_that_may_not_be_cut_are_not_last_before_others(self) -> None:
        speech = Talk()
        speech.script.say("This call is recorded.", whole=True, preemptible=False)
        speech.script.add_sentence("Our time is up.")
        speech.finish()
        assert [message for _, message in Line(speech).until(3.0).left] == [
            Text("This call is recorded.", interruptible=False),
            Text(" Our time is up.", last=True),
        ]  # fmt: skip

    def test_words_that_newer_ones_may_cut_off_have_their_own_cycle(self) -> None:
        speech = Talk()
        speech.script.add("Well.")
        speech.script.say("Please wait.", whole=False, preemptible=True)
        speech.script.add_sentence("Here it is.")
        speech.finish()
        assert [message for _, message in Line(speech).until(3.0).left] == [
            Text("Well.", last=True),
            Text(" Please wait.", last=True, preemptible=True),
            Text(" Here it is.", last=True),
        ]  # fmt: skip

    def test_a_recording_that_may_be_cut_off_closes_the_words_before(self) -> None:
        speech, music = Talk(), Media("https://hotline.example/music.mp3", 0, preemptible=True)
        line = Line(speech).hears("Well.").until(1.0)
        speech.script.put(music, apart=True)
        line.until(2.0).hears("Here it is.")
        speech.finish()
        assert [message for _, message in line.until(3.0).left] == [
            Text("Well."), Text("", last=True), music, Text("Here it is.", last=True)
        ]  # fmt: skip

    @pytest.mark.parametrize("end", [None, End()])
    @pytest.mark.parametrize("late", [0.0, 0.01, 1.0])
    def test_a_close_without_words_never_cuts_off_the_last_sentence(self, end: End | None, late: float) -> None:
        speech = Talk()
        speech.script.say("Please wait.", whole=False, preemptible=True)
        line = Line(speech).until(late)
        speech.finish(end)
        messages = [message for _, message in line.until(5.0).left]
        assert messages == [Text("Please wait.", last=True, preemptible=True), *([end] if end else [])]
        assert speech.done

    @pytest.mark.parametrize("late", [0.0, 0.01, 1.0])
    def test_a_close_without_words_never_cuts_off_the_last_recording(self, late: float) -> None:
        speech, music = Talk(), Media("https://hotline.example/music.mp3", 0, preemptible=True)
        speech.script.put(music, apart=True)
        line = Line(speech).until(late)
        speech.finish()
        assert [message for _, message in line.until(5.0).left] == [music]
        assert speech.done

    def test_a_message_in_the_middle_is_not_the_last_one_when_hushed(self) -> None:
        speech = Talk()
        speech.script.say("Please wait.", whole=False, preemptible=True)
        speech.script.add_sentence("Here it is.")
        line = Line(speech).until(0.01)
        speech.hush()
        line.until(3.0)
        assert (line.tokens, speech.state) == (["Please wait."], SpeechState.HUSHED)

    def test_an_empty_sentence_changes_nothing(self) -> None:
        script = Script()
        script.add("Well.")
        script.add_sentence("")
        script.add("So.")
        assert script.text == "Well.So."

    def test_words_that_are_not_sent_yet_are_waiting(self) -> None:
        speech = Talk()
        line = Line(speech).hears("Well.").until(1.0)
        speech.script.add_sentence("Your PIN?")
        assert speech.script.waiting == " Your PIN?"
        line.speech.finish()
        line.until(3.0)
        assert speech.script.waiting == ""

    def test_an_older_answer_is_closed_only_with_the_first_words(self) -> None:
        speech = Talk()
        speech.script.close_older()
        line = Line(speech).until(1.0)
        assert (line.left, speech.has_sent) == ([], False)
        line.hears("Yes.")
        speech.finish()
        assert [message for _, message in line.until(3.0).left] == [Text("", last=True), Text("Yes.", last=True)]

    def test_words_that_cut_others_off_shorten_the_playing_time(self) -> None:
        speech = Talk()
        speech.script.say("Please wait. " * 50, whole=False, preemptible=True)
        line = Line(speech).until(1.0).hears("Here it is.").until(2.0)
        assert speech.playing.until < 3.0
        assert len(line.left) == 2

    def test_words_that_have_not_left_are_not_sent_after_a_hush(self) -> None:
        speech = Talk()
        line = Line(speech).hears("One moment.")
        line.until(line.now)
        speech.script.put(self.JINGLE)
        speech.hush()
        assert line.until(3.0).tokens == ["One moment."]
        assert len(line.left) == 1


class TestFates:
    def test_busy_is_tried_again_after_a_while_with_the_same_words(self) -> None:
        speech = Talk()
        speech.script.add("On")
        assert speech.take(0.0) == Text("On")
        speech.script.add(" Friday.")
        speech.sent(Sent.BUSY, 0.1)
        assert speech.due() == pytest.approx(0.1 + BUSY_GAP_S)
        assert speech.take(0.1 + BUSY_GAP_S - EPSILON) is None
        assert speech.take(0.1 + BUSY_GAP_S) == Text("On")
        assert speech.take(9.0) is None
        speech.sent(Sent.DELIVERED, 1.0)
        assert speech.take(9.0) == Text(" Friday.")

    def test_busy_for_too_long_is_gone(self) -> None:
        speech, tries, now = Talk(), 0, 0.0
        speech.script.add("On")
        while not speech.gone:
            due = speech.due()
            assert due is not None
            now = max(now, due)
            assert speech.take(now)
            tries += 1
            speech.sent(Sent.BUSY, now)
        assert tries == BUSY_TRIES + 1
        assert (speech.script.parts(), speech.due(), speech.in_flight) == (("",), None, False)

    def test_busy_now_and_then_is_not_gone(self) -> None:
        speech = Talk()
        for number in range(3 * BUSY_TRIES):
            speech.script.add("word ")
            assert speech.take(10.0 * number)
            speech.sent(Sent.BUSY, 10.0 * number)
            assert speech.take(10.0 * number + 1)
            speech.sent(Sent.DELIVERED, 10.0 * number + 1)
        assert not speech.gone

    def test_gone_sends_nothing_more_and_keeps_what_had_arrived(self) -> None:
        speech = Talk()
        speech.script.add("On")
        speech.take(0.0)
        speech.sent(Sent.DELIVERED, 0.1)
        speech.script.add(" Friday.")
        speech.take(1.0)
        speech.sent(Sent.GONE, 1.1)
        assert (speech.gone, speech.due(), speech.script.parts()) == (True, None, ("On",))

    def test_the_fate_of_the_first_words_tells_when_they_arrived(self) -> None:
        speech = Talk()
        assert speech.first_words_at is None
        for number, token in enumerate(["On", " Friday."]):
            speech.script.add(token)
            speech.take(1.0 + number)
            speech.sent(Sent.DELIVERED, 1.5 + number)
        assert speech.first_words_at == 1.5


class TestHush:
    def test_sends_nothing_more(self) -> None:
        line = Line(Talk()).hears("On")
        line.speech.hush()
        line.speech.script.add(" Friday.")
        assert line.until(3.0).tokens == []
        assert not line.speech.in_flight

    def test_waits_for_the_message_on_its_way(self) -> None:
        speech = Talk()
        speech.script.add("On")
        speech.take(0.0)
        speech.hush()
        on_its_way = speech.in_flight
        speech.sent(Sent.DELIVERED, 0.1)
        assert (on_its_way, speech.in_flight, speech.script.parts()) == (True, False, ("On",))

    @pytest.mark.parametrize("busy_first", [True, False])
    def test_gives_up_a_message_that_the_line_would_not_take(self, busy_first: bool) -> None:
        speech = Talk()
        speech.script.add("On")
        speech.take(0.0)
        if busy_first:
            speech.sent(Sent.BUSY, 0.1)
        speech.hush()
        if not busy_first:
            speech.sent(Sent.BUSY, 0.1)
        assert (speech.in_flight, speech.due(), speech.script.parts()) == (False, None, ("",))


class TestParts:
    def test_hold_what_reached_the_line_between_the_starts_of_parts(self) -> None:
        line = Line(Talk()).hears("Let me look.").until(1.0)
        line.speech.script.begin_part()
        line.hears("On", " Friday.").until(1.1)
        first, second = line.speech.script.parts()
        assert (first.strip(), second.strip()) == ("Let me look.", "On")
        assert line.speech.script.last_part() == "On Friday."

    def test_are_set_off_from_each_other(self) -> None:
        line = Line(Talk()).hears("Let me look.")
        line.speech.script.begin_part()
        line.hears("On Friday.")
        line.speech.finish()
        assert "".join(line.until(1.0).tokens) == "Let me look. On Friday."

    def test_that_have_no_words_are_empty(self) -> None:
        line = Line(Talk())
        line.speech.script.begin_part()
        line.hears("On Friday.").until(1.0)
        assert line.speech.script.parts() == ("", "On Friday.")


TOKENS = st.lists(st.sampled_from(["On", " Friday", ", ", "at nine.", " ", "\n\n", "日本。", "🙂", ""]), max_size=30)
GAPS = st.lists(st.sampled_from([0.0, 0.01, 0.02, 0.2, 0.6]), min_size=30, max_size=30)
FATES = st.lists(st.sampled_from([Sent.DELIVERED, Sent.DELIVERED, Sent.LOST, Sent.BUSY]), max_size=60)


@given(
    TOKENS, GAPS, st.sampled_from([0.0, 0.03, 0.5]), st.sampled_from([None, End("{}")]), st.sets(st.integers(0, 29))
)
@settings(max_examples=70, deadline=None)
def test_all_words_arrive_once_in_order_in_one_closed_cycle(
    tokens: list[str], gaps: list[float], takes: float, end: End | None, starts: set[int]
) -> None:
    speech = Talk()
    line = Line(speech, takes)
    for number, token in enumerate(tokens):
        if number in starts:
            speech.script.begin_part()
        line.hears(token, every=gaps[number])
    speech.finish(end)
    line.until(line.now + 5)
    texts = [message for _, message in line.left if isinstance(message, Text)]
    assert speech.done
    assert "".join("".join(line.tokens).split()) == "".join("".join(tokens).split())
    assert [text.last for text in texts] == [*[False] * (len(texts) - 1), True][: len(texts)]
    assert (texts or end) and [message for _, message in line.left if isinstance(message, End)] == (
        [end] if end else []
    )
    assert "".join(speech.script.parts()) == "".join(line.tokens)


@given(TOKENS, FATES)
@settings(max_examples=70, deadline=None)
def test_what_is_held_as_arrived_is_what_arrived(tokens: list[str], fates: list[Sent]) -> None:
    speech, now, arrived = Talk(), 0.0, ""
    for token, fate in zip(tokens, fates, strict=False):
        speech.script.add(token)
        now += 1.0
        message = speech.take(now)
        if isinstance(message, Text):
            arrived += message.token if fate is not Sent.BUSY else ""
            speech.sent(fate, now)
        assert "".join(speech.script.parts()) == arrived


class TestTheEnd:
    GOODBYE = End("{}")

    def ending(self) -> Talk:
        """A speech whose words and whose last part have arrived: only the end is left."""
        speech = Talk()
        speech.script.add("Bye!")
        speech.finish(self.GOODBYE)
        while not isinstance(message := speech.take(1.0), End):
            assert message is not None
            speech.sent(Sent.DELIVERED, 1.0)
        speech.claim()
        return speech

    def test_an_end_has_arrived_where_the_line_is_gone(self) -> None:
        speech = self.ending()
        speech.sent(Sent.GONE, 2.0)
        assert speech.done

    def test_an_end_that_may_be_lost_is_sent_again_after_the_words(self) -> None:
        speech = self.ending()
        assert speech.sent(Sent.LOST, 2.0) is None
        again = speech.due()
        assert again is not None
        assert again > 2.0
        assert speech.take(again - 0.1) is None
        assert speech.take(again) == self.GOODBYE

    def test_an_end_that_may_be_lost_does_not_wait_for_purged_words(self) -> None:
        speech = self.ending()
        speech.playing.play("and so on " * 100, 1.0)
        speech.sent(Sent.LOST, 2.0)
        speech.purge(3.0)
        assert speech.due() == 3.0 + CLOSING_S

    def test_an_end_that_is_lost_after_a_purge_is_sent_again_soon(self) -> None:
        speech = self.ending()
        speech.playing.play("and so on " * 100, 1.0)
        speech.purge(3.0)
        speech.sent(Sent.LOST, 4.0)
        assert speech.due() == 4.0 + CLOSING_S

    def test_an_end_that_another_invocation_claimed_is_left_to_it(self) -> None:
        speech = self.ending()
        speech.give_up()
        assert (speech.state, speech.in_flight, speech.take(99.0)) == (SpeechState.GIVEN_UP, False, None)

    def test_the_end_of_a_killed_invocation_is_sent_again_at_its_time(self) -> None:
        speech = Talk()
        speech.finish_again(self.GOODBYE, at=5.0)
        assert (speech.take(4.9), speech.take(5.0)) == (None, self.GOODBYE)


def test_an_outcome_of_no_message_changes_nothing() -> None:
    speech = Talk()
    assert speech.sent(Sent.DELIVERED, 1.0) is None
    assert not speech.done
