"""What frames cause, with doubles of the ports: opening, answering, repeating, resuming."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from time import monotonic
from typing import Any

import pytest

from functions.live.deps import Frame
from functions.live.metered_model import MeteredModel
from functions.live.reminders import AnswerReminder, read
from functions.relay import Caller, EndCall, HandOff, opt_out
from functions.relay.admission import TICKET_VALID_MS
from functions.relay.call.call import fold
from functions.relay.call.history import CALL_BEGINS, LONG_LOG_ENTRIES, history
from functions.relay.cost_limits import Limits, money_of
from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Closed,
    DraftDropped,
    EndClaimed,
    Entry,
    HandedOff,
    OptedOut,
    Progressed,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    SessionRefused,
    TimeUp,
    Unreached,
)
from functions.relay.log.keys import END_CLAIM, Key, Slot, announcement, call_log, callee_log, session_log
from functions.relay.ports import LogError
from functions.relay.wire.messages import Dtmf, End, Info, Interrupt, Partial, Prompt, Setup, Text
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResults,
    Usage,
)
from tests.doubles import MemoryCounters, MemoryLog, saying
from tests.endpoint import WAIT_S
from tests.live.harness import CALL, CALLED, CALLER, DESK, GREETING, SessionHarness, dropped
from tests.live.ports import OUT_OF_REACH, HeardLine, TalkingModel, TroubledLog, in_the_background

pytestmark = pytest.mark.slow

TROUBLE = [Text(DESK.phrases.trouble, last=True)]


# Opening


def test_a_call_that_was_announced_is_opened_with_its_agent() -> None:
    harness = SessionHarness().announced()
    frame = harness.setup()
    assert harness.sessions.receive(frame) == "opened"
    opened, setup = harness.events()
    assert isinstance(setup, Setup)
    assert opened == SessionOpened("desk", CALL, CALLER, CALLED, GREETING, began=frame.key.at, prompt=opened.prompt)
    assert harness.log.events(call_log(CALL))[1:] == [SessionJoined("c1")]


def test_twilio_speaks_the_first_greeting_so_nothing_is_sent() -> None:
    assert SessionHarness().opened().line.sent == []


def test_the_announced_agent_answers_whatever_the_parameters_say() -> None:
    harness = SessionHarness().announced("bar")
    harness.sessions.receive(harness.setup(customParameters={"agent": "desk", "ticket": harness.ticket()}))
    assert harness.events()[0].agent == "bar"


def test_a_call_without_announcement_is_refused_and_ended() -> None:
    harness = SessionHarness(saying("Hello."))
    assert harness.sessions.receive(harness.setup()) == "refused"
    assert harness.events()[0] == SessionRefused()
    assert harness.line.sent == [("c1", End())]
    assert harness.sessions.receive(harness.prompt("Let me in")) == "not wanted any more"
    assert harness.model.asked == []
    assert harness.line.sent == [("c1", End())]


def test_a_setup_delivered_twice_opens_one_session() -> None:
    harness = SessionHarness().announced()
    frame = harness.setup()
    assert [harness.sessions.receive(frame), harness.sessions.receive(frame)] == ["opened", "repeated"]
    assert len(harness.events()) == 2
    assert harness.log.events(call_log(CALL))[1:] == [SessionJoined("c1")]


def test_a_second_setup_of_a_session_changes_nothing() -> None:
    harness = SessionHarness().opened()
    assert harness.sessions.receive(harness.setup()) == "repeated"
    assert fold(harness.log.read(session_log("c1"))).opened == harness.events()[0]
    assert harness.line.sent == []


# Strangers


def stranger(harness: SessionHarness, **more: Any) -> str:
    """Send the setup of the running call on another socket, and speak there; return what the setup caused."""
    done = harness.sessions.receive(harness.setup("c9", sessionId="VX9", **more))
    for text in ("Cancel my booking.", "Send it to Mallory."):
        assert harness.sessions.receive(harness.prompt(text, "c9")) == "not wanted any more"
    return done


def test_a_second_socket_with_a_used_ticket_changes_nothing() -> None:
    harness = SessionHarness(saying("On Friday."), saying("You asked when.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    used = {"customParameters": {"ticket": harness.ticket()}}
    before = harness.log.events(session_log("c1"))
    assert stranger(harness, **used) == "refused"
    assert harness.says("c9") == [End()]
    assert (len(harness.model.asked), harness.log.events(session_log("c1"))) == (1, before)
    assert SessionJoined("c9") not in harness.log.events(call_log(CALL))
    dropped(harness)
    harness.sessions.receive(harness.prompt("What did I ask?", "c2"))
    assert "Mallory" not in str(harness.model.asked[-1].messages)


@pytest.mark.parametrize("parameters", [{}, {"ticket": ""}, {"ticket": "guessed"}], ids=["none", "empty", "guessed"])
def test_a_socket_without_the_ticket_of_its_call_is_refused(parameters: dict[str, str]) -> None:
    assert stranger(SessionHarness().announced(), customParameters=parameters) == "refused"


def test_a_ticket_is_valid_for_a_minute() -> None:
    for at, outcome in ((1000 + TICKET_VALID_MS, "opened"), (1001 + TICKET_VALID_MS, "refused")):
        harness = SessionHarness().announced()
        assert harness.sessions.receive(harness.setup(at=at)) == outcome


@pytest.mark.parametrize(
    "over",
    [SessionEnded("VX-c1", "completed", call_over=True), Progressed(3, "completed", 40), Progressed(0, "busy")],
    ids=str,
)
def test_a_call_that_is_over_takes_no_session(over: SessionEnded | Progressed) -> None:
    harness = SessionHarness().opened()
    harness.log.append(call_log(CALL), Entry(Key(3000, "over"), over))
    assert harness.sessions.receive(harness.setup("c2", at=3001)) == "refused"


def test_one_of_many_sockets_at_once_uses_a_ticket() -> None:
    harness = SessionHarness().announced()
    frames = [harness.setup(f"c{n}", customParameters={"ticket": harness.ticket()}) for n in range(30)]
    with ThreadPoolExecutor(30) as pool:
        outcomes = list(pool.map(harness.sessions.receive, frames))
    assert sorted(outcomes) == ["opened", *["refused"] * 29]


def test_who_speaks_is_what_the_webhook_announced() -> None:
    harness = SessionHarness().announced()
    claims: dict[str, Any] = {
        "from": "+15550199",
        "to": "+15550198",
        "customParameters": {"ticket": harness.ticket(), "tier": "gold"},
    }
    harness.sessions.receive(harness.setup(**claims))
    opened = harness.events()[0]
    assert (opened.caller, opened.called, opened.parameters) == (CALLER, CALLED, ())


def test_an_opening_that_died_after_its_ticket_goes_on() -> None:
    harness = SessionHarness().announced()
    frame = harness.setup()
    harness.log.append(call_log(CALL), Entry(Key(1000, harness.ticket()), SessionJoined("c1")))
    assert harness.sessions.receive(frame) == "opened"


# Answering


def test_a_prompt_is_answered_with_what_the_agent_knows() -> None:
    harness = SessionHarness(saying("On ", "Friday.")).opened()
    assert harness.sessions.receive(harness.prompt("When?")) == "answered"
    [request] = harness.model.asked
    assert request.prompt == DESK.prompt
    assert request.messages == (CALL_BEGINS, AgentMessage(GREETING), CallerMessage("When?"))
    assert "".join(message.token for message in harness.says()) == "On Friday."
    assert [ended.how for ended in harness.ended] == ["complete"]


def test_a_conversation_is_told_to_the_model_as_it_was_held() -> None:
    harness = SessionHarness(saying("On Friday."), saying("For four.")).opened()
    for words in ("When?", "For how many?"):
        harness.sessions.receive(harness.prompt(words))
    assert harness.model.asked[1].messages[2:] == (
        CallerMessage("When?"),
        AgentMessage("On Friday."),
        CallerMessage("For how many?"),
    )


def test_a_tool_knows_who_is_on_the_phone() -> None:
    known: list[Caller] = []

    def who(caller: Caller) -> EndCall:
        """Say who calls."""
        known.append(caller)
        return EndCall(saying="Bye!")

    asks: list[StreamEvent | Exception] = [ToolCall("t1", "who", "{}"), Finished("tools")]
    harness = SessionHarness(asks, desk=replace(DESK, tools=[who]))
    announced = Announced("desk", CALLER, CALLED, (("tier", "gold"),), ticket=harness.ticket(), at=1000)
    harness.log.append(call_log(CALL), Entry(announcement(0), announced))
    harness.sessions.receive(harness.setup())
    harness.sessions.receive(harness.prompt("Who am I?"))
    assert known == [Caller(CALLER, CALLED, CALL, (("tier", "gold"),), "en-US")]
    assert harness.says() == [Text("Bye!", last=True), End()]
    assert harness.sessions.receive(harness.prompt("Hello?")) == "not wanted any more"


@pytest.mark.parametrize("mark", ["mark-of-rosa", ""])
def test_a_wish_not_to_be_called_is_stored_under_the_mark(mark: str) -> None:
    """Without a mark it is stored as in version 0.1: it must hold."""
    asks: list[StreamEvent | Exception] = [ToolCall("t1", "opt_out", "{}"), Finished("tools")]
    harness = SessionHarness(asks, saying("You will not be called."), desk=replace(DESK, tools=[opt_out]))
    announced = Announced("desk", CALLER, CALLED, ticket=harness.ticket(), at=1000, mark=mark)
    harness.log.append(call_log(CALL), Entry(announcement(0), announced))
    harness.sessions.receive(harness.setup())
    harness.sessions.receive(harness.prompt("Never call me again."))
    log = harness.do_not_call if mark else harness.log
    assert log.events(callee_log(mark or CALLER)) == [OptedOut(CALL)]


def test_a_prompt_delivered_twice_is_answered_once() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    frame = harness.prompt("When?")
    assert [harness.sessions.receive(frame), harness.sessions.receive(frame)] == ["answered", "repeated"]
    assert len(harness.model.asked) == 1
    assert "".join(message.token for message in harness.says()) == "On Friday."


FRAMES: list[tuple[dict[str, Any], object]] = [
    ({"type": "dtmf", "digit": "5"}, Dtmf("5")),
    ({"type": "interrupt", "utteranceUntilInterrupt": "Good"}, Interrupt("Good")),
    ({"type": "info", "name": "agentSpeaking", "value": "on"}, Info("agentSpeaking", "on")),
    ({"type": "prompt", "voicePrompt": "", "last": True}, Partial("")),
]


@pytest.mark.parametrize(("message", "event"), FRAMES, ids=lambda value: type(value).__name__)
def test_any_other_frame_is_kept_once_and_asks_nothing(message: dict[str, Any], event: object) -> None:
    harness = SessionHarness().opened()
    frame = harness.frame(message)
    harness.sessions.receive(frame)
    harness.sessions.receive(frame)
    assert harness.events()[2:] == [event]
    assert harness.line.sent == []


@pytest.mark.parametrize("event", [Prompt("Wait"), Closed(1001)], ids=lambda event: type(event).__name__)
def test_a_prompt_after_which_the_caller_has_gone_on_is_not_answered(event: Prompt | Closed) -> None:
    harness = SessionHarness(saying("stale")).opened()
    frame = harness.prompt("When?")
    harness.log.append(frame.log, Entry(Key(frame.key.at + 1, "newer"), event))
    assert harness.sessions.receive(frame) == "not wanted any more"
    assert (harness.model.asked, harness.line.sent) == ([], [])
    assert Prompt("When?", "en-US") in harness.events()


def test_a_prompt_without_an_answer_is_logged_as_ended() -> None:
    harness = SessionHarness(saying("Both?")).opened()
    first, second = harness.prompt("When?"), harness.prompt("And where?")
    harness.sessions.receive(second)
    assert harness.sessions.receive(first) == "not wanted any more"
    assert [turn.ended.how for turn in fold(harness.log.read(first.log)).turns[1:] if turn.ended] == [
        "superseded",
        "complete",
    ]


def test_a_repeated_prompt_gets_no_second_apology() -> None:
    log = TroubledLog()
    harness = SessionHarness(saying("On Friday."), log=log).opened()
    frame = harness.prompt("When?")
    harness.sessions.receive(frame)
    said = len(harness.line.sent)
    log.broken.add("read")
    assert harness.sessions.receive(frame) == "repeated"
    assert len(harness.line.sent) == said


def test_an_interrupt_right_after_a_prompt_leaves_its_answer_owed() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    frame = harness.prompt("When?")
    harness.log.append(frame.log, Entry(Key(frame.key.at + 1, "newer"), Interrupt("Good")))
    assert harness.sessions.receive(frame) == "answered"


def test_a_prompt_that_arrives_before_what_it_followed_is_answered() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    earlier, frame = harness.frame({"type": "interrupt"}), harness.prompt("When?")
    assert harness.sessions.receive(frame) == "answered"
    harness.sessions.receive(earlier)
    assert [ended.how for ended in harness.ended] == ["complete"]


def test_words_over_the_agent_are_answered_with_those_before() -> None:
    harness, line, talking = SessionHarness(saying("Very well.")), HeardLine(), TalkingModel(TextDelta("and, "))
    harness.opened()
    first, second = harness.with_line(line, talking), harness.with_line(line, harness.model)
    with in_the_background(lambda: first.receive(harness.prompt("A table"))) as answered:
        line.wait_for(2)
        assert second.receive(harness.prompt("for four")) == "answered"
        since = monotonic()
        assert answered.result(WAIT_S) == "answered"
    assert sorted(ended.how for ended in harness.ended) == ["complete", "superseded"]
    assert harness.model.asked[0].messages[-1] == CallerMessage("A table for four")
    assert max(line.times) - since < WAIT_S / 2  # the first answer would go on for WAIT_S
    assert line.lasts.count(True) == 1


# When the setup is slower


def test_a_prompt_waits_until_its_session_has_been_opened() -> None:
    log = TroubledLog()
    harness = SessionHarness(saying("On Friday."), log=log).announced()
    setup, prompt = harness.setup(), harness.prompt("When?")
    with in_the_background(lambda: harness.sessions.receive(prompt)) as answered:
        log.wait_for_reads(2)
        assert harness.line.sent == []
        assert harness.sessions.receive(setup) == "opened"
        assert answered.result(WAIT_S) == "answered"
    assert harness.model.asked[0].messages[-1] == CallerMessage("When?")


def test_a_prompt_in_a_session_that_never_opens_gets_an_apology() -> None:
    harness = SessionHarness().announced()
    hours = count(0, 10)
    sessions = replace(harness.sessions, clock=lambda: next(hours))
    assert sessions.receive(harness.prompt("Hello?")) == "apologised"
    assert harness.line.messages == TROUBLE
    assert Prompt("Hello?", "en-US") in harness.events()


# When the table fails


@pytest.mark.no_cover
@pytest.mark.parametrize("broken", ["append", "read"])
def test_a_prompt_without_a_reachable_log_gets_an_apology(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    harness = SessionHarness(log=log).opened()
    log.broken = {broken}
    assert harness.sessions.receive(harness.prompt("My card is 4242")) == "apologised"
    assert harness.line.messages == TROUBLE
    assert "DynamoDB: out of reach" in caplog.text
    assert "4242" not in caplog.text


@pytest.mark.parametrize(
    "message", [message for message, _ in FRAMES], ids=[type(event).__name__ for _, event in FRAMES]
)
def test_other_frames_without_a_reachable_log_raise(message: dict[str, Any]) -> None:
    log = TroubledLog()
    harness = SessionHarness(log=log).opened()
    log.broken = {"append"}
    with pytest.raises(LogError):
        harness.sessions.receive(harness.frame(message))
    assert harness.line.sent == []


def test_warming_reads_the_table_and_writes_nothing() -> None:
    log = TroubledLog("append")
    SessionHarness(log=log).sessions.warm()
    assert log.reads == 1


# A session that continues a call


def played(text: str) -> dict[str, Any]:
    return {"type": "info", "name": "tokensPlayed", "value": text}


def test_a_session_that_resumes_remembers_what_was_said() -> None:
    harness = SessionHarness(saying("On Friday."), saying("For four.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    dropped(harness, played(GREETING), played("On Friday."))
    harness.sessions.receive(harness.prompt("For how many?", "c2"))
    assert harness.model.asked[1].messages == (
        CALL_BEGINS,
        AgentMessage(GREETING),
        CallerMessage("When?"),
        AgentMessage("On Friday."),
        CallerMessage("For how many?"),
    )
    assert harness.log.events(call_log(CALL))[2:] == [SessionJoined("c1"), SessionJoined("c2")]


def test_a_caller_who_had_heard_the_answer_is_not_greeted_again() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    dropped(harness, played(GREETING), played("On Friday."))
    assert harness.says("c2") == []


@pytest.mark.parametrize("heard", [[], ["On"]], ids=["nothing", "a part"])
def test_a_drop_in_an_answer_is_apologised_for_after_it(heard: list[str]) -> None:
    harness = SessionHarness(saying("On Friday."), saying("On Friday, as I said.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    dropped(harness, played(GREETING), *map(played, heard))
    assert harness.says("c2") == [Text(DESK.phrases.back, last=True)]
    harness.sessions.receive(harness.prompt("I asked when", "c2"))
    spoken = [line.text for line in harness.model.asked[1].messages if isinstance(line, AgentMessage)]
    assert spoken[-1].endswith(DESK.phrases.back)
    assert "Friday" not in " ".join(spoken)


TRANSFERRED = Entry(Key(1900, "asked", 101), HandedOff("t1", "asked", "+15550199", nobody="They are all out."))
MISSED = Entry(Key(1900, "asked", Slot.UNREACHED.at(number=101)), Unreached("no-answer"))


def test_an_untaken_caller_hears_so_once_and_the_log_has_it() -> None:
    harness = SessionHarness(saying("On Friday."), saying("I am sorry."), saying("Yes?")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    sentence = "They are all out."
    for entry in (TRANSFERRED, MISSED):
        harness.log.append(call_log(CALL), entry)
    assert harness.sessions.receive(harness.setup("c2", at=2000)) == "resumed"
    assert harness.says("c2") == [Text(sentence, last=True)]
    harness.sessions.receive(harness.frame(json.loads(harness.prompt("What a pity").body), "c2", at=2001))
    spoken = [line.text for line in harness.model.asked[1].messages if isinstance(line, AgentMessage)]
    assert spoken[-1].endswith(sentence)
    harness.sessions.receive(harness.setup("c3", at=2002))
    assert sentence not in [message.token for message in harness.says("c3")]


def test_a_drop_not_yet_reported_cuts_the_answer_too() -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    for frame in (harness.prompt("When?"), harness.frame(played(GREETING)), harness.setup("c2")):
        harness.sessions.receive(frame)
    assert harness.says("c2") == [Text(DESK.phrases.back, last=True)]


def test_a_second_session_does_not_claim_an_unheard_greeting() -> None:
    harness = SessionHarness(saying("Hello.")).announced()
    harness.log.append(call_log(CALL), Entry(Key(900, "left"), SessionEnded("VX-c1", "failed")))
    harness.sessions.receive(harness.setup("c2"))
    harness.sessions.receive(harness.prompt("Hello?", "c2"))
    assert harness.model.asked[0].messages == (CallerMessage("Hello?"),)


def test_a_call_that_is_dropped_twice_still_remembers_its_beginning() -> None:
    harness = SessionHarness(saying("On Friday."), saying("For four."), saying("Bye.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    dropped(harness, played(GREETING), played("On Friday."))
    harness.sessions.receive(harness.prompt("For how many?", "c2"))
    assert harness.sessions.receive(harness.setup("c3")) == "resumed"
    harness.sessions.receive(harness.prompt("Thanks", "c3"))
    told = harness.model.asked[2].messages
    assert [line.text for line in told if isinstance(line, CallerMessage)][1:] == ["When?", "For how many?", "Thanks"]


# A long log


def told_long(harness: SessionHarness, turns: int) -> list[Message]:
    """Fill the log with a long conversation that was heard to its end; return the next request to the model."""
    name, lines = session_log("c1"), list[Message]((CALL_BEGINS, AgentMessage(GREETING)))
    harness.sessions.receive(harness.frame(played(GREETING)))
    for turn in range(turns):
        key = Key(2000 + 10 * turn, f"t{turn}")
        events = [
            (1, Prompt(f"Question {turn}?")),
            (100, AgentSaid(f"Answer {turn}.")),
            (199, AnswerEnded("complete")),
        ]
        for slot, event in events:
            harness.log.append(name, Entry(key.under(slot), event))  # type: ignore[arg-type]
        harness.log.append(name, Entry(Key(key.at + 1, f"p{turn}"), Info("tokensPlayed", f"Answer {turn}.")))
        lines += [CallerMessage(f"Question {turn}?"), AgentMessage(f"Answer {turn}.")]
    return lines


def late_prompt(harness: SessionHarness, text: str, at: int) -> Frame:
    return Frame("c1", Key(at, f"late{at}"), json.dumps({"type": "prompt", "voicePrompt": text}))


@pytest.mark.parametrize(
    ("turns", "anew"), [(LONG_LOG_ENTRIES // 4 + 5, True), (LONG_LOG_ENTRIES // 8, False)], ids=["long", "short"]
)
def test_a_shortened_log_makes_the_same_next_request(turns: int, anew: bool) -> None:
    harness = SessionHarness(saying("First."), saying("Second.")).opened()
    lines = told_long(harness, turns)
    harness.sessions.receive(late_prompt(harness, "And now?", 9000))
    before = harness.log.read(session_log("c1"))
    harness.sessions.receive(harness.frame(played("First."), at=9500))
    harness.sessions.receive(late_prompt(harness, "And then?", 9900))
    now, then = (request.messages for request in harness.model.asked)
    assert now == (*lines, CallerMessage("And now?"))
    assert then == (*now, AgentMessage("First."), CallerMessage("And then?"))
    assert (len(before) < LONG_LOG_ENTRIES / 4) is anew
    openings = [event for event in harness.events() if isinstance(event, SessionOpened)]
    assert len(openings) == (2 if anew else 1)
    assert history(fold(before))[: len(lines)] == tuple(lines)


def test_a_failed_compaction_does_not_trouble_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    harness = SessionHarness(saying("First."), log=log).opened()
    told_long(harness, LONG_LOG_ENTRIES // 4 + 5)
    log.broken = {"append SessionOpened"}
    assert harness.sessions.receive(late_prompt(harness, "And now?", 9000)) == "answered"
    assert "a long log was not shortened" in caplog.text
    assert harness.says()[-1].last


# Any order


@pytest.mark.parametrize("order", [lambda frames: frames, lambda frames: frames[::-1]], ids=["in order", "backwards"])
def test_the_order_of_arrival_does_not_change_the_call(
    order: Callable[[list[Frame]], list[Frame]],
) -> None:
    harness = SessionHarness(saying("On Friday.")).opened()
    harness.sessions.receive(harness.prompt("When?"))
    messages = [played(GREETING), played("On"), {"type": "interrupt", "utteranceUntilInterrupt": "On"}]
    frames = [harness.frame(message, at=3000 + number) for number, message in enumerate(messages)]
    for frame in [*order(frames), *frames]:
        harness.sessions.receive(frame)
    call = fold(harness.log.read(session_log("c1")))
    assert history(call) == (CALL_BEGINS, AgentMessage(GREETING), CallerMessage("When?"), AgentMessage("On"))


# What a call may cost


def test_a_call_that_has_used_its_tokens_is_ended() -> None:
    def costly(words: str) -> list[StreamEvent | Exception]:
        return [TextDelta(words), Finished("end", Usage(input=600))]

    harness = SessionHarness(costly("On Friday."), costly("For four.")).opened()
    sessions = replace(harness.sessions, limits=Limits(tokens_per_call=1000))
    for text in ("When?", "For how many?"):
        assert sessions.receive(harness.prompt(text)) == "answered"
    dropped(harness)
    sessions.receive(harness.prompt("And now?", "c2"))
    assert len(harness.model.asked) == 2
    assert TimeUp("tokens") in [one.event for one in harness.log.read(session_log("c2"))]
    assert harness.says("c2")[-2:] == [Text(DESK.phrases.time_up, last=True), End()]


@pytest.mark.parametrize("partial_prompts", [True, False], ids=["drafts", "no drafts"])
@pytest.mark.parametrize("text", ["And now?", "For 2 people?"])
def test_a_call_that_has_used_its_tokens_counts_once(text: str, partial_prompts: bool) -> None:
    harness = SessionHarness(desk=replace(DESK, partial_prompts=partial_prompts)).opened()
    harness.log.append(session_log("c1"), Entry(Key(500, "draft", 901), DraftDropped(Usage(10))))
    counted: list[str] = []
    sessions = replace(harness.sessions, limits=Limits(tokens_per_call=10), limited=counted.append)
    sessions.receive(harness.prompt(text))
    assert counted == ["tokens"]


def test_a_call_that_must_end_is_not_silent_if_the_log_fails() -> None:
    class FailingOnce(MemoryLog):
        failed = False

        def append(self, log: str, entry: Entry) -> bool:
            if isinstance(entry.event, TimeUp) and not self.failed:
                self.failed = True
                raise OUT_OF_REACH
            return super().append(log, entry)

    harness = SessionHarness([TextDelta("Yes."), Finished("end", Usage(input=600))], log=FailingOnce()).opened()
    sessions = replace(harness.sessions, limits=Limits(tokens_per_call=500))
    sessions.receive(harness.prompt("Are you there?"))
    assert sessions.receive(harness.prompt("When?")) == "apologised"
    assert harness.says()[-1] == Text(DESK.phrases.trouble, last=True)
    reminders = [read(note) for _, note in harness.timer.notes]
    assert [
        sessions.check(one) for one in reminders if isinstance(one, AnswerReminder) and "over" in str(one.key)
    ] == ["taken over"]
    assert harness.says()[-1] == End()


def test_a_prompt_while_the_session_ends_is_logged_as_ended() -> None:
    harness = SessionHarness(saying("stale")).opened()
    frame = harness.prompt("And?")
    harness.log.append(frame.log, Entry(END_CLAIM, EndClaimed(str(Key(50, "other")), "goodbye")))
    assert harness.sessions.receive(frame) == "not wanted any more"
    assert [turn.ended.how for turn in fold(harness.log.read(frame.log)).turns[1:] if turn.ended] == ["superseded"]


@pytest.mark.parametrize("to", [None, "+15550190"], ids=["nobody", "a person"])
def test_a_call_that_the_day_has_no_money_for_is_ended(to: str | None) -> None:
    desk = replace(DESK, when_limited=HandOff("busy", to) if to else None)
    harness, counters = (
        SessionHarness(saying("On Friday."), saying("For four."), desk=desk).opened(),
        MemoryCounters(),
    )
    metered = MeteredModel(harness.model, lambda usage: usage.output, counters, most=400, now=lambda: 0.0)
    sessions = replace(harness.sessions, ports=replace(harness.sessions.ports, model=metered))
    assert sessions.receive(harness.prompt("When?")) == "answered"
    counters.adjust(money_of(0), 200)
    sessions.receive(harness.prompt("For how many?"))
    assert not any(isinstance(one, Text) and "four" in one.token for one in harness.says())
    assert harness.says("c1")[-2] == Text(DESK.phrases.through if to else DESK.phrases.time_up, last=True)
    assert isinstance(harness.says("c1")[-1], End)


def test_each_slice_of_a_call_is_paid_with_its_first_request() -> None:
    harness = SessionHarness(*(saying("Yes.") for _ in range(5))).opened()
    [began] = [event.began for event in harness.events() if isinstance(event, SessionOpened)]
    for seconds in (100, 130, 140, 600, 610):
        harness.sessions.receive(late_prompt(harness, "And?", began + seconds * 1000))
    assert [list(one.slices) for one in harness.model.asked] == [[], [1], [], [2, 3, 4, 5], []]


@pytest.mark.no_cover  # each turn runs the same lines
def test_a_request_is_bounded_whatever_the_caller_says() -> None:
    harness = SessionHarness(*[saying("word " * 300) for _ in range(40)]).opened()
    for turn in range(40):
        harness.sessions.receive(late_prompt(harness, f"{turn} " + "x" * 3990, 10_000 + turn * 40_000))
    asked = [[line for line in one.messages if not isinstance(line, ToolResults)] for one in harness.model.asked]
    assert max(sum(len(line.text) for line in lines) for lines in asked) < 80_000
    assert all(lines[-1].text.startswith(f"{turn} x") for turn, lines in enumerate(asked))
