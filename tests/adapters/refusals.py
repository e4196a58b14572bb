"""What the services say to a request, without a connection: adapters write it, and the doubles' rules read it."""

from typing import Any, cast

import anthropic

from functions.adapters import bedrock
from functions.adapters.claude import Claude
from functions.adapters.openai import chat, responses
from functions.relay.wire.accepted import accepted_request
from functions.relay.wire.model import Request
from local.models import anthropic_checks, bedrock_checks, openai_checks
from tests.servers.models import EU_HAIKU, HAIKU


class _Client:
    """Keeps what Anthropic's client gets."""

    def __init__(self) -> None:
        self.messages = self
        self.body: dict[str, Any] = {}

    def create(self, **body: Any) -> list[Any]:
        self.body = {name: value for name, value in body.items() if value is not anthropic.omit}
        return []


def claude_body(request: Request) -> dict[str, Any]:
    """Return what is sent to Anthropic's API."""
    client = _Client()
    Claude(cast("anthropic.Anthropic", client), HAIKU)._create(request)
    return client.body


def bedrock_body(request: Request, model_id: str = EU_HAIKU) -> dict[str, Any]:
    """Return what is sent to Bedrock."""
    return cast("dict[str, Any]", bedrock._converse_request(request, model_id))


def refusals(request: Request) -> list[str]:
    """Return what each service refuses of a request; nothing if all accept it."""
    sound, found = accepted_request(request), list[str]()
    if by_bedrock := bedrock_checks.refusal(bedrock_body(request), EU_HAIKU, 0):
        found.append(f"Bedrock: {by_bedrock.message}")
    if by_claude := anthropic_checks.refusal(claude_body(request), 0):
        found.append(f"Claude: {by_claude.message}")
    for path, body in (("/responses", responses.body), ("/chat/completions", chat.body)):
        if by_openai := openai_checks.refused(path, body(sound, "gpt-6-luna")):
            found.append(f"OpenAI: {by_openai}")
    return found
