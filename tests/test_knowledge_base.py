"""The stand-in for a Bedrock Knowledge Base answers the real SDK, and refuses what the service refuses."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.endpoint import at
from tests.servers.knowledge import KnowledgeBase

pytestmark = pytest.mark.slow

PARKING = "Parking in the yard is free for guests."
PASSAGES = [PARKING, "Dogs are welcome on the terrace.", "We close at eleven."]


@pytest.fixture
def base() -> Iterator[KnowledgeBase]:
    with KnowledgeBase("KB12345678", PASSAGES) as server:
        yield server


@pytest.fixture
def client(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    at(monkeypatch, "BEDROCK_AGENT_RUNTIME", base.url)
    # Without its own checks, so that the stand-in's are what is tested.
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    with closing(boto3.client("bedrock-agent-runtime", config=config)) as made:
        yield made


def retrieve(client: Any, text: str, number: int = 2, id: str = "KB12345678") -> list[dict[str, Any]]:
    search = {"vectorSearchConfiguration": {"numberOfResults": number}}
    asked = {"knowledgeBaseId": id, "retrievalQuery": {"text": text}, "retrievalConfiguration": search}
    found: list[dict[str, Any]] = client.retrieve(**asked)["retrievalResults"]
    return found


def test_the_nearest_passages_come_first(client: Any, base: KnowledgeBase) -> None:
    first, second = retrieve(client, "Is parking free?")
    assert first["content"]["text"] == PARKING
    assert first["score"] > second["score"]
    assert first["location"]["s3Location"]["uri"].startswith("s3://")
    assert base.queries == ["Is parking free?"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"text": ""}, "ValidationException"),
        ({"text": "x" * 20_001}, "ValidationException"),
        ({"text": "x", "number": 0}, "ValidationException"),
        ({"text": "x", "number": 101}, "ValidationException"),
        ({"text": "x", "id": "KB-1"}, "ValidationException"),
        ({"text": "x", "id": "KB123456789"}, "ValidationException"),
        ({"text": "x", "id": "KB00000000"}, "ResourceNotFoundException"),
    ],
    ids=["no text", "a long text", "no results", "many results", "a sign", "a long id", "unknown"],
)
def test_what_the_service_refuses_is_refused(client: Any, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as raised:
        retrieve(client, **asked)
    assert raised.value.response["Error"]["Code"] == code


def test_an_unsigned_request_is_refused(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "BEDROCK_AGENT_RUNTIME", base.url)
    unsigned = boto3.client("bedrock-agent-runtime", config=Config(signature_version=UNSIGNED))
    with closing(unsigned) as client, pytest.raises(ClientError, match="MissingAuthenticationToken"):
        retrieve(client, "Is parking free?")
