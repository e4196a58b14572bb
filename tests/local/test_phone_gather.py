"""What the phone does in a <Gather> and a <Record>, and with a number's fallback URL, as Twilio does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from aiohttp import web

from local.phone import Call, Phone
from local.phone.twiml import oddities, read
from tests.local.phone_app import PUBLIC, TOKEN, App, Webhook, answer, serving

pytestmark = pytest.mark.slow

HANG_UP = "<Response><Hangup/></Response>"

Respond = Callable[[Webhook], str | web.Response]
Dial = Callable[..., tuple[App, Call]]


def gather(attributes: str, after: str = "<Say>Nothing.</Say>") -> str:
    return f'<Response><Gather action="/ended?of=gather" {attributes}><Say>Choose.</Say></Gather>{after}</Response>'


def record(attributes: str = "") -> str:
    return f'<Response><Record action="/ended?of=record" {attributes}/><Say>Nothing.</Say></Response>'


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Call an application that answers with a document, or as a function says."""
    with ExitStack() as stack:

        def call(voice: str | Respond, ended: Respond = lambda _: HANG_UP, **options: object) -> tuple[App, Call]:
            app = stack.enter_context(serving(App(voice=voice if callable(voice) else lambda _: voice, ended=ended)))
            given = {"public_url": PUBLIC, "connect": app.connect, "speed": 50.0, "patient": True, **options}
            phone = stack.enter_context(Phone(app.voice_url, TOKEN, **given))  # type: ignore[arg-type]
            return app, phone.dial()

        yield call


BOTH = 'input="dtmf speech" numDigits="1"'


@pytest.mark.parametrize(
    ("attributes", "keys", "told"),
    [
        (BOTH, "1", "1"),
        (BOTH, "12", "1"),
        ('numDigits="3"', "123", "123"),
        ("", "12#", "12"),
        ('finishOnKey="*"', "1#2*", "1#2"),
    ],
)
def test_keys_are_told_when_the_last_is_pressed(dial: Dial, attributes: str, keys: str, told: str) -> None:
    app, call = dial(gather(attributes))
    assert call.heard == "Choose."
    call.press(keys)
    call.wait_until_over()
    asked = app.webhooks[-1]
    assert (asked.path, asked.method, asked.form["Digits"]) == ("/ended?of=gather", "POST", told)
    assert "SpeechResult" not in asked.form
    assert asked.form["CallStatus"] == "in-progress"


def test_words_are_told_if_they_are_asked_for(dial: Dial) -> None:
    app, call = dial(gather(BOTH))
    call.say("Bookings, please.")
    call.wait_until_over()
    assert app.webhooks[-1].form["SpeechResult"] == "Bookings, please."
    assert "Digits" not in app.webhooks[-1].form
    assert "caller: Bookings, please." in call.transcript


@pytest.mark.parametrize("patient", [True, False])
def test_silence_leads_to_the_next_verb(dial: Dial, patient: bool) -> None:
    app, call = dial(gather('timeout="4"'), patient=patient)
    if patient:
        call.stay_silent(3)
        assert call.listening
        call.stay_silent(1)
    assert call.wait_until_over().heard == "Choose. Nothing."
    assert len(app.webhooks) == 1


@pytest.mark.parametrize(
    ("attributes", "act"),
    [("", lambda call: call.speak("One.")), ('input="speech"', lambda call: call.press("1"))],
    ids=["words", "a key"],
)
def test_what_is_not_asked_for_is_not_heard(dial: Dial, attributes: str, act: Callable[[Call], None]) -> None:
    app, call = dial(gather(attributes))
    act(call)
    call.stay_silent(5)
    assert call.wait_until_over().heard == "Choose. Nothing."
    assert len(app.webhooks) == 1


def test_keys_without_an_end_are_told_after_the_silence(dial: Dial) -> None:
    app, call = dial(gather('numDigits="4"'))
    call.press("12")
    call.stay_silent(5)
    call.wait_until_over()
    assert app.webhooks[-1].form["Digits"] == "12"


def test_a_caller_may_hang_up_in_it(dial: Dial) -> None:
    app, call = dial(gather(BOTH))
    call.hang_up()
    assert (call.outcome, len(app.webhooks)) == ("completed", 1)


def test_without_an_action_the_document_itself_is_asked(dial: Dial) -> None:
    def voice(webhook: Webhook) -> str:
        return HANG_UP if "Digits" in webhook.form else '<Response><Gather numDigits="1"/></Response>'

    app, call = dial(voice)
    call.press("1")
    call.wait_until_over()
    assert [one.path for one in app.webhooks] == ["/voice", "/voice"]


EVENTS = 'recordingStatusCallback="/recorded" recordingStatusCallbackEvent="completed absent"'


def test_a_message_is_told_with_its_length(dial: Dial) -> None:
    app, call = dial(record(EVENTS))
    call.say("This is Alma, and I come at nine.")
    call.wait_until_over()
    by_path = {one.path: one.form for one in app.webhooks}
    action, status = by_path["/ended?of=record"], by_path["/recorded"]
    assert action["RecordingSid"] == status["RecordingSid"]
    assert action["RecordingDuration"] == status["RecordingDuration"] == "3"
    assert (status["RecordingStatus"], status["RecordingSource"]) == ("completed", "RecordVerb")


def test_an_empty_message_has_no_action(dial: Dial) -> None:
    app, call = dial(record(EVENTS))
    call.stay_silent(5)
    assert call.wait_until_over().heard == "Nothing."
    assert [one.form.get("RecordingStatus") for one in app.webhooks] == [None, "absent"]


@pytest.mark.parametrize(
    ("document", "odd"),
    [
        ('<Gather nunDigits="1"/>', "<Gather> has no attribute 'nunDigits'"),
        ('<Gather input="voice"/>', "<Gather> has the input 'voice'; it is dtmf, speech, or both"),
        ('<Gather numDigits="one"/>', "<Gather> has a numDigits that is no whole number"),
        ("<Gather><Dial>+1555</Dial></Gather>", "<Gather> holds no <Dial>"),
        ('<Record maxlength="9"/>', "<Record> has no attribute 'maxlength'"),
    ],
)
def test_what_twilio_would_ignore_is_told(document: str, odd: str) -> None:
    [verb] = read(f"<Response>{document}</Response>")
    assert list(oddities(verb)) == [odd]


@pytest.mark.parametrize(
    ("broken", "code"), [(answer("", 500, "text/plain"), "11200"), (answer("<Res", 200, "text/xml"), "12100")]
)
def test_a_failed_document_leads_to_the_fallback(dial: Dial, broken: web.Response, code: str) -> None:
    app, call = dial(
        lambda _: answer(broken.text or "", broken.status, broken.content_type),
        lambda _: "<Response><Say>Sorry.</Say></Response>",
        fallback="/fallback",
    )
    call.wait_until_over()
    asked = app.webhooks[-1]
    assert (asked.path, asked.form["ErrorCode"]) == ("/fallback", code)
    assert (asked.form["ErrorUrl"], asked.form["CallStatus"]) == (f"{PUBLIC}/voice", "ringing")
    assert call.heard == "Sorry."


def test_a_fallback_that_fails_too_ends_the_call(dial: Dial) -> None:
    app, call = dial(lambda _: answer("", 500, "text/plain"), lambda _: answer("", 500, "text/plain"), fallback="/x")
    assert call.wait_until_over().outcome == "busy"
    assert [one.path for one in app.webhooks] == ["/voice", "/x"]


def test_a_document_that_fails_in_a_call_does_too(dial: Dial) -> None:
    def ended(webhook: Webhook) -> str | web.Response:
        return HANG_UP if webhook.path == "/fallback" else answer("", 500, "text/plain")

    app, call = dial(gather(BOTH), ended, fallback="/fallback")
    call.press("1")
    call.wait_until_over()
    asked = app.webhooks[-1]
    assert (asked.path, asked.form["ErrorUrl"]) == ("/fallback", f"{PUBLIC}/ended?of=gather")
    assert asked.form["CallStatus"] == "in-progress"
