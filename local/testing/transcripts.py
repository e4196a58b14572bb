"""Simulates Conversational Intelligence: it transcribes a call, and its operators answer.

Sources: Twilio, "Conversation Intelligence (classic)": "Transcript resource", "Transcript OperatorResults
subresource", "Onboarding guide", Webhooks; "Webhooks security", Validation of application/json.
"""

import hashlib
import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from functions.relay.agent.intelligence import FindingValue
from local.aws.gateway_server import Gateway
from local.dev_stack import DevStack
from local.environment import ACCOUNT
from local.phone.forms import Signer, sid

JSON = {"Content-Type": "application/json"}


class Transcripts:
    """The transcripts of calls, which a gateway returns in place of Twilio's REST API."""

    def __init__(self, outside: Gateway) -> None:
        """`outside` replaces Twilio's REST API."""
        self._outside = outside

    def finish(self, call: str, found: Mapping[str, FindingValue], stack: DevStack) -> str:
        """Finish the transcript of a call, post the webhook as Twilio does, and return the transcript's SID."""
        transcript = sid("GT")
        path = f"GET /v2/Transcripts/{transcript}"
        media = {"source": "ConversationRelay", "source_sid": call}
        whole = {"sid": transcript, "status": "completed", "channel": {"media_properties": media}}
        results = [_result(name, value) for name, value in found.items()]
        self._outside.route(
            http={
                path: lambda *_: _answer(whole),
                f"{path}/OperatorResults": lambda *_: _answer({"operator_results": results, "meta": {}}),
            }
        )
        _post(stack, transcript)
        return transcript


def _post(stack: DevStack, transcript: str) -> None:
    """Post the webhook of a finished transcript: JSON, whose hash is in the signed URL."""
    body = json.dumps({"account_sid": ACCOUNT, "transcript_sid": transcript}).encode()
    target = f"/analysed?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = Signer(stack.public.token)(f"{stack.public.url}{target}", {})
    headers = {**JSON, "X-Twilio-Signature": signature or ""}
    with urllib.request.urlopen(urllib.request.Request(f"{stack.urls.http}{target}", body, headers)):
        pass


def _result(name: str, value: FindingValue) -> dict[str, Any]:
    """Return an operator's result in Twilio's form: a match or a label of a classifier, a number by a prompt."""
    match value:
        case bool():
            return {"name": name, "operator_type": "utterance-classify", "utterance_match": value}
        case str():
            return {"name": name, "operator_type": "conversation-classify", "predicted_label": value}
        case _:
            generated = {"format": "text", "result": json.dumps(value)}
            return {"name": name, "operator_type": "text-generation", "text_generation_results": generated}


def _answer(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "headers": JSON, "body": json.dumps(body)}
