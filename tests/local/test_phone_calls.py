"""Whole calls to a small application: what the caller does, hears, and leaves on record."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from local.phone import (
    Call,
    CallError,
    Clause,
    Event,
    Line,
    Opened,
    Over,
    Pace,
    Phone,
    Quirks,
    Verb,
    WaitError,
    Words,
)
from local.phone.__main__ import main
from local.phone.records import Closed, Speaking
from tests.local.phone_app import PUBLIC, RELAY, TOKEN, App, Socket, Webhook, answer, connect, serving

pytestmark = pytest.mark.slow

LONG = "One thing. Two things. Three things. Four things. Five things. Six things. Seven things. Eight things."


class Lines:
    """Makes phones to small applications, and ends all their calls at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def phone(self, app: App, **options: Any) -> Phone:
        self._stack.enter_context(serving(app))
        given: dict[str, Any] = {"public_url": PUBLIC, "connect": app.connect, "speed": 20.0, "timeout": 60.0}
        return self._stack.enter_context(Phone(app.voice_url, TOKEN, **given | options))


class SlowHandshake(App):
    """Opens no socket before `may_open` is set; `shaking` is set once one is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.shaking, self.may_open = threading.Event(), threading.Event()

    async def socket(self, request: web.Request) -> web.StreamResponse:
        self.shaking.set()
        await asyncio.to_thread(self.may_open.wait, 60.0)
        return await super().socket(request)


@pytest.fixture
def lines() -> Iterator[Lines]:
    threads = own_threads()
    with ExitStack() as stack:
        yield Lines(stack)
    assert own_threads() == threads


def own_threads() -> list[threading.Thread]:
    """The threads that phones and their applications start. Those of other lines may start and end meanwhile."""
    return [one for one in threading.enumerate() if one.name in ("phone", "application")]


def kinds(call: Call, sender: str) -> list[str]:
    return [frame.message.get("type", "") for frame in call.frames if frame.sender == sender]


def sent(call: Call, kind: str) -> list[dict[str, Any]]:
    """The messages of a kind that the phone sent."""
    return [frame.message for frame in call.frames if frame.sender == "twilio" and frame.message["type"] == kind]


def test_a_call_reads_as_a_conversation(lines: Lines) -> None:
    app = App(voice=lambda _: connect(welcomeGreeting="Hello, this is Rosa."))
    call = lines.phone(app).dial()
    assert call.heard == "Hello, this is Rosa."
    assert call.say("Table for two") == "You said, Table for two. Is that right?"
    call.hang_up()
    assert call.outcome == "completed"
    assert call.lines == (
        Line("agent", "Hello, this is Rosa."),
        Line("caller", "Table for two"),
        Line("agent", "You said, Table for two. Is that right?"),
    )
    assert call.transcript.splitlines()[1] == "caller: Table for two"
    assert (call.errors, call.warnings, call.verbs, call.dialed) == ((), (), (), None)


def test_every_frame_is_on_record_in_order(lines: Lines) -> None:
    app = App()
    call = lines.phone(app).dial()
    call.say("Hello")
    call.hang_up()
    assert [frame.message for frame in call.frames if frame.sender == "twilio"] == app.received
    assert kinds(call, "app") == ["text"] * 5
    times = [frame.at for frame in call.frames]
    assert times == sorted(times)
    assert {frame.session for frame in call.frames} == {call.sessions[0].id}


def test_a_turn_tells_how_fast_the_answer_came_and_what_was_heard(lines: Lines) -> None:
    call = lines.phone(App()).dial()
    call.say("Hello")
    (turn,) = call.turns
    assert (turn.prompt, turn.texts, turn.interrupted) == ("Hello", 4, False)
    assert turn.heard == "You said, Hello. Is that right?"
    assert turn.first_text is not None and 0 < turn.first_text < 1


class TestWebhooks:
    def test_the_voice_webhook_is_signed_under_its_public_url(self, lines: Lines) -> None:
        app = App()
        lines.phone(app, number="+15550101").dial(caller="+15550123", extra={"StirVerstat": "No"}).hang_up()
        (voice, ended) = app.webhooks
        validator = RequestValidator(TOKEN)
        assert validator.validate(f"{PUBLIC}/voice", voice.form, voice.headers["X-Twilio-Signature"])
        assert validator.validate(f"{PUBLIC}/ended", ended.form, ended.headers["X-Twilio-Signature"])
        assert (voice.form["From"], voice.form["To"], voice.form["StirVerstat"]) == ("+15550123", "+15550101", "No")

    def test_the_handshake_is_signed_over_the_literal_url(self, lines: Lines) -> None:
        url = f"{RELAY}?cid=abc&n=1"
        app = App(voice=lambda _: connect(url=url))
        lines.phone(app).dial().hang_up()
        (headers,) = app.handshakes
        signature = RequestValidator(TOKEN).compute_signature(url, {})
        assert headers["x-twilio-signature"] == signature
        assert headers["x-amzn-bedrock-agentcore-runtime-custom-twilio-signature"] == signature
        assert headers["user-agent"] == "Jetty/11.0.24"
        assert not {"Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Origin"} & set(headers)

    @pytest.mark.parametrize("forged", ["bm90IGEgc2lnbmF0dXJl", None])
    def test_signatures_can_be_forged_or_left_out(self, lines: Lines, forged: str | None) -> None:
        app = App()
        lines.phone(app, sign=lambda url, form: forged).dial().hang_up()
        assert app.webhooks[0].headers.get("X-Twilio-Signature") == forged
        assert app.handshakes[0].get("x-twilio-signature") == forged

    def test_a_relative_action_is_found_beside_the_webhook(self, lines: Lines) -> None:
        app = App(voice=lambda _: connect(action="over/here?n=1"))
        lines.phone(app).dial().hang_up()
        ended = app.webhooks[1]
        assert ended.path == "/over/here?n=1"
        signed = f"{PUBLIC}/over/here?n=1"
        form = {name: value for name, value in ended.form.items() if name != "n"}
        assert RequestValidator(TOKEN).validate(signed, form, ended.headers["X-Twilio-Signature"])

    def test_the_action_may_be_called_by_get(self, lines: Lines) -> None:
        app = App(voice=lambda _: connect().replace("<Connect", '<Connect method="GET"'))
        lines.phone(app).dial().hang_up()
        ended = app.webhooks[1]
        assert (ended.method, ended.form["SessionStatus"]) == ("GET", "completed")
        assert RequestValidator(TOKEN).validate(f"{PUBLIC}{ended.path}", {}, ended.headers["X-Twilio-Signature"])

    @pytest.mark.parametrize(
        ("given", "outcome", "code"),
        [
            (("boom", 500, "text/plain"), "busy", 11200),
            (("gone", 404, "text/xml"), "busy", 11200),
            (("<Response>", 200, "text/xml"), "failed", 12100),
            (("{}", 200, "application/json"), "failed", 12300),
        ],
    )
    def test_a_webhook_that_fails_refuses_the_call(
        self, lines: Lines, given: tuple[str, int, str], outcome: str, code: int
    ) -> None:
        app = App(voice=lambda _: answer(*given))
        call = lines.phone(app).dial()
        assert (call.outcome, [problem.code for problem in call.errors]) == (outcome, [code])
        assert call.sessions == ()

    def test_a_webhook_that_nobody_answers_is_tried_once_more(self) -> None:
        marks: list[str] = []
        with Phone("http://127.0.0.1:1/voice", TOKEN, sign=lambda url, form: marks.append(url)) as phone:
            call = phone.dial()
        assert (call.outcome, call.errors[0].code) == ("busy", 11205)
        assert len(marks) == 2

    def test_a_webhook_that_hangs_is_given_up(self, lines: Lines) -> None:
        release = threading.Event()

        def hang(_: Webhook) -> str:
            release.wait()
            return connect()

        phone = lines.phone(App(voice=hang), webhook_timeout=0.1)
        call = phone.dial()
        release.set()
        assert (call.outcome, call.errors[0].code) == ("busy", 11200)

    def test_the_handshake_timeout_does_not_limit_the_session(self, lines: Lines) -> None:
        phone = lines.phone(App(), webhook_timeout=1.0, pace=Pace(settle=24.0))
        # On a busy machine the webhook itself may take a second.
        call = next(call for call in (phone.dial() for _ in range(60)) if call.sessions)
        assert call.say("Hello") and call.errors == ()

    def test_a_repeated_webhook_is_marked(self, lines: Lines) -> None:
        app = App()
        lines.phone(app, quirks=Quirks(voice_copies=3)).dial().hang_up()
        tokens = [webhook.headers.get("I-Twilio-Idempotency-Token") for webhook in app.webhooks[:3]]
        assert tokens[0] is None and tokens[1] is not None and tokens[1] == tokens[2]
        assert len({webhook.form["CallSid"] for webhook in app.webhooks}) == 1


class TestTwiml:
    def test_verbs_are_recorded_and_what_is_said_is_heard(self, lines: Lines) -> None:
        body = (
            "<Response><Say>Please hold.</Say><Pause length='1'/><Dial><Number>+15550101</Number></Dial></Response>"
        )
        call = lines.phone(App(voice=lambda _: body)).dial()
        assert (call.outcome, call.heard) == ("completed", "Please hold.")
        assert [verb.name for verb in call.verbs] == ["Say", "Pause", "Dial"]
        assert call.verbs[-1].nouns == (Verb("Number", {}, "+15550101"),)
        assert call.dialed == "+15550101"

    def test_what_follows_runs_once_the_caller_is_alone_again(self, lines: Lines) -> None:
        body = "<Response><Enqueue workflowSid='WW1'><Task>{}</Task></Enqueue><Say>Bye.</Say></Response>"
        call = lines.phone(App(voice=lambda _: body)).dial()
        assert ([verb.name for verb in call.verbs], call.heard) == (["Enqueue", "Say"], "Bye.")

    def test_a_rejected_call_is_busy(self, lines: Lines) -> None:
        assert lines.phone(App(voice=lambda _: "<Response><Reject/></Response>")).dial().outcome == "busy"

    def test_a_redirect_is_followed(self, lines: Lines) -> None:
        app = App(voice=lambda _: "<Response><Redirect>/other</Redirect></Response>", ended=lambda _: connect())
        call = lines.phone(app).dial()
        assert call.say("Hello") == "You said, Hello. Is that right?"
        assert [webhook.path for webhook in app.webhooks] == ["/voice", "/other"]

    def test_a_relative_url_is_taken_from_the_document_that_holds_it(self, lines: Lines) -> None:
        app = App(
            voice=lambda _: "<Response><Redirect>/deep/other</Redirect></Response>",
            ended=lambda webhook: connect(action="done") if webhook.path == "/deep/other" else "<Response/>",
        )
        lines.phone(app).dial().hang_up()
        assert [webhook.path for webhook in app.webhooks] == ["/voice", "/deep/other", "/deep/done"]

    def test_redirects_without_end_are_given_up(self, lines: Lines) -> None:
        call = lines.phone(App(voice=lambda _: "<Response><Redirect>/voice</Redirect></Response>")).dial()
        assert (call.outcome, call.errors[-1].code) == ("failed", 11200)

    def test_plain_text_is_read_out(self, lines: Lines) -> None:
        call = lines.phone(App(voice=lambda _: answer("Closed today.", 200, "text/plain"))).dial()
        assert (call.outcome, call.heard) == ("completed", "Closed today.")

    def test_a_url_that_is_not_wss_is_refused(self, lines: Lines) -> None:
        app = App(voice=lambda _: connect(url="ws://relay.example/prod"))
        call = lines.phone(app).dial()
        assert [problem.code for problem in call.errors] == [64101]
        assert app.webhooks[1].form["ErrorCode"] == "64101"
        assert app.handshakes == []

    def test_an_unknown_attribute_is_a_warning(self, lines: Lines) -> None:
        call = lines.phone(App(voice=lambda _: connect(interruptByDtmf="true"))).dial()
        assert call.warnings == ("<ConversationRelay> has no attribute 'interruptByDtmf'",)

    def test_parameters_arrive_in_setup(self, lines: Lines) -> None:
        noun = '<ConversationRelay url="wss://relay.example/prod"><Parameter name="tenant" value="acme"/>'
        body = f"<Response><Connect>{noun}</ConversationRelay></Connect></Response>"
        app = App(voice=lambda _: body)
        call = lines.phone(app).dial()
        assert sent(call, "setup")[0]["customParameters"] == call.sessions[0].parameters == {"tenant": "acme"}

    def test_without_an_action_the_next_verb_runs(self, lines: Lines) -> None:
        app = App(voice=lambda _: connect(action=None, after="<Say>Goodbye.</Say>"), handle=end_after_goodbye)
        call = lines.phone(app).dial()
        assert call.say("Bye") == "So long. Goodbye."
        assert (call.outcome, len(app.webhooks)) == ("completed", 1)

    def test_a_connect_to_something_else_is_recorded_as_a_verb(self, lines: Lines) -> None:
        body = '<Response><Connect><Stream url="wss://relay.example"/></Connect><Say>Bye.</Say></Response>'
        call = lines.phone(App(voice=lambda _: body)).dial()
        assert [verb.name for verb in call.verbs] == ["Connect", "Say"]


class TestEnds:
    def test_the_application_ends_and_the_call_goes_on(self, lines: Lines) -> None:
        app = App(ended=lambda _: "<Response><Dial>+15550101</Dial></Response>", handle=end_after_goodbye)
        call = lines.phone(app).dial()
        assert call.say("A person, please") == "So long."
        form = app.webhooks[1].form
        assert (form["SessionStatus"], form["CallStatus"]) == ("ended", "in-progress")
        assert form["HandoffData"] == '{"reason":"live-agent"}'
        assert (call.outcome, call.dialed, call.errors) == ("completed", "+15550101", ())
        assert (app.closes, call.sessions[0].ended and call.sessions[0].ended.close_code) == ([1000], 1000)

    def test_a_caller_who_hangs_up_ends_the_call(self, lines: Lines) -> None:
        app = App(ended=lambda _: connect())
        call = lines.phone(app).dial()
        call.hang_up()
        call.hang_up()
        form = app.webhooks[1].form
        assert (form["SessionStatus"], form["CallStatus"]) == ("completed", "completed")
        assert not {"HandoffData", "ErrorCode"} & form.keys()
        assert (call.outcome, len(call.sessions), app.closes) == ("completed", 1, [1000])

    def test_a_dropped_socket_is_resumed_in_a_new_session(self, lines: Lines) -> None:
        app = App(ended=lambda _: connect())
        call = lines.phone(app).dial()
        call.say("Hello")
        call.drop()
        assert call.say("Again") == "You said, Again. Is that right?"
        form = app.webhooks[1].form
        assert (form["SessionStatus"], form["CallStatus"], form["ErrorCode"]) == ("failed", "in-progress", "64105")
        assert form["ErrorMessage"] == "Websocket ended"
        first, second = sent(call, "setup")
        assert first["callSid"] == second["callSid"] and first["sessionId"] != second["sessionId"]
        assert (first["callStatus"], second["callStatus"]) == ("RINGING", "IN_PROGRESS")
        assert (app.closes[0], call.errors) == (1006, ())

    @pytest.mark.parametrize("code", [1000, 1001])
    def test_an_application_that_closes_is_at_fault(self, lines: Lines, code: int) -> None:
        async def leave(socket: Socket, message: dict[str, Any]) -> None:
            if message["type"] == "prompt":
                await socket.close(code=code)

        app = App(handle=leave)
        call = lines.phone(app).dial()
        call.speak("Hello")
        call.wait_until_over()
        assert app.webhooks[1].form["ErrorCode"] == "64105"
        assert [problem.code for problem in call.errors] == [64105]
        assert call.sessions[0].ended and call.sessions[0].ended.close_code == code

    def test_an_application_that_vanishes_leaves_1006(self, lines: Lines) -> None:
        async def vanish(socket: Socket, message: dict[str, Any]) -> None:
            if message["type"] == "prompt":
                transport = socket.get_extra_info("socket")
                transport.shutdown(2)

        call = lines.phone(App(handle=vanish)).dial()
        call.speak("Hello")
        call.wait_until_over()
        assert call.sessions[0].ended and call.sessions[0].ended.close_code == 1006

    def test_bad_frames_are_refused_and_ten_end_the_session(self, lines: Lines) -> None:
        async def babble(socket: Socket, message: dict[str, Any]) -> None:
            if message["type"] == "prompt":
                for _ in range(10):
                    await socket.send_str('{"message":"Internal server error"}')

        app = App(handle=babble)
        call = lines.phone(app).dial()
        call.speak("Hello")
        call.wait_until_over()
        refused = 'Invalid message received, code: 64107, {"message":"Internal server error"}'
        assert [error["description"] for error in sent(call, "error")] == [refused] * 10
        assert [problem.code for problem in call.errors] == [64107] * 10
        assert (app.closes, app.webhooks[1].form["ErrorMessage"]) == ([1007], "Websocket ended")

    @pytest.mark.parametrize("status", [401, 403, 500])
    def test_a_refused_handshake_is_busy(self, lines: Lines, status: int) -> None:
        app = App(refuse=status)
        call = lines.phone(app).dial()
        assert (call.outcome, [problem.code for problem in call.errors]) == ("busy", [64102])
        assert len(app.webhooks) == 1

    def test_a_handshake_refused_later_is_told_to_the_action(self, lines: Lines) -> None:
        app = App(ended=lambda webhook: connect() if webhook.form["ErrorCode"] == "64105" else "<Response/>")
        call = lines.phone(app).dial()
        app.refuse = 403
        call.drop()
        assert [webhook.form["ErrorCode"] for webhook in app.webhooks[1:]] == ["64105", "64102"]
        assert (call.outcome, [problem.code for problem in call.errors]) == ("completed", [64102])

    def test_an_action_that_fails_ends_the_call(self, lines: Lines) -> None:
        call = lines.phone(App(ended=lambda _: answer("boom", 502, "text/plain"))).dial()
        call.drop()
        assert (call.outcome, [problem.code for problem in call.errors]) == ("failed", [11200])

    def test_a_caller_may_hang_up_before_anybody_answers(self, lines: Lines) -> None:
        phone = lines.phone(App(), speed=1.0, pace=Pace(connect=0.2))
        call = phone.dial(listen=False)
        call.hang_up()
        assert (call.outcome, call.sessions) == ("canceled", ())

    def test_a_caller_may_hang_up_while_the_socket_opens(self, lines: Lines) -> None:
        app = SlowHandshake()
        call = lines.phone(app).dial(listen=False)
        assert app.shaking.wait(60.0)
        with pytest.raises(WaitError):
            call.hang_up(timeout=0.0)
        app.may_open.set()
        call.wait_until_over(timeout=60.0)
        assert (call.outcome, app.closes) == ("completed", [1000])


class TestTalking:
    def test_breaking_in_stops_the_agent_and_has_an_answer(self, lines: Lines) -> None:
        call = lines.phone(App(handle=recite)).dial()
        call.speak("Go on")
        assert call.interrupt("Stop there", after="Two things.") == "Stopped."
        first, second = call.turns
        assert first.interrupted and not second.interrupted
        assert first.heard.startswith("One thing. Two things.") and len(first.heard) < len(LONG)
        assert LONG.startswith(first.heard)
        (interrupt,) = sent(call, "interrupt")
        assert first.heard.endswith(interrupt["utteranceUntilInterrupt"])
        assert isinstance(interrupt["durationUntilInterruptMs"], int)

    def test_a_caller_breaks_in_in_time_however_busy_the_machine(self, lines: Lines) -> None:
        def stall(event: Event) -> None:
            if event == Clause("One thing."):
                time.sleep(0.5)  # 10 s of the call: the agent would have said all

        call = lines.phone(App(handle=recite)).dial(on_event=stall)
        call.speak("Go on")
        assert call.interrupt("Stop there", after="Two things.") == "Stopped."
        assert call.turns[0].heard in ("One thing. Two things. Three", "One thing. Two things. Three things.")

    def test_noise_stops_the_agent_without_a_prompt(self, lines: Lines) -> None:
        call = lines.phone(App(handle=recite)).dial()
        call.speak("Go on")
        assert call.interrupt() == ""
        assert (len(sent(call, "prompt")), len(sent(call, "interrupt"))) == (1, 1)

    def test_keys_are_pressed_in_order(self, lines: Lines) -> None:
        call = lines.phone(App()).dial()
        call.press("1")
        call.hears("key 1.")
        call.wait_until_quiet().press("2#")
        assert call.hears("key #.").startswith("Key 1.")
        assert [key["digit"] for key in sent(call, "dtmf")] == ["1", "2", "#"]
        assert call.lines[:2] == (Line("caller", "[1]"), Line("agent", "Key 1."))

    def test_partials_come_before_the_final(self, lines: Lines) -> None:
        call = lines.phone(App(voice=lambda _: connect(partialPrompts="true"))).dial()
        call.say("What about booking K4T9?", lang="es-ES")
        prompts = sent(call, "prompt")
        assert [prompt["last"] for prompt in prompts] == [False] * (len(prompts) - 1) + [True]
        assert len(prompts) > 2 and prompts[-1]["voicePrompt"] == prompts[-2]["voicePrompt"]
        assert {prompt["lang"] for prompt in prompts} == {"es-ES"}
        assert len(call.turns) == 1

    def test_saying_waits_for_the_agent_to_finish(self, lines: Lines) -> None:
        call = lines.phone(App(handle=recite)).dial()
        call.speak("Go on")
        call.hears("One thing.")
        assert call.say("Stop there") == "Stopped."
        assert (sent(call, "interrupt"), call.turns[0].heard) == ([], LONG)

    def test_saying_waits_for_the_answer_to_what_was_said_before(self, lines: Lines) -> None:
        call = lines.phone(App()).dial()
        call.speak("One")
        assert call.say("Two") == "You said, Two. Is that right?"
        assert [line.who for line in call.lines] == ["caller", "agent"] * 2
        assert sent(call, "interrupt") == []

    def test_an_agent_that_cannot_be_interrupted_goes_on(self, lines: Lines) -> None:
        call = lines.phone(App(voice=lambda _: connect(interruptible="none"), handle=recite)).dial()
        call.speak("Go on")
        call.interrupt("Stop there")
        assert sent(call, "interrupt") == []
        assert call.heard == f"{LONG} Stopped."

    def test_a_silent_application_is_an_error_that_shows_the_call(self, lines: Lines) -> None:
        async def silence(socket: Socket, message: dict[str, Any]) -> None:
            if message["type"] == "prompt":
                await socket.send_str("nonsense")

        call = lines.phone(App(voice=lambda _: connect(welcomeGreeting="Hello."), handle=silence)).dial()
        with pytest.raises(WaitError, match="an answer to 'Anybody there\\?'"):
            call.say("Anybody there?", timeout=0.3)
        call.wait_until(lambda call: bool(call.errors))
        with pytest.raises(WaitError) as vain:
            call.hears("Yes.", timeout=0.01)
        shown = str(vain.value)
        assert "agent: Hello.\ncaller: Anybody there?" in shown
        assert "64107" in shown
        assert isinstance(vain.value, TimeoutError)

    def test_a_call_that_is_over_cannot_be_spoken_on(self, lines: Lines) -> None:
        call = lines.phone(App()).dial()
        call.hang_up()
        for act in (call.say, call.speak, call.press, call.interrupt, call.hears):
            with pytest.raises(CallError, match="completed"):
                act("Hello")

    def test_a_condition_may_be_waited_for(self, lines: Lines) -> None:
        call = lines.phone(App()).dial()
        call.speak("Hello")
        call.wait_until(lambda call: bool(call.turns))
        with pytest.raises(WaitError):
            call.wait_until(lambda call: len(call.turns) > 1, timeout=0.05)


class TestQuirks:
    def test_the_action_may_come_twice_and_its_last_answer_counts(self, lines: Lines) -> None:
        answers = iter([connect(), "<Response><Say>Second.</Say></Response>"])
        app = App(ended=lambda _: next(answers))
        call = lines.phone(app, quirks=Quirks(action_copies=2)).dial()
        call.drop()
        assert (call.outcome, call.heard, len(call.sessions)) == ("completed", "Second.", 1)
        assert app.webhooks[1].form == app.webhooks[2].form

    def test_a_stale_copy_of_the_action_may_come_late(self, lines: Lines) -> None:
        app = App(ended=lambda _: connect())
        call = lines.phone(app, quirks=Quirks(action_echo=1.0)).dial()
        call.drop()
        call.say("Hello, I am still here")
        call.hang_up()
        statuses = [webhook.form["SessionStatus"] for webhook in app.webhooks[1:]]
        assert statuses == ["failed", "failed", "completed", "completed"]
        assert len(call.sessions) == 2

    @pytest.mark.parametrize(("early", "closed"), [(True, 0), (False, 1)])
    def test_the_action_may_come_before_the_close(self, lines: Lines, early: bool, closed: int) -> None:
        seen: list[int] = []
        app = App()

        def ended(_: Webhook) -> str:
            seen.append(len(app.closes))
            return "<Response/>"

        app.ended = ended
        call = lines.phone(app, quirks=Quirks(action_before_close=early)).dial()
        call.hang_up()
        assert seen == [closed]

    def test_a_slow_handshake_delays_the_session(self, lines: Lines) -> None:
        phone = lines.phone(App(), quirks=Quirks(slow_handshake=100.0), timeout=0.3)
        with pytest.raises(WaitError):
            phone.dial()


class TestThreads:
    def test_events_tell_the_words_as_they_sound(self, lines: Lines) -> None:
        events: list[Event] = []
        call = lines.phone(App(voice=lambda _: connect(welcomeGreeting="Hello there."))).dial(on_event=events.append)
        call.hang_up()
        shown = [event.text if isinstance(event, Words) else type(event).__name__ for event in events]
        assert shown == ["Opened", "Speaking", "Clause", "Hello", " there.", "Speaking", "Closed", "Over"]
        assert events[1:6:4] == [Speaking("agent", True), Speaking("agent", False)]
        assert events[2] == Clause("Hello there.")
        assert [event for event in events if isinstance(event, Opened | Closed | Over)][1:] == [
            Closed(call.sessions[0]),
            Over("completed"),
        ]

    def test_what_is_heard_is_reported_in_the_same_step(self, lines: Lines) -> None:
        """Who waits for the agent to be silent, then for Twilio's reports, must not find them missing."""
        seen: list[tuple[bool, str]] = []
        calls: list[Call] = []

        def look(event: Event) -> None:
            if isinstance(event, Speaking) and calls:
                report = [frame for frame in calls[0].frames if frame.sender == "twilio"][-1]
                seen.append((event.on, report.message.get("value", "")))

        call = lines.phone(App(voice=lambda _: connect(events="speaker-events"))).dial(on_event=look)
        calls.append(call)
        call.say("Good morning")
        call.hang_up()
        assert seen[-2:] == [(True, "on"), (False, "off")]

    def test_a_listener_that_fails_is_not_swallowed(self, lines: Lines) -> None:
        def fail(event: Event) -> None:
            raise ZeroDivisionError(event)

        with pytest.raises(CallError) as failure:
            lines.phone(App()).dial(on_event=fail)
        assert "ZeroDivisionError" in repr(failure.value.__cause__)

    def test_fifty_calls_at_once_do_not_mix(self, lines: Lines) -> None:
        phone = lines.phone(App())

        def one(number: int) -> str:
            call = phone.dial(caller=f"+1555010{number:02}")
            heard = call.say(f"I am {number}")
            call.hang_up()
            return heard if not call.errors else repr(call.errors)

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(one, range(50)))
        assert answers == [f"You said, I am {number}. Is that right?" for number in range(50)]

    def test_closing_the_phone_breaks_off_its_calls(self, lines: Lines) -> None:
        app = App(handle=recite)
        phone = lines.phone(app)
        call = phone.dial()
        call.speak("Go on")
        call.hears("One thing.")
        phone.close()
        assert call.outcome == "canceled"
        assert phone.dial().say("Stop there") == "Stopped."


async def recite(socket: Socket, message: dict[str, Any]) -> None:
    """Recite at length, and stop when told."""
    match message:
        case {"type": "prompt", "last": True, "voicePrompt": "Stop there"}:
            await socket.send_json({"type": "text", "token": "Stopped.", "last": True})
        case {"type": "prompt", "last": True}:
            await socket.send_json({"type": "text", "token": LONG, "last": True})
        case _:
            pass


async def end_after_goodbye(socket: Socket, message: dict[str, Any]) -> None:
    if message["type"] == "prompt":
        await socket.send_json({"type": "text", "token": "So long.", "last": True})
        await socket.send_json(
            {"type": "end", "handoffData": json.dumps({"reason": "live-agent"}, separators=(",", ":"))}
        )


class TestCommandLine:
    def test_a_call_is_made_and_shown(self, lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
        app = App(voice=lambda _: connect(bogus="1"))
        lines.phone(app)
        mapped = [f"--connect={public}={local}" for public, local in app.connect.items()]
        code = main([app.voice_url, "Hi", "--token", TOKEN, "--public-url", PUBLIC, "--speed=20", *mapped])
        shown = capsys.readouterr().out.splitlines()
        assert (code, shown[:2]) == (0, ["caller: Hi", "agent: You said, Hi. Is that right?"])
        assert shown[2].startswith("  'Hi': ") and shown[3] == "  <ConversationRelay> has no attribute 'bogus'"

    def test_a_call_that_fails_says_so(self, lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
        app = App(voice=lambda _: answer("boom", 500, "text/plain"))
        lines.phone(app)
        assert main([app.voice_url, "Hi", "--token", TOKEN]) == 1
        assert "11200" in capsys.readouterr().out
