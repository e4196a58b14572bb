"""A guardrail of Bedrock judges what a caller says: boto3's real wire, and the service's own refusals."""

from collections.abc import Iterator

import pytest

from functions.relay.ports import GuardError
from local.models import BedrockServer, Drop, Stall
from local.models.guardrail import BLOCKED, Guardrail
from tests.servers.models import bedrock_guardrail

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[BedrockServer]:
    with BedrockServer(guardrail=Guardrail(blocks=("shares",), masks=("Rosa",))) as server:
        yield server


def test_words_that_are_allowed_pass(server: BedrockServer) -> None:
    with bedrock_guardrail(server) as guard:
        assert guard.refusal("When do you open?") is None
    (asked,) = server.judged
    assert asked.path == "/guardrail/abc123/version/1/apply"
    assert asked.body == {"source": "INPUT", "content": [{"text": {"text": "When do you open?"}}]}


def test_words_that_are_blocked_get_the_guardrails_sentence(server: BedrockServer) -> None:
    with bedrock_guardrail(server) as guard:
        assert guard.refusal("Which shares shall I buy?") == BLOCKED


def test_a_block_without_a_sentence_is_a_refusal_too(server: BedrockServer) -> None:
    server.guardrail = Guardrail(blocks=("shares",), sentence="")
    with bedrock_guardrail(server) as guard:
        assert guard.refusal("Which shares shall I buy?") == ""


def test_words_that_are_only_masked_pass(server: BedrockServer) -> None:
    with bedrock_guardrail(server) as guard:
        assert guard.refusal("I am Rosa.") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ABC:1", "ValidationException"),
        ("abc123:0", "ValidationException"),
        ("abc123:01", "ValidationException"),
        ("abc123:2", "ResourceNotFoundException"),
        ("other:1", "ResourceNotFoundException"),
    ],
)
def test_a_guardrail_that_is_not_there_is_named(server: BedrockServer, name: str, code: str) -> None:
    with bedrock_guardrail(server, name) as guard, pytest.raises(GuardError) as raised:
        guard.refusal("My secret words")
    assert str(raised.value) == f"guardrail {name}: {code}"


def test_a_guardrail_without_the_right_is_named(server: BedrockServer) -> None:
    server.guardrail = Guardrail(allowed=False)
    with bedrock_guardrail(server) as guard, pytest.raises(GuardError, match="AccessDeniedException"):
        guard.refusal("Hello")


def test_blank_words_are_refused_by_the_service(server: BedrockServer) -> None:
    with bedrock_guardrail(server) as guard, pytest.raises(GuardError, match="ValidationException"):
        guard.refusal(" ")


@pytest.mark.parametrize(("step", "error"), [(Stall(), "ReadTimeoutError"), (Drop(), "ConnectionClosedError")])
def test_a_guardrail_out_of_reach_is_an_error(server: BedrockServer, step: Stall | Drop, error: str) -> None:
    server.before_verdict = step
    with bedrock_guardrail(server, seconds=0.2) as guard, pytest.raises(GuardError, match=error) as raised:
        guard.refusal("My secret words")
    assert raised.value.__cause__ is None
    assert "secret" not in str(raised.value)
    assert len(server.judged) == 1
