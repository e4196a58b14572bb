from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.relay.call.floor import LONGEST_ANSWER_S, LONGEST_NOISE_S, LONGEST_SPEECH_S, Holder, floor
from functions.relay.log.events import AgentSaid, Entry, Event, Silent
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt
from tests.relay.scenes import START, at

ON, OFF = Info("clientSpeaking", "on"), Info("clientSpeaking", "off")
AGENT_ON, AGENT_OFF = Info("agentSpeaking", "on"), Info("agentSpeaking", "off")


def holder(now: int, *frames: tuple[int, Event]) -> Holder:
    entries = [at(moment, event, f"m{number}") for number, (moment, event) in enumerate(frames)]
    return floor(entries).holder(START + now)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], Holder.NOBODY),
        ([(1000, ON)], Holder.CALLER),
        ([(1000, ON), (2000, OFF)], Holder.NOBODY),
        ([(1000, Partial("I would"))], Holder.CALLER),
        ([(1000, Partial(" "))], Holder.NOBODY),
        ([(1000, ON), (2000, Prompt("Hi"))], Holder.NOBODY),
        ([(1000, AGENT_ON)], Holder.AGENT),
        ([(1000, AGENT_ON), (2000, AGENT_OFF)], Holder.NOBODY),
        ([(1000, AGENT_ON), (2000, Interrupt("Good"))], Holder.NOBODY),
        ([(1000, AGENT_ON), (2000, ON)], Holder.CALLER),
        ([(1000, AGENT_ON), (2000, ON), (2500, OFF)], Holder.AGENT),
        ([(1000, ON), (1001, Interrupt("Good")), (1002, AGENT_OFF)], Holder.CALLER),
        ([(1000, Dtmf("1"))], Holder.NOBODY),
    ],
)
def test_the_frames_say_who_has_the_floor(frames: list[tuple[int, Event]], expected: Holder) -> None:
    assert holder(3000, *frames) is expected


@pytest.mark.parametrize("voice", ["agentSpeaking", "clientSpeaking"])
def test_a_voice_that_came_and_went_in_a_millisecond_is_over(voice: str) -> None:
    for frames in permutations([Info(voice, "on"), Info("tokensPlayed", "Yes?"), Info(voice, "off")]):
        assert holder(3000, *((1000, frame) for frame in frames)) is Holder.NOBODY


@pytest.mark.parametrize(
    ("now", "expected"), [(18_500, Holder.CALLER), (LONGEST_SPEECH_S * 1000 + 1000, Holder.NOBODY)]
)
def test_a_voice_without_an_end_counts_for_a_time(now: int, expected: Holder) -> None:
    assert holder(now, (1000, ON)) is expected


def test_each_word_lets_a_long_speech_count_longer() -> None:
    assert holder(80_000, (1000, ON), (40_000, Partial("and then"))) is Holder.CALLER


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([(2000, OFF), (2100, Partial("Uh"))], Holder.NOBODY),
        ([(2000, OFF), (2001, Prompt("Hi")), (2500, Partial("Hi"))], Holder.NOBODY),
        ([(2000, OFF), (2100, Partial("Uh")), (2101, ON)], Holder.CALLER),
        ([(2000, OFF), *((2000 + ms, Partial("and")) for ms in range(250, 18_000, 250))], Holder.CALLER),
        ([(1500, Partial("Uh"))], Holder.CALLER),
    ],
    ids=["late words", "after their prompt", "before their voice", "a lost beginning", "no end"],
)
def test_words_after_the_end_of_a_voice_count_for_moments(frames: list[tuple[int, Event]], expected: Holder) -> None:
    assert holder(3000, (1000, ON), *(one for one in frames if one[0] < 3000)) is Holder.CALLER
    assert holder(19_000, (1000, ON), *frames) is expected


def test_words_without_reports_of_voices_count_for_long() -> None:
    assert holder(18_500, (1000, Partial("I would"))) is Holder.CALLER


@pytest.mark.parametrize(
    ("now", "expected"), [(100_000, Holder.AGENT), (LONGEST_ANSWER_S * 1000 + 1000, Holder.NOBODY)]
)
def test_an_answer_without_an_end_counts_for_a_time(now: int, expected: Holder) -> None:
    assert holder(now, (1000, AGENT_ON)) is expected


def test_each_report_lets_a_long_answer_count_longer() -> None:
    assert holder(150_000, (1000, AGENT_ON), (100_000, Info("tokensPlayed", "And then."))) is Holder.AGENT


def noise(until: int) -> list[tuple[int, Event]]:
    return [pair for moment in range(7000, until, 8000) for pair in ((moment, ON), (moment + 1000, OFF))]


@pytest.mark.parametrize(("minutes", "expected"), [(0.5, Holder.CALLER), (2, Holder.NOBODY)])
def test_noise_without_a_word_stops_counting(minutes: float, expected: Holder) -> None:
    now = round(minutes * 60_000)
    assert holder(now + 500, (0, AGENT_OFF), *noise(now), (now, ON)) is expected


@pytest.mark.parametrize("before", [[], [(70_000, ON), (71_000, OFF)]])
def test_who_speaks_after_a_long_pause_has_the_floor(before: list[tuple[int, Event]]) -> None:
    assert holder(91_000, (0, Prompt("Wait.")), *before, (90_000, ON)) is Holder.CALLER
    assert holder(91_000, (0, AGENT_ON), (3000, AGENT_OFF), *before, (90_000, ON)) is Holder.CALLER


@pytest.mark.parametrize("event", [Partial("Hi"), AGENT_OFF, Silent(1), Dtmf("1")])
def test_what_is_no_noise_lets_a_voice_count_again(event: Event) -> None:
    now = 2 * LONGEST_NOISE_S * 1000
    assert holder(now + 500, (0, AGENT_OFF), *noise(now - 5000), (now - 500, event), (now, ON)) is Holder.CALLER


@pytest.mark.parametrize(
    ("frames", "since"),
    [
        ([(1000, ON), (2000, Partial("I"))], 1000),
        ([(1000, AGENT_ON), (2000, Info("tokensPlayed", "Hi"))], 1000),
        ([(1000, AGENT_ON), (2000, AGENT_OFF)], 2000),
    ],
)
def test_the_floor_is_known_since_a_moment(frames: list[tuple[int, Event]], since: int) -> None:
    entries = [at(moment, event) for moment, event in frames]
    assert floor(entries).since(START + 3000) == START + since


FRAMES = [
    at(1000, AGENT_ON),
    at(2000, ON),
    at(2000, Interrupt("Good"), "a"),
    at(2000, OFF, "0"),
    at(2000, Prompt("Hi"), "b"),
]


@pytest.mark.parametrize("entries", list(permutations(FRAMES)))
def test_the_order_of_arrival_does_not_matter(entries: tuple[Entry, ...]) -> None:
    assert floor(entries) == floor(FRAMES)


@given(st.lists(st.tuples(st.integers(1, 200_000), st.sampled_from([ON, OFF, AGENT_ON, AGENT_OFF, Prompt("Hi")]))))
@settings(max_examples=50, deadline=None)
def test_no_floor_is_held_for_ever(frames: list[tuple[int, Event]]) -> None:
    assert holder(200_000 + LONGEST_ANSWER_S * 1000, *frames) is Holder.NOBODY


def test_entries_of_an_answer_change_no_floor() -> None:
    assert holder(2000, (1000, ON), (1500, AgentSaid("Hello!"))) is Holder.CALLER


@pytest.mark.parametrize(
    ("frames", "quiet"),
    [
        ([(1000, AGENT_ON), (2000, AGENT_OFF)], 2000),
        ([(1000, ON), (2000, OFF)], 2000),
        ([(1000, AGENT_ON)], 1000),
        ([(1000, AGENT_ON), (2000, ON)], 2000),
    ],
)
def test_a_silence_counts_from_the_last_sign_of_a_voice(frames: list[tuple[int, Event]], quiet: int) -> None:
    found = floor([at(moment, event, f"m{number}") for number, (moment, event) in enumerate(frames)])
    assert found.quiet_since(START + 3000) == START + quiet


def test_a_first_sound_ends_a_long_silence() -> None:
    found = floor([at(1000, AGENT_ON), at(2000, AGENT_OFF), at(90_000, ON), at(91_000, OFF)])
    assert found.quiet_since(START + 92_000) == START + 91_000


def test_noise_alone_does_not_end_a_silence() -> None:
    long = LONGEST_NOISE_S * 1000
    frames: list[tuple[int, Event]] = [(1000, Prompt("Hi"))]
    frames += [(1000 + ms, one) for ms in range(1000, 2 * long, 1000) for one in (ON, OFF)]
    found = floor([at(moment, event, f"m{number:04}") for number, (moment, event) in enumerate(frames)])
    assert found.quiet_since(START + 2 * long) == START + 1000
