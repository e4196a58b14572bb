"""Tokens for browsers and apps: who gets one, and what it allows."""

from typing import Any

import jwt
import pytest

from tests.conftest import Aws

pytestmark = pytest.mark.slow

ACCOUNT, KEY, SECRET, APP = f"AC{'1' * 32}", f"SK{'2' * 32}", "a secret of 32 characters, or so.", f"AP{'3' * 32}"


@pytest.fixture
def tokens(aws: Aws) -> Any:
    for name, value in {
        "twilio-account-sid": ACCOUNT,
        "twilio-api-key-sid": KEY,
        "twilio-api-key-secret": SECRET,
        "twilio-app-sid": APP,
    }.items():
        aws.secret(name, value)
    return aws.handler("tokens")


def test_a_token_lets_a_client_call_this_app(tokens: Any) -> None:
    answer = tokens.handler({"identity": "alice"}, None)
    read = jwt.decode(answer["token"], SECRET, algorithms=["HS256"])
    assert (read["iss"], read["sub"], read["grants"]["identity"]) == (KEY, ACCOUNT, "alice")
    assert read["grants"]["voice"] == {"outgoing": {"application_sid": APP}}
    made_at = int(read["jti"].rpartition("-")[2])
    assert read["exp"] - made_at == answer["seconds"] == 3600


@pytest.mark.parametrize("identity", ["", 1, None, "a b", "ä", "a" * 122, "alice\n"])
def test_a_name_that_twilio_refuses_gets_none(tokens: Any, identity: object) -> None:
    assert tokens.handler({"identity": identity}, None).keys() == {"error"}


def test_an_event_without_a_name_gets_none(tokens: Any) -> None:
    assert tokens.handler(None, None).keys() == tokens.handler({}, None).keys() == {"error"}


def test_without_an_app_the_cure_is_named(aws: Aws) -> None:
    answer = aws.handler("tokens", HOTLINE_SECRETS="/hotline/nowhere").handler({"identity": "alice"}, None)
    assert answer == {"error": "No token could be made. Set up the client app: make client-app"}
