import pytest

from functions.relay.call.call import fold
from functions.relay.call.floor import LONGEST_ANSWER_S, LONGEST_SPEECH_S
from functions.relay.call.timers import (
    DIGITS_CHECK_S,
    LATE_ANSWER_WAITS_S,
    LOOK_AGAIN_S,
    NOISE_CHECK_S,
    NOISE_FOR_S,
    AnswerStep,
    AtWork,
    Begin,
    DigitsStep,
    HandIn,
    Later,
    Settled,
    StillKeying,
    TakeOver,
    TimerStep,
    answer_step,
    digits_step,
    machine_step,
    noise_step,
    silence_step,
    time_step,
)
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    Digit,
    DigitsRequested,
    EndClaimed,
    Entry,
    Heartbeat,
    KeyPressed,
    LastMinute,
    MachineAnswered,
    NoiseEnded,
    Silent,
    TimeUp,
)
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Partial, Prompt
from tests.relay.scenes import answer, at, opened, played, under

ON, OFF = Info("clientSpeaking", "on"), Info("clientSpeaking", "off")
AGENT_ON, AGENT_OFF = Info("agentSpeaking", "on"), Info("agentSpeaking", "off")
ENDS = at(5000, AGENT_OFF)


def silence(*entries: Entry, waited: int = 10, since: Entry = ENDS) -> TimerStep:
    log = [opened(), ENDS, *entries]
    return silence_step(fold(log), log, since.key, waited, 10)


def silent(times: int = 1, last: Entry = ENDS) -> Begin:
    return Begin(last.key.after("silent"), Silent(times))


ASKED = under(1000, 189, DigitsRequested("pin", "{}"), "p")


@pytest.mark.parametrize(
    ("entries", "step"),
    [
        ([], silent()),
        ([at(6000, Info("tokensPlayed", "Hi"))], silent(last=at(6000, ON))),
        ([at(5000, Interrupt("Good"), "x")], silent(last=at(5000, ON, "x"))),
        ([at(6000, ON)], Later(LOOK_AGAIN_S)),
        ([at(4000, ON)], Later(LOOK_AGAIN_S)),
        ([at(6000, Partial("I would"))], Later(LOOK_AGAIN_S)),
        ([at(6000, AGENT_ON)], Later(LOOK_AGAIN_S)),
        ([at(6000, ON), at(7000, OFF)], Later(2)),
        ([at(6000, Dtmf("5"))], Later(1)),
        ([at(6000, Interrupt("Good"))], Later(1)),
        ([at(6000, Prompt("Hi"))], Settled()),
        ([at(6000, Prompt("Hi")), *answer(6000, "Yes.")], Settled()),
        ([at(6000, KeyPressed("5", "five")), *answer(6000, "Yes.")], Settled()),
        ([at(5000, Prompt("Hi"), "zz"), under(5000, 199, AnswerEnded("complete"), "zz")], Settled()),
        ([under(0, 5, EndClaimed("x", "goodbye"))], Settled()),
        ([ASKED], Settled()),
        ([at(3000, Prompt("Wait")), *answer(3000, "Sure."), ASKED], silent()),
    ],
)
def test_a_silence_is_broken_while_the_floor_is_free(entries: list[Entry], step: TimerStep) -> None:
    assert silence(*entries) == step


def test_a_silence_too_short_is_looked_at_again() -> None:
    assert silence(waited=4) == Later(6)


def test_silences_in_a_row_are_counted() -> None:
    before = [at(2000, Silent(1)), *answer(2000, "There?"), at(3000, Silent(2)), *answer(3000, "Hello?")]
    assert silence(*before) == silent(3)
    only_silences = [opened(greeting=""), *before, ENDS]
    assert silence_step(fold(only_silences), only_silences, ENDS.key, 10, 10) == silent(3)


@pytest.mark.parametrize(
    ("waited", "step"), [(18, Later(LOOK_AGAIN_S)), (LONGEST_SPEECH_S + 10, silent(last=at(6000, ON)))]
)
def test_an_end_of_speech_that_is_lost_is_bounded(waited: int, step: TimerStep) -> None:
    assert silence(at(6000, ON), waited=waited) == step


def noise(until: int) -> list[Entry]:
    return [entry for moment in range(12_000, until, 8000) for entry in (at(moment, ON), at(moment + 1000, OFF))]


@pytest.mark.parametrize(("moment", "broken"), [(13_000, False), (61_000, False), (69_000, True), (93_000, True)])
def test_noise_alone_is_a_silence_in_the_end(moment: int, broken: bool) -> None:
    log = [opened(), ENDS, *noise(moment + 10_001)]
    step = silence_step(fold(log), log, ENDS.key, (moment + 5000) // 1000, 10)
    assert isinstance(step, Begin) == broken


def test_a_voice_after_a_long_pause_is_heard_out() -> None:
    log = [opened(), ENDS, at(94_000, ON)]
    assert silence_step(fold(log), log, ENDS.key, 92, 90) == Later(LOOK_AGAIN_S)
    assert time_step(fold(log), log, waited=0, last_minute=False) == Later(LOOK_AGAIN_S)


BESIDE = [
    at(3000, KeyPressed("5", "five"), "k"),
    at(3000, LastMinute(), "k~minute"),
    under(3000, 100, AgentSaid("A minute is left."), "k~minute"),
    under(3000, 199, AnswerEnded("complete"), "k~minute"),
]
"""The last minute is told while the answer to a key is being given. Its turn has the newest key of that moment."""


def test_a_silence_is_not_broken_beside_a_running_answer() -> None:
    assert silence(*BESIDE) == Settled()
    assert silence(*BESIDE, under(3000, 199, AnswerEnded("complete"), "k")) == silent()


def test_a_noise_waits_for_an_answer_beside_the_cut_one() -> None:
    entries = [*BESIDE, at(5000, Interrupt("A minute"), "cut"), at(5002, AGENT_OFF, "stops")]
    whole, interrupt = [opened(""), *entries], entries[-2].key
    assert noise_step(fold(whole), whole, interrupt, 4) == Later(NOISE_CHECK_S)
    whole.append(under(3000, 199, AnswerEnded("complete"), "k"))
    assert isinstance(noise_step(fold(whole), whole, interrupt, 4), Begin)


SAID = "We have pasta. We have soup."
CUT = [
    at(1000, Prompt("Menu?")),
    *answer(1000, SAID, how="superseded"),
    at(5000, ON, "on"),
    at(5000, Interrupt("We have"), "cut"),
    at(5002, AGENT_OFF, "stops"),
]
INTERRUPT = CUT[-2].key


def noise_after(*entries: Entry, waited: int = NOISE_CHECK_S, log: list[Entry] = CUT) -> TimerStep:
    whole = [opened(""), *log, *entries]
    match noise_step(fold(whole), whole, INTERRUPT, waited):
        case Begin(key, cause):
            reports = [one.key for one in whole if isinstance(one.event, Info | Interrupt)]
            assert key > max(reports), "the words before it would count as its own"
            return Begin(INTERRUPT.after("noise"), cause)
        case step:
            return step


GOES_ON = Begin(INTERRUPT.after("noise"), NoiseEnded())
UNENDED = [entry for entry in CUT if not isinstance(entry.event, AnswerEnded)]
LATE = [*CUT[:1], *answer(1000, SAID), *CUT[-3:], at(5400, Info("tokensPlayed", "pasta. We have soup."))]
HEARD = [*CUT[:1], *answer(1000, SAID), at(4000, Info("tokensPlayed", SAID)), *CUT[-3:]]
END_HEARD = [*CUT[:1], *answer(1000, SAID), *CUT[-3:], at(5400, Info("tokensPlayed", "We have soup."))]
LAST_CLAUSE = [at(4000, Info("tokensPlayed", "We have pasta.")), at(5000, Interrupt("We have soup."), "cut")]
APOLOGY = [*CUT[:1], *answer(1000, SAID, how="failed"), *LAST_CLAUSE]


@pytest.mark.parametrize(
    ("entries", "waited", "step"),
    [
        ([], 2, Later(NOISE_CHECK_S)),
        ([], 18, Later(NOISE_CHECK_S)),
        ([], LONGEST_SPEECH_S, GOES_ON),
        ([at(5500, OFF)], 2, GOES_ON),
        ([at(6500, OFF)], 2, Later(NOISE_CHECK_S)),
        ([at(5500, OFF), at(5600, Partial("Uh"))], 2, Later(NOISE_CHECK_S)),
        ([at(5500, OFF), at(5600, Partial("Uh"))], 4, GOES_ON),
        ([at(6500, OFF), at(6500, Prompt("Wait!"), "p")], 2, Settled()),
        ([at(5500, OFF), at(5600, KeyPressed("1"))], 2, Settled()),
        ([at(5500, OFF), under(0, 5, EndClaimed("x", "goodbye"))], 2, Settled()),
        ([at(5500, OFF), under(1000, 189, DigitsRequested("pin", "{}"))], 2, GOES_ON),
        ([at(5500, OFF), under(1000, 189, DigitsRequested("pin", "{}")), at(5600, Digit("1"))], 2, Settled()),
        ([at(5500, OFF), under(500, 189, DigitsRequested("pin", "{}"))], 2, GOES_ON),
    ],
)
def test_an_interrupt_without_words_gives_the_floor_back(entries: list[Entry], waited: int, step: TimerStep) -> None:
    assert noise_after(*entries, waited=waited) == step


@pytest.mark.parametrize(
    ("log", "waited", "step"),
    [
        (UNENDED, 2, Later(NOISE_CHECK_S)),
        (UNENDED, NOISE_FOR_S, Settled()),
        (HEARD, 2, Settled()),
        (LATE, 2, Settled()),
        (END_HEARD, 2, Settled()),
        (APOLOGY, 2, Settled()),
        ([], 2, Settled()),
        ([*CUT[:1], *answer(1000, SAID)], 2, Settled()),
    ],
    ids=["not ended", "never ended", "all", "late", "its end", "an apology", "no turn", "not cut"],
)
def test_only_a_cut_answer_that_has_ended_is_continued(log: list[Entry], waited: int, step: TimerStep) -> None:
    assert noise_after(at(5500, OFF), waited=waited, log=log) == step


def test_an_answer_that_stopped_uncut_is_continued() -> None:
    assert noise_after(at(5500, OFF), waited=2, log=CUT[:-2]) == GOES_ON


LOG = [opened(), at(5000, AGENT_OFF)]


def time(*entries: Entry, waited: int = 0, last_minute: bool = True, log: list[Entry] = LOG) -> TimerStep:
    whole = [*log, *entries]
    return time_step(fold(whole), whole, waited, last_minute)


@pytest.mark.parametrize(
    ("entries", "waited", "last_minute", "begins"),
    [
        ([], 0, True, LastMinute()),
        ([], 0, False, TimeUp()),
        ([at(6000, ON)], 0, True, None),
        ([at(6000, ON)], 0, False, None),
        ([at(6000, AGENT_ON)], 0, False, None),
        ([at(6000, ON)], LONGEST_SPEECH_S, True, LastMinute()),
        ([at(6000, ON)], LONGEST_SPEECH_S, False, TimeUp()),
        ([at(6000, Prompt("Hi"))], 0, False, None),
        ([at(6000, Prompt("Hi"))], LONGEST_SPEECH_S, True, None),
        ([at(6000, Prompt("Hi"))], LONGEST_ANSWER_S - 1, True, None),
        ([at(6000, Prompt("Hi"))], LONGEST_ANSWER_S, True, LastMinute()),
        ([at(6000, Prompt("Hi"))], LONGEST_SPEECH_S, False, TimeUp()),
    ],
)
def test_time_does_not_end_while_somebody_speaks(
    entries: list[Entry], waited: int, last_minute: bool, begins: object
) -> None:
    step = time(*entries, waited=waited, last_minute=last_minute)
    assert (step.cause if isinstance(step, Begin) else None) == begins
    assert isinstance(step, Begin) or step == Later(LOOK_AGAIN_S)


@pytest.mark.parametrize(
    ("log", "last_minute"),
    [
        ([], True),
        ([*LOG, at(6000, LastMinute())], True),
        ([*LOG, at(6000, TimeUp())], False),
        ([*LOG, under(0, 5, EndClaimed("x", "goodbye"))], False),
    ],
)
def test_time_is_told_once(log: list[Entry], last_minute: bool) -> None:
    assert time(log=log, last_minute=last_minute) == Settled()


BEEP = MachineAnswered("machine_end_beep")


@pytest.mark.parametrize(
    "log",
    [
        LOG,
        [*LOG, at(6000, AGENT_ON)],
        [*LOG, at(6000, ON)],
        [*LOG, at(6000, Prompt("Leave a message."))],
        [*LOG, at(6000, LastMinute())],
        [*LOG, at(6000, TimeUp())],
    ],
    ids=["nobody speaks", "the agent", "the machine", "an answer is given", "the last minute", "the time is up"],
)
def test_a_machine_ends_the_session_whoever_speaks(log: list[Entry]) -> None:
    assert machine_step(fold(log), log, BEEP.answered_by) == Begin(log[-1].key.after("machine"), BEEP)


@pytest.mark.parametrize(
    "log",
    [
        [],
        [at(1000, Prompt("Hello?"))],
        [*LOG, at(6000, Closed(1000))],
        [*LOG, under(0, 5, EndClaimed("x", "goodbye"))],
        [*LOG, at(6000, BEEP)],
    ],
    ids=["empty", "not opened", "closed", "ending", "reported before"],
)
def test_a_machine_ends_a_session_once(log: list[Entry]) -> None:
    assert machine_step(fold(log), log, BEEP.answered_by) == Settled()


OWED = at(1000, Prompt("When?"), "p")
BEATS = under(1000, 2, Heartbeat(), "p")


def answering(*entries: Entry, heartbeats: int = 0, waited: int = 0) -> AnswerStep:
    whole = [opened(""), OWED, *entries]
    return answer_step(fold(whole), whole, OWED.key, heartbeats, waited)


@pytest.mark.parametrize(
    ("entries", "heartbeats", "waited", "expected"),
    [
        ([], 0, 0, TakeOver),
        ([BEATS], 0, 0, AtWork),
        ([BEATS], 1, 0, TakeOver),
        ([at(2000, ON)], 0, 0, Later),
        ([at(2000, ON)], 0, LATE_ANSWER_WAITS_S, TakeOver),
        ([at(2000, ON), at(3000, OFF)], 0, 0, TakeOver),
        ([under(1000, 199, AnswerEnded("complete"), "p")], 0, 0, Settled),
        ([at(2000, Prompt("And when?"))], 0, 0, Settled),
        ([under(0, 5, EndClaimed("5#x#0001", "goodbye"))], 0, 0, Settled),
        ([under(0, 5, EndClaimed(str(OWED.key), "goodbye"))], 0, 0, TakeOver),
        ([under(0, 5, EndClaimed(str(OWED.key), "goodbye")), at(2000, ON)], 0, 0, TakeOver),
        ([under(0, 5, EndClaimed(str(OWED.key), "goodbye")), at(2000, Closed(1000))], 0, 0, Settled),
    ],
)
def test_an_answer_is_taken_over_only_if_it_is_owed(
    entries: list[Entry], heartbeats: int, waited: int, expected: type[AnswerStep]
) -> None:
    assert isinstance(answering(*entries, heartbeats=heartbeats, waited=waited), expected)


def test_no_answer_is_owed_before_a_session_opens() -> None:
    assert answer_step(fold([OWED]), [OWED], OWED.key, 0, 0) == Settled()


COLLECTING = (
    opened(),
    at(1000, Prompt("My PIN?"), "p"),
    under(1000, 189, DigitsRequested("pin", "{}"), "p"),
    under(1000, 199, AnswerEnded("complete"), "p"),
)
DIGIT, LATER = at(4000, Digit("1")), at(6000, Digit("2"))
SUSPENDED = (at(5000, Prompt("What?")), *answer(5000, "Take your time."))
KEYING = StillKeying(str(LATER.key), 8)


@pytest.mark.parametrize(
    ("entries", "digits", "last", "waited", "step"),
    [
        ((), (), "", 0, HandIn(COLLECTING[-1].key.after("unkeyed"))),
        ((), (DIGIT,), str(DIGIT.key), 0, HandIn(DIGIT.key.after("unkeyed"))),
        ((), (DIGIT,), "", 0, StillKeying(str(DIGIT.key), 8)),
        ((at(5000, ON),), (), "", 0, Later(DIGITS_CHECK_S)),
        ((at(5000, ON),), (), "", LONGEST_SPEECH_S, HandIn(at(5000, ON).key.after("unkeyed"))),
        ((at(5000, Closed(1000)),), (), "", 0, Settled()),
        ((at(5000, Prompt("What?")),), (), "", 0, Settled()),
        ((at(5000, Prompt("What?")),), (DIGIT,), "", 0, Settled()),
        ((*SUSPENDED, at(5100, Silent(1)), *answer(5100, "There?")), (DIGIT, LATER), "", 0, KEYING),
        (SUSPENDED, (LATER,), str(LATER.key), 0, HandIn(LATER.key.after("unkeyed"))),
        ((at(5000, Prompt("What?")),), (LATER,), str(LATER.key), 0, Later(DIGITS_CHECK_S)),
    ],
    ids=[
        "none came",
        "the last came",
        "one is new",
        "spoken to",
        "spoken to too long",
        "closed",
        "suspended",
        "keyed before",
        "keyed after",
        "the last after",
        "being answered",
    ],
)
def test_the_time_for_digits_ends(
    entries: tuple[Entry, ...], digits: tuple[Entry, ...], last: str, waited: int, step: DigitsStep
) -> None:
    log = (*COLLECTING, *entries)
    asked = COLLECTING[1].key
    assert digits_step(fold(log), log, digits, asked, last=last, waited=waited, after=0, timeout=8) == step


@pytest.mark.parametrize(("passed_ms", "seconds"), [(2100, 6), (0, 8), (-1000, 8), (7999, 1), (8000, None)])
def test_the_time_for_the_next_digit_begins_with_the_last_one(passed_ms: int, seconds: int | None) -> None:
    asked = COLLECTING[1].key
    digit = at(21_000 - passed_ms, Digit("1"), "d")
    found = digits_step(fold(COLLECTING), COLLECTING, (digit,), asked, last="", waited=0, after=20, timeout=8)
    assert found == (HandIn(digit.key.after("unkeyed")) if seconds is None else StillKeying(str(digit.key), seconds))


def test_the_time_for_digits_of_another_question_is_over() -> None:
    assert (
        digits_step(fold(COLLECTING), COLLECTING, (), at(900, ON).key, last="", waited=0, after=0, timeout=8)
        == Settled()
    )


def test_where_the_line_reports_no_voices_no_silence_is_broken() -> None:
    log = [opened(greeting=""), at(1000, Prompt("Hi")), *answer(1000, "Yes."), played(2000, "Yes.")]
    assert silence_step(fold(log), log, log[1].key, 60, 10) == Settled()
