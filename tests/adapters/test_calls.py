"""Calls placed through Twilio's own SDK, over a real connection to a double of its API."""

import logging
from collections.abc import Iterator

import pytest

from functions.adapters.calls import TwilioDialer
from functions.relay.ports import CallUrls, DeclinedError, UnansweredError
from tests.endpoint import HangUp, Reply, Step, refusing_url
from tests.servers.intelligence import refusal
from tests.servers.twilio import KEY, TwilioServer

pytestmark = pytest.mark.slow

ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"
TO, SENDER = "+12125550142", "+12125550100"
ANSWER, SCREENED, PROGRESS = (
    "https://api.example.com/voice-out?agent=reminder&request=r-1",
    "https://api.example.com/screened",
    "https://api.example.com/call-status",
)
FAILED = "https://api.example.com/fallback?agent=reminder&language=en-US"


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as running:
        yield running


def place(url: str, to: str = TO, secret: str = KEY[1]) -> str:
    exchange = TwilioDialer(ACCOUNT, KEY[0], secret, url)
    try:
        return exchange.place(to, SENDER, CallUrls(ANSWER, SCREENED, PROGRESS, FAILED), 3900)
    finally:
        exchange.close()


def test_a_call_is_placed_with_all_that_its_webhooks_need(server: TwilioServer) -> None:
    sid = place(server.url)
    [created] = server.created
    assert created.sid == sid
    assert dict(created.order) == {
        "To": [TO],
        "From": [SENDER],
        "Url": [ANSWER],
        "Method": ["POST"],
        "FallbackUrl": [FAILED],
        "FallbackMethod": ["POST"],
        "MachineDetection": ["DetectMessageEnd"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": [SCREENED],
        "AsyncAmdStatusCallbackMethod": ["POST"],
        "StatusCallback": [PROGRESS],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "StatusCallbackMethod": ["POST"],
        "Timeout": ["40"],
        "TimeLimit": ["3900"],
    }


def test_each_call_has_its_own_sid(server: TwilioServer) -> None:
    assert place(server.url) != place(server.url)


@pytest.mark.parametrize(
    ("to", "secret", "words"),
    [
        ("+0", KEY[1], "Twilio answered 400, error 21211: see https://www.twilio.com/docs/api/errors/21211"),
        (TO, "f" * 32, "Twilio answered 401, error 20003: see https://www.twilio.com/docs/api/errors/20003"),
    ],
)
def test_what_twilio_declines_says_why_and_names_no_number(
    server: TwilioServer, to: str, secret: str, words: str
) -> None:
    with pytest.raises(DeclinedError) as caught:
        place(server.url, to, secret)
    assert str(caught.value) == words
    assert server.created == []


@pytest.mark.parametrize("status", [429, 403, 404])
def test_an_error_without_a_body_is_one_all_the_same(server: TwilioServer, status: int) -> None:
    server.instead = Reply(status, b"{}")
    with pytest.raises(DeclinedError, match=f"Twilio answered {status}, error"):
        place(server.url)


@pytest.mark.parametrize("step", [refusal(500, 20500, "Oh"), Reply(503, b"<html>busy</html>"), HangUp()], ids=str)
def test_when_it_is_not_known_whether_a_call_was_placed_that_is_said(server: TwilioServer, step: Step) -> None:
    server.instead = step
    with pytest.raises(UnansweredError, match="Twilio"):
        place(server.url)
    assert len(server.seen) == 1, "a second request could be a second call"


def test_a_service_that_is_not_there_did_not_answer() -> None:
    with pytest.raises(UnansweredError, match="ConnectionError"):
        place(refusing_url())


def test_twilio_s_sdk_logs_nothing_of_the_account(server: TwilioServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        place(server.url)
    assert ACCOUNT not in caplog.text
