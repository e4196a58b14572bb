"""Lets one of Bedrock's Guardrails judge a caller's words, through ApplyGuardrail.

The protocol is https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html. Errors that
this module raises do not repeat the service's text where it may quote the call.
"""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from functions.relay.ports import GuardError

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=0.5, read_timeout=1, tcp_keepalive=True)
"""Times are seconds. There is one attempt: the caller waits, and a verdict after the first words is of no use."""


def connect(guardrail: str) -> "Guardrail":
    """Return a guardrail of this account and Region by its id and version, such as `abc123:1`."""
    return Guardrail(boto3.client("bedrock-runtime", config=CONFIG), guardrail)


class Guardrail:
    """Implements the port `Guard` with Bedrock."""

    def __init__(self, client: "BedrockRuntimeClient", guardrail: str) -> None:
        self._client = client
        self._id, _, self._version = guardrail.partition(":")

    def refusal(self, words: str) -> str | None:
        """Return the guardrail's sentence for words that it blocks; None if they may pass. Raises GuardError."""
        try:
            verdict = self._client.apply_guardrail(
                guardrailIdentifier=self._id,
                guardrailVersion=self._version,
                source="INPUT",
                content=[{"text": {"text": words}}],
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise GuardError(f"guardrail {self._id}:{self._version}: {code}") from None
        except BotoCoreError as error:
            # Not chained: a parameter's error quotes the parameter, and a traceback would log it.
            raise GuardError(f"guardrail {self._id}:{self._version}: {type(error).__name__}") from None
        if not _blocked(verdict["assessments"]):
            return None
        return " ".join(one["text"] for one in verdict["outputs"] if "text" in one).strip()


def _blocked(found: Any) -> bool:
    """Return whether a policy blocks the words. A guardrail also intervenes to mask words; these may pass."""
    match found:
        case {"action": "BLOCKED"}:
            return True
        case dict():
            return any(map(_blocked, found.values()))
        case list():
            return any(map(_blocked, found))
        case _:
            return False
