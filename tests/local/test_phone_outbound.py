"""Calls that the application has placed, as Twilio runs them: which webhooks it calls, and what it reports when."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from typing import Any

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from local.phone import Phone
from tests.local.phone_app import PUBLIC, TOKEN, App, answer, connect, serving

CALLEE, OURS = "+12125550142", "+12125550100"
ORDER = {
    "To": [CALLEE],
    "From": [OURS],
    "Url": [f"{PUBLIC}/voice?agent=reminder&request=r-1"],
    "StatusCallback": [f"{PUBLIC}/status"],
    "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
}
MESSAGE = "<Response><Pause/><Say>Call us back!</Say><Hangup/></Response>"


@pytest.fixture
def apps() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def phone(apps: ExitStack, app: App) -> Phone:
    apps.enter_context(serving(app))
    return apps.enter_context(Phone(app.voice_url, TOKEN, public_url=PUBLIC, connect=app.connect, speed=20.0))


def asked(app: App, path: str) -> list[dict[str, str]]:
    return [one.form for one in app.webhooks if one.path.startswith(path)]


def numbers(app: App) -> list[int]:
    return [int(form["SequenceNumber"]) for form in asked(app, "/status")]


def test_a_person_is_the_callee_of_a_call_in_progress(apps: ExitStack) -> None:
    app = App(voice=lambda _: connect(welcomeGreeting="Hello!"))
    call = phone(apps, app).answer(ORDER, "CA7")
    assert (call.sid, call.heard) == ("CA7", "Hello!")
    assert call.say("Who is it?")
    call.hang_up()
    [voice] = asked(app, "/voice")
    setup = app.received[0]
    assert (voice["AnsweredBy"], voice["CallStatus"], voice["Direction"]) == ("human", "in-progress", "outbound-api")
    assert (voice["From"], voice["To"], voice["CallSid"]) == (OURS, CALLEE, "CA7")
    assert (setup["from"], setup["to"], setup["direction"]) == (OURS, CALLEE, "outbound-api")
    assert setup["callStatus"] == "IN_PROGRESS"
    assert call.errors == ()


def test_everything_is_signed_query_and_all(apps: ExitStack) -> None:
    app = App(voice=lambda _: MESSAGE)
    phone(apps, app).answer(ORDER).wait_until_over()
    for hook in app.webhooks:
        form = {name: value for name, value in hook.form.items() if name not in ("agent", "request")}
        assert RequestValidator(TOKEN).validate(PUBLIC + hook.path, form, hook.headers["X-Twilio-Signature"])


def test_a_machine_hears_what_is_said_to_it(apps: ExitStack) -> None:
    app = App(voice=lambda _: MESSAGE)
    call = phone(apps, app).answer(ORDER, by="machine_end_beep").wait_until_over()
    assert (call.heard, call.outcome) == ("Call us back!", "completed")
    assert asked(app, "/voice")[0]["AnsweredBy"] == "machine_end_beep"


def test_without_detection_it_is_unknown_who_answered(apps: ExitStack) -> None:
    app = App(voice=lambda _: MESSAGE)
    phone(apps, app).answer(ORDER, by="").wait_until_over()
    assert "AnsweredBy" not in asked(app, "/voice")[0]


@pytest.mark.parametrize("told", [*permutations(range(4)), (1, 0, 1, 3, 2, 3), ()], ids=str)
def test_steps_are_told_in_the_order_that_is_asked_for(apps: ExitStack, told: tuple[int, ...]) -> None:
    app = App(voice=lambda _: MESSAGE)
    phone(apps, app).answer(ORDER, told=told).wait_until_over()
    assert numbers(app) == list(told)
    statuses = {form["SequenceNumber"]: form["CallStatus"] for form in asked(app, "/status")}
    everything = {"0": "initiated", "1": "ringing", "2": "in-progress", "3": "completed"}
    assert statuses == {number: status for number, status in everything.items() if int(number) in told}


def test_the_end_is_told_when_it_has_come_and_how_long_it_took(apps: ExitStack) -> None:
    app = App(voice=lambda _: connect(welcomeGreeting="Hello!"))
    call = phone(apps, app).answer(ORDER)
    call.say("Bye")
    assert numbers(app) == [0, 1, 2]
    call.hang_up()
    ended = asked(app, "/status")[-1]
    assert (ended["CallStatus"], int(ended["CallDuration"]) > 0, ended["Duration"]) == ("completed", True, "1")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"StatusCallbackEvent": ["ringing", "completed"]}, [1, 3]),
        ({"StatusCallbackEvent": ["completed"]}, [3]),
        ({"StatusCallback": [""]}, []),
    ],
)
def test_only_what_was_asked_for_is_told(apps: ExitStack, changes: dict[str, Any], told: list[int]) -> None:
    app = App(voice=lambda _: MESSAGE)
    phone(apps, app).answer(ORDER | changes).wait_until_over()
    assert numbers(app) == told


def test_a_failed_status_callback_is_recorded(apps: ExitStack) -> None:
    def fail(_: Any) -> web.Response:
        return answer("boom", 500, "text/plain")

    app = App(voice=lambda _: MESSAGE, ended=fail)
    call = phone(apps, app).answer(ORDER).wait_until_over()
    assert (call.heard, [error.code for error in call.errors]) == ("Call us back!", [11200] * 4)


def test_a_call_whose_webhook_fails_has_failed(apps: ExitStack) -> None:
    app = App(voice=lambda _: answer("boom", 500, "text/plain"))
    call = phone(apps, app).answer(ORDER).wait_until_over()
    assert (call.outcome, numbers(app)) == ("failed", [0, 1, 2, 3])
