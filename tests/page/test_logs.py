"""A call's log as a file, and as a tape."""

import json
from dataclasses import replace

import pytest

from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    Closed,
    Entry,
    Heartbeat,
    PromptKept,
    SessionOpened,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Interrupt, Prompt, Unknown
from local.page.logs import Line, LogFileError, of_call, played, read, write
from local.page.observations import EntryAppended
from local.page.replay import Replay
from local.page.view import view
from tests.doubles import MemoryLog
from tests.live.harness import DESK
from tests.page.tapes import CALL, kept, opening
from tests.relay.scenes import START

ENTRIES = [
    *(observation for observation in opening() if isinstance(observation, EntryAppended)),
    kept(1000, Prompt("When?")),
    kept(1300, ToolCalled("t1", "find", "{}"), 101, frame=1000),
    kept(1350, ToolReturned("t1", "Friday."), 102, frame=1000),
    kept(1500, AgentSaid("On Friday."), 200, frame=1000),
    kept(1501, AnswerEnded("complete", 400, 250), 299, frame=1000),
]
LINES = [Line(one.log, one.entry, one.at) for one in ENTRIES]


def moments(lines: list[Line]) -> list[tuple[str, int]]:
    return [(type(one.entry.event).__name__, round(one.at - START)) for one in played(lines)]


def untimed(*observations: EntryAppended) -> list[Line]:
    return [Line(one.log, one.entry) for one in observations]


def test_what_is_written_is_read_again() -> None:
    assert read(write(LINES)) == LINES
    assert read(write(untimed(*ENTRIES))) == untimed(*ENTRIES)


def test_a_line_holds_the_key_and_the_event_as_the_table_does() -> None:
    (line,) = (one for one in LINES if isinstance(one.entry.event, Prompt))
    assert json.loads(write([line])) == {
        "log": "session/one",
        "key": f"{START + 1000}#id1000#0001",
        "event": {"is": "Prompt", "text": "When?", "language": ""},
        "at": START + 1000,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "It is empty"),
        ("no JSON\n", "Line 1 is not an entry"),
        (
            write(LINES[:2]) + '{"log": "session/one", "key": "x", "event": {"is": "AgentSaid"}}\n',
            "Line 3 is not an entry",
        ),
        ('{"log": "session/one", "key": "1#a#0001", "event": {"is": "Nonsense"}}', "Line 1 is not an entry"),
        ('{"log": "session/one", "key": "1#a#0001"}', "Line 1 is not an entry"),
        ("[1]", "Line 1 is not an entry"),
    ],
)
def test_a_file_that_is_no_log_says_where(text: str, words: str) -> None:
    with pytest.raises(LogFileError, match=words):
        read(text)


def test_an_event_that_was_unknown_when_it_came_stays_one() -> None:
    line = Line("session/one", kept(1, Unknown("gibberish")).entry)
    assert read(write([line])) == [line]


def test_a_call_is_read_from_its_log_and_its_sessions_logs() -> None:
    log = MemoryLog()
    second = [one for one in opening("Back.", "two", 4000) if isinstance(one, EntryAppended)]
    for one in (*ENTRIES, *second, kept(1, AgentSaid("not of it"), log="session/other")):
        log.append(one.log, one.entry)
    assert {(one.log, one.entry) for one in of_call(log, CALL)} == {
        (one.log, one.entry) for one in [*ENTRIES, *second]
    }
    assert of_call(log, "CA2") == []


def test_what_was_seen_is_played_at_its_moment_and_in_that_order() -> None:
    assert moments(LINES)[-5:] == [
        ("Prompt", 1000),
        ("ToolCalled", 1300),
        ("ToolReturned", 1350),
        ("AgentSaid", 1500),
        ("AnswerEnded", 1501),
    ]
    assert [one.about for one in played(LINES)] == [False] * len(LINES)


def test_unseen_words_are_played_near_the_end_of_their_answer() -> None:
    shown = played(untimed(*ENTRIES))
    assert moments(untimed(*ENTRIES)) == [
        ("Announced", 0),
        ("Connected", 10),
        ("SessionOpened", 20),
        ("SessionJoined", 20),
        ("Setup", 20),
        ("Prompt", 1000),
        ("ToolCalled", 1250),
        ("ToolReturned", 1400),
        ("AgentSaid", 1400),
        ("AnswerEnded", 1400),
    ]
    assert all(one.about for one in shown)


def test_an_answer_that_was_cut_off_ends_with_what_cut_it() -> None:
    cut = [replace(one, entry=replace(one.entry, event=AnswerEnded("superseded", 400, 250))) for one in ENTRIES[-1:]]
    lines = untimed(*ENTRIES[:-1], *cut, kept(1900, Interrupt("On")), kept(5000, Closed(1000)))
    assert [one for one in moments(lines) if one[0] in ("AgentSaid", "AnswerEnded", "Interrupt")] == [
        ("AgentSaid", 1900),
        ("AnswerEnded", 1900),
        ("Interrupt", 1900),
    ]


def test_heartbeats_are_two_seconds_apart() -> None:
    beats = [kept(0, Heartbeat(), slot, frame=1000) for slot in (2, 3)]
    lines = untimed(kept(1000, Prompt("When?")), *beats)
    assert moments(lines) == [("Prompt", 1000), ("Heartbeat", 3000), ("Heartbeat", 5000)]


def with_prompt(text: str) -> MemoryLog:
    """Return a table in which the call's session began with this prompt, and a later day has it again."""
    log = MemoryLog()
    for one in ENTRIES:
        event = one.entry.event
        named = replace(event, prompt="prompt/p1", version="abc") if isinstance(event, SessionOpened) else event
        log.append(one.log, replace(one.entry, event=named))
    for day in (0, 86_400_000):
        log.append("prompt/p1", Entry(Key(day, "prompt"), PromptKept(text, "rosa", "abc")))
    return log


def history(lines: list[Line], *agents: object) -> dict[str, object]:
    replay = Replay(lines, CALL, dict.fromkeys(["rosa"] if agents else [], DESK))
    return dict(view(replay.tape.call(), replay.setting)["history"])


def test_a_replay_shows_the_version_and_the_prompt_that_was_used() -> None:
    lines = of_call(with_prompt("You were kind."), CALL)
    assert [line.log for line in lines].count("prompt/p1") == 1
    shown = history(read(write(lines)), DESK)
    assert (shown["agent"], shown["version"], shown["prompt"]) == ("rosa", "abc", "You were kind.")
    assert history(lines)["prompt"] == "You were kind.", "also if there is no such agent any more"


def test_a_call_without_its_prompt_shows_that_of_today() -> None:
    shown = history(list(LINES), DESK)
    assert (shown["prompt"], shown["today"]) == ("You answer.", False)
    older = [
        replace(line, entry=replace(line.entry, event=replace(line.entry.event, version="old")))
        if isinstance(line.entry.event, SessionOpened)
        else line
        for line in LINES
    ]
    assert history(older, DESK)["today"] is True
