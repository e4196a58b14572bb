"""A Bedrock Knowledge Base on this machine: it speaks Retrieve, and refuses what the service refuses.

The limits are those of the service's model in botocore. Source: AWS, "Retrieve", Agents for Amazon Bedrock Runtime.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from tests.endpoint import Endpoint, Reply, Seen, error

PATH = re.compile(r"/knowledgebases/([^/]*)/retrieve")
IDENTIFIER = re.compile(r"[0-9a-zA-Z]{1,10}")
LONGEST_QUERY = 20_000
MOST_RESULTS = 100
USUAL_RESULTS = 5
"""How many results come if the request does not say."""

_WORD = re.compile(r"\w{3,}")


class KnowledgeBase(Endpoint):
    """One knowledge base. The score of a passage is the part of the query's longer words that it has."""

    def __init__(self, id: str, passages: Sequence[str]) -> None:
        super().__init__()
        self.id, self.passages = id, tuple(passages)
        self.queries: list[str] = []

    def take(self, seen: Seen) -> Reply:
        """Answer a request, or refuse it."""
        super().take(seen)
        asked = PATH.fullmatch(seen.path)
        if seen.method != "POST" or asked is None:
            return error(404, "UnknownOperationException")
        if "/bedrock/aws4_request" not in seen.headers.get("Authorization", ""):
            return error(403, "MissingAuthenticationTokenException")
        base, body = unquote(asked[1]), json.loads(seen.body)
        if fault := _fault(base, body):
            return error(400, "ValidationException", fault)
        if base != self.id:
            return error(404, "ResourceNotFoundException", f"Knowledge Base with id {base} does not exist")
        text = body["retrievalQuery"]["text"]
        self.queries.append(text)
        return Reply(200, json.dumps({"retrievalResults": self._found(text, _number(body))}).encode())

    def _found(self, query: str, number: int) -> list[dict[str, Any]]:
        scored = sorted(((_score(query, passage), passage) for passage in self.passages), reverse=True)
        place = {"type": "S3", "s3Location": {"uri": "s3://documents/handbook.md"}}
        return [
            {"content": {"type": "TEXT", "text": passage}, "location": place, "score": score}
            for score, passage in scored[:number]
        ]


def _fault(id: str, body: dict[str, Any]) -> str:
    """Return what the service does not accept; empty if nothing."""
    text = body.get("retrievalQuery", {}).get("text", "")
    if not IDENTIFIER.fullmatch(id):
        return "knowledgeBaseId failed to satisfy constraint: Member must satisfy regular expression pattern"
    if not text or len(text) > LONGEST_QUERY:
        return f"retrievalQuery.text must have between 1 and {LONGEST_QUERY} characters"
    if not 1 <= _number(body) <= MOST_RESULTS:
        return f"numberOfResults must be between 1 and {MOST_RESULTS}"
    return ""


def _number(body: dict[str, Any]) -> int:
    search = body.get("retrievalConfiguration", {}).get("vectorSearchConfiguration", {})
    return int(search.get("numberOfResults", USUAL_RESULTS))


def _score(query: str, passage: str) -> float:
    wanted, there = (set(_WORD.findall(text.lower())) for text in (query, passage))
    return len(wanted & there) / max(len(wanted), 1)
