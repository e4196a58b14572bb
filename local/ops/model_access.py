"""Checks that a model in AWS can be asked in a Region, and how soon its first words arrive."""

import time

from botocore.exceptions import ClientError

from functions.providers import Choice
from functions.relay.wire.model import CallerMessage, ModelError, Request, TextDelta
from local.environment import environ
from local.ops.account import region
from local.ops.findings import Failed, Finding, Passed, Unseen

QUESTION = Request("Answer in one word.", (CallerMessage("Say yes."),), max_tokens=16)

NO_RIGHT = "not authorized to perform"
"""IAM's words. An AccessDeniedException without them comes from the model service."""


def ask(choice: Choice) -> Finding:
    """Put one short question to a model; it costs a few tokens."""
    model_id = choice.model_id
    began = time.monotonic()
    try:
        with environ({"AWS_DEFAULT_REGION": region()}):
            pieces = choice.provider.connect(model_id).ask(QUESTION)
        next(piece for piece in pieces if isinstance(piece, TextDelta))
        first = time.monotonic() - began
        pieces.close()
    except ModelError as error:
        return _refused(choice, error)
    except StopIteration:
        return Failed(f"{model_id} answered without a word.", "Choose another model by MODEL_ID=…")
    return Passed(
        f"{model_id} answers in {region()}: first word here after {first * 1000:.0f} ms, including network and TLS"
    )


def _told(error: ModelError) -> tuple[str, str]:
    """Return the service's code and words. Adapters do not log these, but this question holds no caller's words."""
    cause = error.__context__
    if isinstance(cause, ClientError):
        return cause.response["Error"]["Code"], cause.response["Error"]["Message"]
    return "", str(error)


def _refused(choice: Choice, error: ModelError) -> Finding:
    model_id, provider = choice.model_id, choice.provider
    code, words = _told(error)
    match code:
        case "AccessDeniedException" if NO_RIGHT in words:
            return Unseen(
                f"{model_id}: these credentials may not ask it.",
                f"The functions have their own right; from here you need {provider.action}.",
            )
        case "AccessDeniedException":
            return Failed(
                f"{model_id}: this account has no access to it in {region()}.",
                provider.access,
            )
        case "ValidationException" | "ResourceNotFoundException":
            return Failed(
                f"{model_id} is not offered in {region()}: {words}",
                "Choose another by MODEL_ID=…, such as eu.… or us.… for the same model, or another Region.",
            )
        case "ThrottlingException" | "ServiceQuotaExceededException":
            return Failed(
                f"{model_id}: the account's quota is used up: {words}", "Raise it in the console of Service Quotas."
            )
        case _:
            return Failed(
                f"{model_id} did not answer: {code} {words}".strip(), f"Can this machine reach {provider.label}?"
            )
