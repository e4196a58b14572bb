"""The real adapters with their real clients, connected to a double of the service."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache

import boto3
from botocore.config import Config

from functions.adapters import bedrock, claude, guardrail, http
from functions.adapters.bedrock import Bedrock
from functions.adapters.claude import Claude
from functions.adapters.guardrail import Guardrail
from functions.adapters.openai import OpenAI
from local.models.anthropic import AnthropicServer
from local.models.bedrock import BedrockServer
from local.models.openai import OpenAIServer

HAIKU = "claude-haiku-5-5"
LUNA = "gpt-6-luna"
EU_HAIKU = "eu.anthropic.claude-haiku-5-5"


@cache
def _session() -> boto3.Session:
    """A session reads the service's description once, for all its clients."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-central-1")


@contextmanager
def bedrock_model(
    server: BedrockServer, model_id: str = EU_HAIKU, *, seconds: float = 5.0, attempts: int = 1, guardrail: str = ""
) -> Iterator[Bedrock]:
    """Return a model with this read timeout in seconds and this number of tries."""
    own = Config(read_timeout=seconds, retries={"mode": "standard", "total_max_attempts": attempts})
    config = bedrock.CONFIG.merge(own)
    with closing(_session().client("bedrock-runtime", endpoint_url=server.url, config=config)) as client:
        yield Bedrock(bedrock.cancellable(client), model_id, guardrail)


@contextmanager
def bedrock_guardrail(server: BedrockServer, name: str = "abc123:1", *, seconds: float = 5.0) -> Iterator[Guardrail]:
    """Return a guardrail with this read timeout in seconds."""
    config = guardrail.CONFIG.merge(Config(read_timeout=seconds))
    with closing(_session().client("bedrock-runtime", endpoint_url=server.url, config=config)) as client:
        yield Guardrail(client, name)


@contextmanager
def claude_model(server: AnthropicServer, model_id: str = HAIKU, *, seconds: float = 5.0) -> Iterator[Claude]:
    """Return a model with this read timeout in seconds."""
    with claude.client("test").with_options(base_url=server.url, timeout=seconds) as client:
        yield Claude(client, model_id)


@contextmanager
def openai_model(server: OpenAIServer, model_id: str = LUNA, *, seconds: float = 5.0) -> Iterator[OpenAI]:
    """Return a model with this read timeout in seconds."""
    with http.pool(seconds) as pool:
        yield OpenAI(pool, model_id, "the-key", server.base_url)
