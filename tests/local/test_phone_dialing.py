"""What the phone does with <Dial>, <Enqueue> and a recording: who answers, and what is whispered and reported."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from twilio.request_validator import RequestValidator

from local.phone import Answers, Call, Phone
from tests.local.phone_app import PUBLIC, TOKEN, App, Webhook, connect, serving

pytestmark = pytest.mark.slow

OVER = f"{PUBLIC}/over"
WHISPER = f"{PUBLIC}/whisper?id=1"
BYE = "<Response><Say>Bye.</Say></Response>"
HELLO = "<Response><Say>Alma wants Anna.</Say></Response>"


def dial(attributes: str = "", noun: str = f'<Number url="{WHISPER}">+15550199</Number>', after: str = "") -> str:
    return f'<Response><Dial action="{OVER}" {attributes}>{noun}</Dial>{after}</Response>'


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def calling(
    stack: ExitStack, document: str, answers: Answers | tuple[Answers, ...] = "completed", whisper: str = HELLO
) -> tuple[App, Call]:
    """Call an application that answers with a document; return both when the call is over."""

    def other(webhook: Webhook) -> str:
        return whisper if webhook.path.startswith("/whisper") else BYE

    app = stack.enter_context(serving(App(voice=lambda _: document, ended=other)))
    phone = stack.enter_context(Phone(app.voice_url, TOKEN, public_url=PUBLIC, connect=app.connect, speed=50.0))
    return app, phone.dial(answers=answers).wait_until_over()


def posted(app: App, path: str) -> list[Webhook]:
    return [one for one in app.webhooks if one.path.partition("?")[0] == path]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("completed", {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "2"}),
        ("declined", {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "2"}),
        ("busy", {"DialCallStatus": "busy", "DialBridged": "false"}),
        ("no-answer", {"DialCallStatus": "no-answer", "DialBridged": "false"}),
        ("failed", {"DialCallStatus": "failed", "DialBridged": "false"}),
    ],
)
def test_the_dial_result_is_reported_and_the_call_goes_on(
    stack: ExitStack, answers: Answers, told: dict[str, str]
) -> None:
    app, call = calling(stack, dial('timeout="5"'), answers)
    [over] = posted(app, "/over")
    assert {name: value for name, value in over.form.items() if name.startswith("Dial")} == told | {
        "DialCallSid": over.form["DialCallSid"]
    }
    assert (over.form["CallSid"], over.form["CallStatus"]) == (call.sid, "in-progress")
    assert RequestValidator(TOKEN).validate(OVER, over.form, over.headers["X-Twilio-Signature"])
    assert (call.heard, call.dialed, call.outcome) == ("Bye.", "+15550199", "completed")
    assert (call.errors, call.warnings) == ((), ())


@pytest.mark.parametrize("answers", ["completed", "declined"])
def test_a_dialled_person_hears_the_whisper_on_their_own_call(stack: ExitStack, answers: Answers) -> None:
    app, call = calling(stack, dial(), answers)
    [whisper], [over] = posted(app, "/whisper"), posted(app, "/over")
    assert whisper.form["CallSid"] == over.form["DialCallSid"] != call.sid
    assert (whisper.form["ParentCallSid"], whisper.form["Direction"]) == (call.sid, "outbound-dial")
    assert (whisper.form["From"], whisper.form["To"]) == ("+15550142", "+15550199")
    assert (call.whispered, call.heard) == ("Alma wants Anna.", "Bye.")
    assert app.webhooks.index(whisper) < app.webhooks.index(over)


@pytest.mark.parametrize("answers", ["busy", "no-answer", "failed"])
def test_a_person_who_does_not_answer_hears_nothing(stack: ExitStack, answers: Answers) -> None:
    app, call = calling(stack, dial('timeout="5"'), answers)
    assert (posted(app, "/whisper"), call.whispered) == ([], "")


def test_a_whisper_must_not_dial(stack: ExitStack) -> None:
    _, call = calling(stack, dial(), whisper=dial())
    assert [problem.code for problem in call.errors] == [13201]


def test_a_broken_whisper_is_reported_and_the_call_goes_through(stack: ExitStack) -> None:
    app, call = calling(stack, dial(), whisper="<Response>")
    assert [problem.code for problem in call.errors] == [12100]
    assert posted(app, "/over")[0].form["DialBridged"] == "true"


def test_without_an_action_what_follows_runs(stack: ExitStack) -> None:
    app, call = calling(stack, "<Response><Dial>+15550199</Dial><Say>Still there?</Say></Response>")
    assert (call.heard, call.dialed, len(app.webhooks)) == ("Still there?", "+15550199", 1)


def test_with_an_action_nothing_that_follows_runs(stack: ExitStack) -> None:
    _, call = calling(stack, dial(after="<Say>Never.</Say>"))
    assert call.heard == "Bye."


@pytest.mark.parametrize(
    ("noun", "dialed"),
    [
        ("<Sip>sip:anna@example.com</Sip>", "sip:anna@example.com"),
        ("<Client>anna</Client>", "client:anna"),
        ('<Client><Identity>anna</Identity><Parameter name="a" value="b"/></Client>', "client:anna"),
    ],
)
def test_an_address_or_a_client_may_be_dialled(stack: ExitStack, noun: str, dialed: str) -> None:
    _, call = calling(stack, dial(noun=noun))
    assert (call.dialed, call.warnings) == (dialed, ())


@pytest.mark.parametrize(
    ("answers", "result"),
    [("completed", "bridged"), ("no-answer", "leave"), ("busy", "queue-full"), ("failed", "system-error")],
)
def test_how_a_caller_leaves_a_queue_is_told(stack: ExitStack, answers: Answers, result: str) -> None:
    document = f'<Response><Enqueue workflowSid="WW1" action="{OVER}"><Task>{{}}</Task></Enqueue></Response>'
    app, call = calling(stack, document, answers)
    assert posted(app, "/over")[0].form["QueueResult"] == result
    assert (call.heard, call.errors, call.warnings) == ("Bye.", (), ())


WAITING = "<Response><Say>Please wait.</Say><Play loop='0'>https://example.com/a.mp3</Play></Response>"


@pytest.mark.parametrize(
    ("document", "heard", "errors"),
    [
        (WAITING, "Please wait. Bye.", ()),
        ("<Response><Dial>+15550199</Dial></Response>", "Bye.", (12100,)),
        ("<Response>", "Bye.", (12100,)),
    ],
)
def test_a_queue_plays_what_its_wait_url_answers(
    stack: ExitStack, document: str, heard: str, errors: tuple[int, ...]
) -> None:
    queue = f'<Enqueue workflowSid="WW1" action="{OVER}" waitUrl="{WHISPER}"><Task>{{}}</Task></Enqueue>'
    app, call = calling(stack, f"<Response>{queue}</Response>", whisper=document)
    assert posted(app, "/whisper")[0].form["QueueTime"] == "0"
    assert (call.heard, tuple(one.code for one in call.errors)) == (heard, errors)


def test_each_dialled_person_has_their_own_answer(stack: ExitStack) -> None:
    twice = f"<Response><Dial>+15550198</Dial><Dial action='{OVER}'>+15550199</Dial></Response>"
    app, _ = calling(stack, twice, ("busy", "completed"))
    assert posted(app, "/over")[0].form["DialCallStatus"] == "completed"


def test_hanging_up_while_it_rings_ends_the_call(stack: ExitStack) -> None:
    app = stack.enter_context(serving(App(voice=lambda _: dial('timeout="100"'), ended=lambda _: BYE)))
    phone = stack.enter_context(Phone(app.voice_url, TOKEN, public_url=PUBLIC, connect=app.connect, speed=100.0))
    call = phone.dial(answers="no-answer", listen=False)
    call.wait_until(lambda one: bool(one.verbs))
    call.hang_up()
    assert posted(app, "/over")[0].form["CallStatus"] == "completed"
    assert (call.heard, call.outcome) == ("", "completed")


# People who are asked

ASK = (
    f'<Response><Gather input="dtmf speech" numDigits="1" timeout="3" action="{PUBLIC}/reply" '
    'actionOnEmptyResult="true">'
    "<Say>Alma wants Anna. Press 1.</Say></Gather></Response>"
)


def asking(stack: ExitStack, answers: Answers, noun: str = "") -> tuple[App, Call]:
    """Ask the dialled person. An answer connects the caller; no answer hangs up."""

    def other(webhook: Webhook) -> str:
        if webhook.path.startswith("/whisper"):
            return ASK
        taken = webhook.form.get("Digits") == "1" or "Yes" in webhook.form.get("SpeechResult", "")
        return "<Response/>" if taken else "<Response><Hangup/></Response>" if "/reply" in webhook.path else BYE

    app = stack.enter_context(serving(App(voice=lambda _: dial(noun=noun or NUMBER), ended=other)))
    phone = stack.enter_context(Phone(app.voice_url, TOKEN, public_url=PUBLIC, connect=app.connect, speed=50.0))
    return app, phone.dial(answers=answers).wait_until_over()


NUMBER = f'<Number url="{WHISPER}" machineDetection="Enable" amdStatusCallback="{PUBLIC}/machine">+15550199</Number>'


@pytest.mark.parametrize(
    ("answers", "field", "said", "bridged"),
    [
        ("completed", "Digits", "1", "true"),
        ("says yes", "SpeechResult", "Yes, please.", "true"),
        ("says no", "SpeechResult", "No.", "false"),
        ("presses 2", "Digits", "2", "false"),
        ("says nothing", "Digits", None, "false"),
    ],
)
def test_what_a_person_presses_or_says_is_posted(
    stack: ExitStack, answers: Answers, field: str, said: str | None, bridged: str
) -> None:
    app, call = asking(stack, answers)
    [reply], [over] = posted(app, "/reply"), posted(app, "/over")
    assert reply.form.get(field) == said
    assert reply.form["ParentCallSid"] == call.sid
    assert over.form["DialBridged"] == bridged
    assert (call.errors, call.warnings) == ((), ())


@pytest.mark.parametrize(("answers", "by"), [("completed", "human"), ("machine", "machine_start")])
def test_a_machine_is_reported_beside_the_call(stack: ExitStack, answers: Answers, by: str) -> None:
    app, call = asking(stack, answers)
    [machine] = posted(app, "/machine")
    assert machine.form["AnsweredBy"] == by
    assert (machine.form["CallSid"], "ParentCallSid" in machine.form) == (
        posted(app, "/reply")[0].form["CallSid"],
        False,
    )
    assert call.errors == ()


def test_the_first_phone_that_is_picked_up_gets_the_caller(stack: ExitStack) -> None:
    both = "<Number>+15550198</Number><Number>+15550199</Number><Number>+15550197</Number>"
    app, call = calling(stack, dial(noun=both), ("busy", "completed", "completed"))
    [over] = posted(app, "/over")
    assert (over.form["DialCallStatus"], over.form["DialBridged"]) == ("completed", "true")
    assert call.heard == "Bye."


def test_what_twilio_ignores_is_a_warning(stack: ExitStack) -> None:
    many = "".join(f"<Number>+155501{n:02d}</Number>" for n in range(11))
    _, call = calling(stack, dial(noun=many), "busy")
    assert call.warnings == ("<Dial> holds 11 nouns; Twilio calls 10 at most",)
    _, call = asking(stack, "completed", NUMBER.replace("Enable", "yes"))
    assert call.warnings == ("machineDetection is Enable or DetectMessageEnd, not yes",)


# Recordings

RECORDED = f"{PUBLIC}/recorded"


def recording(events: str, then: str = "<Pause/>") -> str:
    told = f'recordingStatusCallback="{RECORDED}" recordingStatusCallbackEvent="{events}"'
    return f'<Response><Say>We record.</Say><Start><Recording channels="dual" {told}/></Start>{then}</Response>'


def test_a_recording_tells_when_it_begins_and_when_the_call_is_over(stack: ExitStack) -> None:
    app, call = calling(stack, recording("in-progress completed"))
    begun, done = posted(app, "/recorded")
    assert (begun.form["RecordingStatus"], done.form["RecordingStatus"]) == ("in-progress", "completed")
    assert begun.form["RecordingSid"] == done.form["RecordingSid"]
    assert (done.form["CallSid"], done.form["RecordingChannels"]) == (call.sid, "2")
    assert "RecordingDuration" in done.form and "From" not in done.form
    assert len(call.recordings) == 1
    assert (call.errors, call.warnings) == ((), ())


def test_a_recording_tells_only_what_it_was_asked_for(stack: ExitStack) -> None:
    app, _ = calling(stack, recording("completed"))
    assert [one.form["RecordingStatus"] for one in posted(app, "/recorded")] == ["completed"]


def test_a_call_with_words_before_its_session_is_picked_up(stack: ExitStack) -> None:
    relay = connect().removeprefix("<Response>").removesuffix("</Response>")
    app = stack.enter_context(serving(App(voice=lambda _: recording("completed", relay))))
    phone = stack.enter_context(Phone(app.voice_url, TOKEN, public_url=PUBLIC, connect=app.connect, speed=50.0))
    call = phone.dial()
    call.hang_up()
    assert app.received[0]["callStatus"] == "IN_PROGRESS"
