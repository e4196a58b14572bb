"""Text messages over a real connection to a double of Twilio's REST API."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.adapters.messages import TwilioMessenger
from functions.relay.ports import DeclinedError, UnansweredError
from tests.endpoint import HangUp, Reply, Step, refusing_url
from tests.servers.twilio import KEY, TwilioServer

ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"
TO, SENDER = "+12125550142", "+12125550100"


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as running:
        yield running


def send(url: str, to: str = TO, text: str = "Friday at 19:30, café", secret: str = KEY[1]) -> str:
    return TwilioMessenger(ACCOUNT, KEY[0], secret, url).send(to, SENDER, text)


def test_a_message_is_sent(server: TwilioServer) -> None:
    assert send(server.url).startswith("SM")
    assert server.messages == [{"To": [TO], "From": [SENDER], "Body": ["Friday at 19:30, café"]}]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "+0"}, 21211),
        ({"to": SENDER}, 21266),
        ({"text": "x" * 1601}, 21617),
        ({"to": "+15550199"}, 21610),
        ({"secret": "f" * 32}, 20003),
    ],
)
def test_what_twilio_refuses_has_its_code_and_no_number(
    server: TwilioServer, given: dict[str, Any], code: int
) -> None:
    server.unsubscribed = {"+15550199"}
    with pytest.raises(DeclinedError) as caught:
        send(server.url, **given)
    assert (str(caught.value), server.messages) == (f"Twilio {code}", [])


@pytest.mark.parametrize("instead", [HangUp(), Reply(503, b"busy"), Reply(500, b"[]")])
def test_a_message_that_may_have_been_sent_is_not_repeated(server: TwilioServer, instead: Step) -> None:
    server.instead = instead
    with pytest.raises(UnansweredError, match="not known whether it was sent"):
        send(server.url)
    assert len(server.seen) == 1


def test_a_message_that_never_left_was_not_sent() -> None:
    with pytest.raises(DeclinedError, match="Twilio was not reached"):
        send(refusing_url())
