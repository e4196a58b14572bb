"""What frames cause, with doubles of the ports: opening, answering, repeating, resuming."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from time import monotonic
from typing import Any

import pytest

from functions.live.deps import Frame, Ports
from functions.live.metered_model import MeteredModel
from functions.live.reminders import AnswerReminder, read
from functions.live.session import Sessions
from functions.relay import Agent, Caller, EndCall, HandOff, Voice, opt_out
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
from functions.relay.ports import LogError, Model
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
from tests.doubles import MemoryCounters, MemoryLog, RecordingLine, RecordingTimer, ScriptedModel, saying
from tests.endpoint import WAIT_S
from tests.live.ports import OUT_OF_REACH, HeardLine, TalkingModel, TroubledLog, in_the_background

CALL = "CA1"
CALLER, CALLED = "+15550101", "+15550100"
GREETING = "Good evening!"
DESK = Agent("You answer.", GREETING, {"en-US": Voice("Google", "en-US-Neural2-A")})
BAR = Agent("You answer.", "Bar, hello!", {"it-IT": Voice("Google", "it-IT-Neural2-A")})
TROUBLE = [Text(DESK.phrases.trouble, last=True)]


class House:
    """Sessions of two agents. The test controls everything that they talk to."""

    def __init__(
        self, *answers: Iterable[StreamEvent | Exception], log: MemoryLog | None = None, desk: Agent = DESK
    ) -> None:
        self.log = log or MemoryLog()
        self.private = MemoryLog()
        self.do_not_call = MemoryLog()
        self.line = RecordingLine()
        self.timer = RecordingTimer()
        self.model = ScriptedModel(*answers)
        self.ended: list[AnswerEnded] = []
        self.sessions = self.with_model(self.model, desk)
        self._ids = count(1)

    def with_model(self, model: Model, desk: Agent = DESK) -> Sessions:
        ports = Ports(self.log, self.line, model, self.timer, self.private, self.do_not_call)
        return Sessions(ports, {"desk": desk, "bar": BAR}, report=self.note)

    def with_line(self, line: HeardLine, model: Model) -> Sessions:
        return replace(
            self.with_model(model), ports=Ports(self.log, line, model, self.timer, self.private, self.do_not_call)
        )

    def note(self, ended: AnswerEnded) -> None:
        self.ended.append(ended)

    def frame(self, message: dict[str, Any], connection: str = "c1", at: int = 0) -> Frame:
        number = next(self._ids)
        return Frame(connection, Key(at or 1000 + number, f"m{number}"), json.dumps(message))

    def setup(self, connection: str = "c1", at: int = 0, **more: Any) -> Frame:
        message = {"type": "setup", "sessionId": f"VX-{connection}", "callSid": CALL, "from": CALLER, "to": CALLED}
        ticket = {"customParameters": {"ticket": self.ticket(connection)}}
        frame = self.frame({**message, **ticket, **more}, connection, at)
        announced = [event for event in self.log.events(call_log(CALL)) if isinstance(event, Announced)]
        known = {event.ticket for event in announced}
        if announced and "customParameters" not in more and self.ticket(connection) not in known:
            again = replace(announced[-1], ticket=self.ticket(connection), at=frame.key.at, follows=connection)
            self.log.append(call_log(CALL), Entry(announcement(len(announced)), again))
        return frame

    def ticket(self, connection: str = "c1") -> str:
        return f"ticket-of-{connection}"

    def prompt(self, text: str, connection: str = "c1", at: int = 0) -> Frame:
        return self.frame({"type": "prompt", "voicePrompt": text, "lang": "en-US", "last": True}, connection, at)

    def announced(self, agent: str = "desk") -> "House":
        announced = Announced(agent, CALLER, CALLED, ticket=self.ticket(), at=1000)
        self.log.append(call_log(CALL), Entry(announcement(0), announced))
        return self

    def opened(self, connection: str = "c1") -> "House":
        self.announced().sessions.receive(self.setup(connection))
        self.timer.notes.clear()
        return self

    def events(self, connection: str = "c1") -> list[Any]:
        return self.log.events(session_log(connection))

    def says(self, connection: str = "c1") -> list[Any]:
        """Return the words that were sent to this socket."""
        return [message for to, message in self.line.sent if to == connection]


# Opening


def test_a_call_that_was_announced_is_opened_with_its_agent() -> None:
    house = House().announced()
    frame = house.setup()
    assert house.sessions.receive(frame) == "opened"
    opened, setup = house.events()
    assert isinstance(setup, Setup)
    assert opened == SessionOpened("desk", CALL, CALLER, CALLED, GREETING, began=frame.key.at, prompt=opened.prompt)
    assert house.log.events(call_log(CALL))[1:] == [SessionJoined("c1")]


def test_twilio_speaks_the_first_greeting_so_nothing_is_sent() -> None:
    assert House().opened().line.sent == []


def test_the_announced_agent_answers_whatever_the_parameters_say() -> None:
    house = House().announced("bar")
    house.sessions.receive(house.setup(customParameters={"agent": "desk", "ticket": house.ticket()}))
    assert house.events()[0].agent == "bar"


def test_a_call_without_announcement_is_refused_and_ended() -> None:
    house = House(saying("Hello."))
    assert house.sessions.receive(house.setup()) == "refused"
    assert house.events()[0] == SessionRefused()
    assert house.line.sent == [("c1", End())]
    assert house.sessions.receive(house.prompt("Let me in")) == "not wanted any more"
    assert house.model.asked == []
    assert house.line.sent == [("c1", End())]


def test_a_setup_delivered_twice_opens_one_session() -> None:
    house = House().announced()
    frame = house.setup()
    assert [house.sessions.receive(frame), house.sessions.receive(frame)] == ["opened", "repeated"]
    assert len(house.events()) == 2
    assert house.log.events(call_log(CALL))[1:] == [SessionJoined("c1")]


def test_a_second_setup_of_a_session_changes_nothing() -> None:
    house = House().opened()
    assert house.sessions.receive(house.setup()) == "repeated"
    assert fold(house.log.read(session_log("c1"))).opened == house.events()[0]
    assert house.line.sent == []


# Strangers


def stranger(house: House, **more: Any) -> str:
    """Send the setup of the running call on another socket, and speak there; return what the setup caused."""
    done = house.sessions.receive(house.setup("c9", sessionId="VX9", **more))
    for text in ("Cancel my booking.", "Send it to Mallory."):
        assert house.sessions.receive(house.prompt(text, "c9")) == "not wanted any more"
    return done


def test_a_second_socket_with_a_used_ticket_changes_nothing() -> None:
    house = House(saying("On Friday."), saying("You asked when.")).opened()
    house.sessions.receive(house.prompt("When?"))
    used = {"customParameters": {"ticket": house.ticket()}}
    before = house.log.events(session_log("c1"))
    assert stranger(house, **used) == "refused"
    assert house.says("c9") == [End()]
    assert (len(house.model.asked), house.log.events(session_log("c1"))) == (1, before)
    assert SessionJoined("c9") not in house.log.events(call_log(CALL))
    dropped(house)
    house.sessions.receive(house.prompt("What did I ask?", "c2"))
    assert "Mallory" not in str(house.model.asked[-1].messages)


@pytest.mark.parametrize("parameters", [{}, {"ticket": ""}, {"ticket": "guessed"}], ids=["none", "empty", "guessed"])
def test_a_socket_without_the_ticket_of_its_call_is_refused(parameters: dict[str, str]) -> None:
    assert stranger(House().announced(), customParameters=parameters) == "refused"


def test_a_ticket_is_valid_for_a_minute() -> None:
    for at, outcome in ((1000 + TICKET_VALID_MS, "opened"), (1001 + TICKET_VALID_MS, "refused")):
        house = House().announced()
        assert house.sessions.receive(house.setup(at=at)) == outcome


@pytest.mark.parametrize(
    "over",
    [SessionEnded("VX-c1", "completed", call_over=True), Progressed(3, "completed", 40), Progressed(0, "busy")],
    ids=str,
)
def test_a_call_that_is_over_takes_no_session(over: SessionEnded | Progressed) -> None:
    house = House().opened()
    house.log.append(call_log(CALL), Entry(Key(3000, "over"), over))
    assert house.sessions.receive(house.setup("c2", at=3001)) == "refused"


def test_one_of_many_sockets_at_once_uses_a_ticket() -> None:
    house = House().announced()
    frames = [house.setup(f"c{n}", customParameters={"ticket": house.ticket()}) for n in range(30)]
    with ThreadPoolExecutor(30) as pool:
        outcomes = list(pool.map(house.sessions.receive, frames))
    assert sorted(outcomes) == ["opened", *["refused"] * 29]


def test_who_speaks_is_what_the_webhook_announced() -> None:
    house = House().announced()
    claims: dict[str, Any] = {
        "from": "+15550199",
        "to": "+15550198",
        "customParameters": {"ticket": house.ticket(), "tier": "gold"},
    }
    house.sessions.receive(house.setup(**claims))
    opened = house.events()[0]
    assert (opened.caller, opened.called, opened.parameters) == (CALLER, CALLED, ())


def test_an_opening_that_died_after_its_ticket_goes_on() -> None:
    house = House().announced()
    frame = house.setup()
    house.log.append(call_log(CALL), Entry(Key(1000, house.ticket()), SessionJoined("c1")))
    assert house.sessions.receive(frame) == "opened"


# Answering


def test_a_prompt_is_answered_with_what_the_agent_knows() -> None:
    house = House(saying("On ", "Friday.")).opened()
    assert house.sessions.receive(house.prompt("When?")) == "answered"
    [request] = house.model.asked
    assert request.prompt == DESK.prompt
    assert request.messages == (CALL_BEGINS, AgentMessage(GREETING), CallerMessage("When?"))
    assert "".join(message.token for message in house.says()) == "On Friday."
    assert [ended.how for ended in house.ended] == ["complete"]


def test_a_conversation_is_told_to_the_model_as_it_was_held() -> None:
    house = House(saying("On Friday."), saying("For four.")).opened()
    for words in ("When?", "For how many?"):
        house.sessions.receive(house.prompt(words))
    assert house.model.asked[1].messages[2:] == (
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
    house = House(asks, desk=replace(DESK, tools=[who]))
    announced = Announced("desk", CALLER, CALLED, (("tier", "gold"),), ticket=house.ticket(), at=1000)
    house.log.append(call_log(CALL), Entry(announcement(0), announced))
    house.sessions.receive(house.setup())
    house.sessions.receive(house.prompt("Who am I?"))
    assert known == [Caller(CALLER, CALLED, CALL, (("tier", "gold"),), "en-US")]
    assert house.says() == [Text("Bye!", last=True), End()]
    assert house.sessions.receive(house.prompt("Hello?")) == "not wanted any more"


@pytest.mark.parametrize("mark", ["mark-of-rosa", ""])
def test_a_wish_not_to_be_called_is_stored_under_the_mark(mark: str) -> None:
    """Without a mark it is stored as in version 0.1: it must hold."""
    asks: list[StreamEvent | Exception] = [ToolCall("t1", "opt_out", "{}"), Finished("tools")]
    house = House(asks, saying("You will not be called."), desk=replace(DESK, tools=[opt_out]))
    announced = Announced("desk", CALLER, CALLED, ticket=house.ticket(), at=1000, mark=mark)
    house.log.append(call_log(CALL), Entry(announcement(0), announced))
    house.sessions.receive(house.setup())
    house.sessions.receive(house.prompt("Never call me again."))
    log = house.do_not_call if mark else house.log
    assert log.events(callee_log(mark or CALLER)) == [OptedOut(CALL)]


def test_a_prompt_delivered_twice_is_answered_once() -> None:
    house = House(saying("On Friday.")).opened()
    frame = house.prompt("When?")
    assert [house.sessions.receive(frame), house.sessions.receive(frame)] == ["answered", "repeated"]
    assert len(house.model.asked) == 1
    assert "".join(message.token for message in house.says()) == "On Friday."


FRAMES: list[tuple[dict[str, Any], object]] = [
    ({"type": "dtmf", "digit": "5"}, Dtmf("5")),
    ({"type": "interrupt", "utteranceUntilInterrupt": "Good"}, Interrupt("Good")),
    ({"type": "info", "name": "agentSpeaking", "value": "on"}, Info("agentSpeaking", "on")),
    ({"type": "prompt", "voicePrompt": "", "last": True}, Partial("")),
]


@pytest.mark.parametrize(("message", "event"), FRAMES, ids=lambda value: type(value).__name__)
def test_any_other_frame_is_kept_once_and_asks_nothing(message: dict[str, Any], event: object) -> None:
    house = House().opened()
    frame = house.frame(message)
    house.sessions.receive(frame)
    house.sessions.receive(frame)
    assert house.events()[2:] == [event]
    assert house.line.sent == []


@pytest.mark.parametrize("event", [Prompt("Wait"), Closed(1001)], ids=lambda event: type(event).__name__)
def test_a_prompt_after_which_the_caller_has_gone_on_is_not_answered(event: Prompt | Closed) -> None:
    house = House(saying("stale")).opened()
    frame = house.prompt("When?")
    house.log.append(frame.log, Entry(Key(frame.key.at + 1, "newer"), event))
    assert house.sessions.receive(frame) == "not wanted any more"
    assert (house.model.asked, house.line.sent) == ([], [])
    assert Prompt("When?", "en-US") in house.events()


def test_a_prompt_without_an_answer_is_logged_as_ended() -> None:
    house = House(saying("Both?")).opened()
    first, second = house.prompt("When?"), house.prompt("And where?")
    house.sessions.receive(second)
    assert house.sessions.receive(first) == "not wanted any more"
    assert [turn.ended.how for turn in fold(house.log.read(first.log)).turns[1:] if turn.ended] == [
        "superseded",
        "complete",
    ]


def test_a_repeated_prompt_gets_no_second_apology() -> None:
    log = TroubledLog()
    house = House(saying("On Friday."), log=log).opened()
    frame = house.prompt("When?")
    house.sessions.receive(frame)
    said = len(house.line.sent)
    log.broken.add("read")
    assert house.sessions.receive(frame) == "repeated"
    assert len(house.line.sent) == said


def test_an_interrupt_right_after_a_prompt_leaves_its_answer_owed() -> None:
    house = House(saying("On Friday.")).opened()
    frame = house.prompt("When?")
    house.log.append(frame.log, Entry(Key(frame.key.at + 1, "newer"), Interrupt("Good")))
    assert house.sessions.receive(frame) == "answered"


def test_a_prompt_that_arrives_before_what_it_followed_is_answered() -> None:
    house = House(saying("On Friday.")).opened()
    earlier, frame = house.frame({"type": "interrupt"}), house.prompt("When?")
    assert house.sessions.receive(frame) == "answered"
    house.sessions.receive(earlier)
    assert [ended.how for ended in house.ended] == ["complete"]


def test_words_over_the_agent_are_answered_with_those_before() -> None:
    house, line, talking = House(saying("Very well.")), HeardLine(), TalkingModel(TextDelta("and, "))
    house.opened()
    first, second = house.with_line(line, talking), house.with_line(line, house.model)
    with in_the_background(lambda: first.receive(house.prompt("A table"))) as answered:
        line.wait_for(2)
        assert second.receive(house.prompt("for four")) == "answered"
        since = monotonic()
        assert answered.result(WAIT_S) == "answered"
    assert sorted(ended.how for ended in house.ended) == ["complete", "superseded"]
    assert house.model.asked[0].messages[-1] == CallerMessage("A table for four")
    assert max(line.times) - since < WAIT_S / 2  # the first answer would go on for WAIT_S
    assert line.lasts.count(True) == 1


# When the setup is slower


def test_a_prompt_waits_until_its_session_has_been_opened() -> None:
    log = TroubledLog()
    house = House(saying("On Friday."), log=log).announced()
    setup, prompt = house.setup(), house.prompt("When?")
    with in_the_background(lambda: house.sessions.receive(prompt)) as answered:
        log.wait_for_reads(2)
        assert house.line.sent == []
        assert house.sessions.receive(setup) == "opened"
        assert answered.result(WAIT_S) == "answered"
    assert house.model.asked[0].messages[-1] == CallerMessage("When?")


def test_a_prompt_in_a_session_that_never_opens_gets_an_apology() -> None:
    house = House().announced()
    hours = count(0, 10)
    sessions = replace(house.sessions, clock=lambda: next(hours))
    assert sessions.receive(house.prompt("Hello?")) == "apologised"
    assert house.line.messages == TROUBLE
    assert Prompt("Hello?", "en-US") in house.events()


# When the table fails


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["append", "read"])
def test_a_prompt_without_a_reachable_log_gets_an_apology(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    house = House(log=log).opened()
    log.broken = {broken}
    assert house.sessions.receive(house.prompt("My card is 4242")) == "apologised"
    assert house.line.messages == TROUBLE
    assert "DynamoDB: out of reach" in caplog.text
    assert "4242" not in caplog.text


@pytest.mark.parametrize(
    "message", [message for message, _ in FRAMES], ids=[type(event).__name__ for _, event in FRAMES]
)
def test_other_frames_without_a_reachable_log_raise(message: dict[str, Any]) -> None:
    log = TroubledLog()
    house = House(log=log).opened()
    log.broken = {"append"}
    with pytest.raises(LogError):
        house.sessions.receive(house.frame(message))
    assert house.line.sent == []


def test_warming_reads_the_table_and_writes_nothing() -> None:
    log = TroubledLog("append")
    House(log=log).sessions.warm()
    assert log.reads == 1


# A session that continues a call


def dropped(house: House, *messages: dict[str, Any]) -> None:
    """Let the first socket close after these frames, and another one continue the call."""
    for message in messages:
        house.sessions.receive(house.frame(message))
    house.log.append(session_log("c1"), Entry(Key(2000, "end"), Closed(1006)))
    assert house.sessions.receive(house.setup("c2")) == "resumed"


def played(text: str) -> dict[str, Any]:
    return {"type": "info", "name": "tokensPlayed", "value": text}


def test_a_session_that_resumes_remembers_what_was_said() -> None:
    house = House(saying("On Friday."), saying("For four.")).opened()
    house.sessions.receive(house.prompt("When?"))
    dropped(house, played(GREETING), played("On Friday."))
    house.sessions.receive(house.prompt("For how many?", "c2"))
    assert house.model.asked[1].messages == (
        CALL_BEGINS,
        AgentMessage(GREETING),
        CallerMessage("When?"),
        AgentMessage("On Friday."),
        CallerMessage("For how many?"),
    )
    assert house.log.events(call_log(CALL))[2:] == [SessionJoined("c1"), SessionJoined("c2")]


def test_a_caller_who_had_heard_the_answer_is_not_greeted_again() -> None:
    house = House(saying("On Friday.")).opened()
    house.sessions.receive(house.prompt("When?"))
    dropped(house, played(GREETING), played("On Friday."))
    assert house.says("c2") == []


@pytest.mark.parametrize("heard", [[], ["On"]], ids=["nothing", "a part"])
def test_a_drop_in_an_answer_is_apologised_for_after_it(heard: list[str]) -> None:
    house = House(saying("On Friday."), saying("On Friday, as I said.")).opened()
    house.sessions.receive(house.prompt("When?"))
    dropped(house, played(GREETING), *map(played, heard))
    assert house.says("c2") == [Text(DESK.phrases.back, last=True)]
    house.sessions.receive(house.prompt("I asked when", "c2"))
    spoken = [line.text for line in house.model.asked[1].messages if isinstance(line, AgentMessage)]
    assert spoken[-1].endswith(DESK.phrases.back)
    assert "Friday" not in " ".join(spoken)


TRANSFERRED = Entry(Key(1900, "asked", 101), HandedOff("t1", "asked", "+15550199", nobody="They are all out."))
MISSED = Entry(Key(1900, "asked", Slot.UNREACHED.at(number=101)), Unreached("no-answer"))


def test_an_untaken_caller_hears_so_once_and_the_log_has_it() -> None:
    house = House(saying("On Friday."), saying("I am sorry."), saying("Yes?")).opened()
    house.sessions.receive(house.prompt("When?"))
    sentence = "They are all out."
    for entry in (TRANSFERRED, MISSED):
        house.log.append(call_log(CALL), entry)
    assert house.sessions.receive(house.setup("c2", at=2000)) == "resumed"
    assert house.says("c2") == [Text(sentence, last=True)]
    house.sessions.receive(house.frame(json.loads(house.prompt("What a pity").body), "c2", at=2001))
    spoken = [line.text for line in house.model.asked[1].messages if isinstance(line, AgentMessage)]
    assert spoken[-1].endswith(sentence)
    house.sessions.receive(house.setup("c3", at=2002))
    assert sentence not in [message.token for message in house.says("c3")]


def test_a_drop_not_yet_reported_cuts_the_answer_too() -> None:
    house = House(saying("On Friday.")).opened()
    for frame in (house.prompt("When?"), house.frame(played(GREETING)), house.setup("c2")):
        house.sessions.receive(frame)
    assert house.says("c2") == [Text(DESK.phrases.back, last=True)]


def test_a_second_session_does_not_claim_an_unheard_greeting() -> None:
    house = House(saying("Hello.")).announced()
    house.log.append(call_log(CALL), Entry(Key(900, "left"), SessionEnded("VX-c1", "failed")))
    house.sessions.receive(house.setup("c2"))
    house.sessions.receive(house.prompt("Hello?", "c2"))
    assert house.model.asked[0].messages == (CallerMessage("Hello?"),)


def test_a_call_that_is_dropped_twice_still_remembers_its_beginning() -> None:
    house = House(saying("On Friday."), saying("For four."), saying("Bye.")).opened()
    house.sessions.receive(house.prompt("When?"))
    dropped(house, played(GREETING), played("On Friday."))
    house.sessions.receive(house.prompt("For how many?", "c2"))
    assert house.sessions.receive(house.setup("c3")) == "resumed"
    house.sessions.receive(house.prompt("Thanks", "c3"))
    told = house.model.asked[2].messages
    assert [line.text for line in told if isinstance(line, CallerMessage)][1:] == ["When?", "For how many?", "Thanks"]


# A long log


def told_long(house: House, turns: int) -> list[Message]:
    """Fill the log with a long conversation that was heard to its end; return the next request to the model."""
    name, lines = session_log("c1"), list[Message]((CALL_BEGINS, AgentMessage(GREETING)))
    house.sessions.receive(house.frame(played(GREETING)))
    for turn in range(turns):
        key = Key(2000 + 10 * turn, f"t{turn}")
        events = [
            (1, Prompt(f"Question {turn}?")),
            (100, AgentSaid(f"Answer {turn}.")),
            (199, AnswerEnded("complete")),
        ]
        for slot, event in events:
            house.log.append(name, Entry(key.under(slot), event))  # type: ignore[arg-type]
        house.log.append(name, Entry(Key(key.at + 1, f"p{turn}"), Info("tokensPlayed", f"Answer {turn}.")))
        lines += [CallerMessage(f"Question {turn}?"), AgentMessage(f"Answer {turn}.")]
    return lines


def late_prompt(house: House, text: str, at: int) -> Frame:
    return Frame("c1", Key(at, f"late{at}"), json.dumps({"type": "prompt", "voicePrompt": text}))


@pytest.mark.parametrize(
    ("turns", "anew"), [(LONG_LOG_ENTRIES // 4 + 5, True), (LONG_LOG_ENTRIES // 8, False)], ids=["long", "short"]
)
def test_a_shortened_log_makes_the_same_next_request(turns: int, anew: bool) -> None:
    house = House(saying("First."), saying("Second.")).opened()
    lines = told_long(house, turns)
    house.sessions.receive(late_prompt(house, "And now?", 9000))
    before = house.log.read(session_log("c1"))
    house.sessions.receive(house.frame(played("First."), at=9500))
    house.sessions.receive(late_prompt(house, "And then?", 9900))
    now, then = (request.messages for request in house.model.asked)
    assert now == (*lines, CallerMessage("And now?"))
    assert then == (*now, AgentMessage("First."), CallerMessage("And then?"))
    assert (len(before) < LONG_LOG_ENTRIES / 4) is anew
    openings = [event for event in house.events() if isinstance(event, SessionOpened)]
    assert len(openings) == (2 if anew else 1)
    assert history(fold(before))[: len(lines)] == tuple(lines)


def test_a_failed_compaction_does_not_trouble_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    log = TroubledLog()
    house = House(saying("First."), log=log).opened()
    told_long(house, LONG_LOG_ENTRIES // 4 + 5)
    log.broken = {"append SessionOpened"}
    assert house.sessions.receive(late_prompt(house, "And now?", 9000)) == "answered"
    assert "a long log was not shortened" in caplog.text
    assert house.says()[-1].last


# Any order


@pytest.mark.parametrize("order", [lambda frames: frames, lambda frames: frames[::-1]], ids=["in order", "backwards"])
def test_the_order_of_arrival_does_not_change_the_call(
    order: Callable[[list[Frame]], list[Frame]],
) -> None:
    house = House(saying("On Friday.")).opened()
    house.sessions.receive(house.prompt("When?"))
    messages = [played(GREETING), played("On"), {"type": "interrupt", "utteranceUntilInterrupt": "On"}]
    frames = [house.frame(message, at=3000 + number) for number, message in enumerate(messages)]
    for frame in [*order(frames), *frames]:
        house.sessions.receive(frame)
    call = fold(house.log.read(session_log("c1")))
    assert history(call) == (CALL_BEGINS, AgentMessage(GREETING), CallerMessage("When?"), AgentMessage("On"))


# What a call may cost


def test_a_call_that_has_used_its_tokens_is_ended() -> None:
    def costly(words: str) -> list[StreamEvent | Exception]:
        return [TextDelta(words), Finished("end", Usage(input=600))]

    house = House(costly("On Friday."), costly("For four.")).opened()
    sessions = replace(house.sessions, limits=Limits(tokens_per_call=1000))
    for text in ("When?", "For how many?"):
        assert sessions.receive(house.prompt(text)) == "answered"
    dropped(house)
    sessions.receive(house.prompt("And now?", "c2"))
    assert len(house.model.asked) == 2
    assert TimeUp("tokens") in [one.event for one in house.log.read(session_log("c2"))]
    assert house.says("c2")[-2:] == [Text(DESK.phrases.time_up, last=True), End()]


@pytest.mark.parametrize("partial_prompts", [True, False], ids=["drafts", "no drafts"])
@pytest.mark.parametrize("text", ["And now?", "For 2 people?"])
def test_a_call_that_has_used_its_tokens_counts_once(text: str, partial_prompts: bool) -> None:
    house = House(desk=replace(DESK, partial_prompts=partial_prompts)).opened()
    house.log.append(session_log("c1"), Entry(Key(500, "draft", 901), DraftDropped(Usage(10))))
    counted: list[str] = []
    sessions = replace(house.sessions, limits=Limits(tokens_per_call=10), limited=counted.append)
    sessions.receive(house.prompt(text))
    assert counted == ["tokens"]


def test_a_call_that_must_end_is_not_silent_if_the_log_fails() -> None:
    class FailingOnce(MemoryLog):
        failed = False

        def append(self, log: str, entry: Entry) -> bool:
            if isinstance(entry.event, TimeUp) and not self.failed:
                self.failed = True
                raise OUT_OF_REACH
            return super().append(log, entry)

    house = House([TextDelta("Yes."), Finished("end", Usage(input=600))], log=FailingOnce()).opened()
    sessions = replace(house.sessions, limits=Limits(tokens_per_call=500))
    sessions.receive(house.prompt("Are you there?"))
    assert sessions.receive(house.prompt("When?")) == "apologised"
    assert house.says()[-1] == Text(DESK.phrases.trouble, last=True)
    reminders = [read(note) for _, note in house.timer.notes]
    assert [
        sessions.check(one) for one in reminders if isinstance(one, AnswerReminder) and "over" in str(one.key)
    ] == ["taken over"]
    assert house.says()[-1] == End()


def test_a_prompt_while_the_session_ends_is_logged_as_ended() -> None:
    house = House(saying("stale")).opened()
    frame = house.prompt("And?")
    house.log.append(frame.log, Entry(END_CLAIM, EndClaimed(str(Key(50, "other")), "goodbye")))
    assert house.sessions.receive(frame) == "not wanted any more"
    assert [turn.ended.how for turn in fold(house.log.read(frame.log)).turns[1:] if turn.ended] == ["superseded"]


@pytest.mark.parametrize("to", [None, "+15550190"], ids=["nobody", "a person"])
def test_a_call_that_the_day_has_no_money_for_is_ended(to: str | None) -> None:
    desk = replace(DESK, when_limited=HandOff("busy", to) if to else None)
    house, counters = House(saying("On Friday."), saying("For four."), desk=desk).opened(), MemoryCounters()
    metered = MeteredModel(house.model, lambda usage: usage.output, counters, most=400, now=lambda: 0.0)
    sessions = replace(house.sessions, ports=replace(house.sessions.ports, model=metered))
    assert sessions.receive(house.prompt("When?")) == "answered"
    counters.adjust(money_of(0), 200)
    sessions.receive(house.prompt("For how many?"))
    assert not any(isinstance(one, Text) and "four" in one.token for one in house.says())
    assert house.says("c1")[-2] == Text(DESK.phrases.through if to else DESK.phrases.time_up, last=True)
    assert isinstance(house.says("c1")[-1], End)


def test_each_slice_of_a_call_is_paid_with_its_first_request() -> None:
    house = House(*(saying("Yes.") for _ in range(5))).opened()
    [began] = [event.began for event in house.events() if isinstance(event, SessionOpened)]
    for seconds in (100, 130, 140, 600, 610):
        house.sessions.receive(late_prompt(house, "And?", began + seconds * 1000))
    assert [list(one.slices) for one in house.model.asked] == [[], [1], [], [2, 3, 4, 5], []]


@pytest.mark.slow  # so many turns take the same lines again
def test_a_request_is_bounded_whatever_the_caller_says() -> None:
    house = House(*[saying("word " * 300) for _ in range(40)]).opened()
    for turn in range(40):
        house.sessions.receive(late_prompt(house, f"{turn} " + "x" * 3990, 10_000 + turn * 40_000))
    asked = [[line for line in one.messages if not isinstance(line, ToolResults)] for one in house.model.asked]
    assert max(sum(len(line.text) for line in lines) for lines in asked) < 80_000
    assert all(lines[-1].text.startswith(f"{turn} x") for turn, lines in enumerate(asked))
