"""A guardrail of Bedrock: what ApplyGuardrail answers, and what it refuses.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html, whose patterns botocore keeps
too but does not check before it sends.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from local.models.steps import Json, Refuse

_PATH = re.compile(r"/guardrail/(.*)/version/([^/]*)/apply")

_PATTERN = "Member must satisfy regular expression pattern:"

_FORMS = {
    "guardrailIdentifier": r"[a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+",
    "guardrailVersion": r"[1-9][0-9]{0,7}|DRAFT",
}

_POLICIES = ("topic", "content", "word", "sensitiveInformation", "contextualGrounding")

BLOCKED = "Sorry, I cannot talk about that."


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A guardrail of the account: it blocks words about its topics, and masks others."""

    id: str = "abc123"
    versions: Sequence[str] = ("DRAFT", "1")
    blocks: Sequence[str] = ()
    masks: Sequence[str] = ()
    sentence: str = BLOCKED
    allowed: bool = True
    """Whether the caller of the API may apply it."""

    def answer(self, path: str, body: Any) -> Json | Refuse:
        """Return the verdict on a request, or how the service refuses it."""
        found = _PATH.fullmatch(unquote(path))
        name, version = found.groups() if found else ("", "")
        words = " ".join(one.get("text", {}).get("text", "") for one in body.get("content", []))
        if fault := _fault(name, version, body.get("source"), words):
            return Refuse(400, "ValidationException", f"1 validation error detected: {fault}")
        if not self.allowed:
            return Refuse(403, "AccessDeniedException", "User is not authorized to perform: bedrock:ApplyGuardrail")
        if name.rpartition("/")[2] != self.id or version not in self.versions:
            return Refuse(404, "ResourceNotFoundException", "The guardrail identifier or version does not exist.")
        return self._verdict(words)

    def _verdict(self, words: str) -> Json:
        if blocked := [one for one in self.blocks if one in words.lower()]:
            topics = [{"name": one, "type": "DENY", "action": "BLOCKED"} for one in blocked]
            outputs = [{"text": self.sentence}] if self.sentence else []
            return _json("GUARDRAIL_INTERVENED", outputs, [{"topicPolicy": {"topics": topics}}])
        if masked := [one for one in self.masks if one in words]:
            kinds = [{"match": one, "type": "NAME", "action": "ANONYMIZED"} for one in masked]
            for one in masked:
                words = words.replace(one, "{NAME}")
            found = [{"sensitiveInformationPolicy": {"piiEntities": kinds, "regexes": []}}]
            return _json("GUARDRAIL_INTERVENED", [{"text": words}], found)
        return _json("NONE", [], [{}])


def applies(path: str) -> bool:
    """Return whether a request to this path applies a guardrail."""
    return _PATH.fullmatch(unquote(path)) is not None


def _json(action: Literal["NONE", "GUARDRAIL_INTERVENED"], outputs: list[Any], found: list[Any]) -> Json:
    usage = {f"{name}PolicyUnits": 0 for name in _POLICIES}
    usage["sensitiveInformationPolicyFreeUnits"] = 0
    return Json({"usage": usage, "action": action, "outputs": outputs, "assessments": found})


def _fault(name: str, version: str, source: object, words: str) -> str:
    """Return the first constraint that a request breaks; empty if it breaks none."""
    for field, given in (("guardrailIdentifier", name), ("guardrailVersion", version)):
        if not re.fullmatch(_FORMS[field], given):
            return f"Value at '{field}' failed to satisfy constraint: {_PATTERN} {_FORMS[field]}"
    if source not in ("INPUT", "OUTPUT"):
        return "Value at 'source' failed to satisfy constraint: Member must satisfy enum value set: [INPUT, OUTPUT]"
    return "" if words.strip() else "Value at 'content' is empty."
