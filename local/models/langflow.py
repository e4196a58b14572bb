"""Langflow's `POST /api/v1/run/{flow}?stream=true`, as version 1.13 streams it: JSON events, a line each.

https://docs.langflow.org/api-flows-run. `make langflow-check` compares it with a real Langflow.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from local.models.server import ModelRequest, ModelServer
from local.models.steps import Fail, Finish, Refuse, Step
from local.models.wire import Block, Wire


def event(name: str, content: Any) -> bytes:
    """Return an event such as token."""
    return json.dumps({"event": name, "data": content}).encode() + b"\n\n"


class LangflowWire(Wire):
    """One run: first the caller's message; then the flow's message in tokens, and once more as a whole."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, body: Any) -> None:
        self._body, self._texts = body, [""]

    def check(self, path: str, body: Any, size: int) -> Refuse | None:
        """Return None: Langflow accepts every request, and ignores what it does not know."""
        return None

    def begin(self, finish: Finish) -> bytes:
        """Return the caller's message."""
        return event("add_message", self._message("said", "User", self._body["input_value"], "complete"))

    def open(self, index: int, step: Block) -> bytes:
        """Return the message that the tokens then fill."""
        self._texts.append("")
        return event("add_message", self._message(f"message-{index}", "Machine", "", "partial"))

    def piece(self, index: int, kind: type[Block], text: str) -> bytes:
        """Return a token."""
        self._texts[-1] += text
        return event("token", {"chunk": text, "id": f"message-{index}"})

    def close(self, index: int) -> bytes:
        """Return the message once more, as a whole."""
        return event("add_message", self._message(f"message-{index}", "Machine", self._texts[-1], "complete"))

    def fail(self, step: Fail) -> bytes:
        """Return the error of a component that failed."""
        return event("error", {"error": f"500: {step.message}"})

    def finish(self, step: Finish) -> bytes:
        """Return the end, with the whole result."""
        message = {"message": self._texts[-1], "sender": "Machine", "session_id": self._session, "type": "text"}
        outputs = [{"inputs": {}, "outputs": [{"results": {}, "messages": [message]}]}]
        return event("end", {"result": {"session_id": self._session, "outputs": outputs}})

    def refuse(self, step: Refuse) -> tuple[dict[str, str], Any]:
        """Return the error as Langflow writes it."""
        return {"Content-Type": "application/json"}, {"detail": step.code}

    @property
    def _session(self) -> str:
        return str(self._body.get("session_id", ""))

    def _message(self, id: str, sender: str, text: str, state: str) -> dict[str, Any]:
        kept = {"properties": {"state": state}, "category": "message", "session_id": self._session}
        return {"id": id, "sender": sender, "text": text, "error": False, **kept}


class LangflowServer(ModelServer):
    """Answers for one flow. A script may hold words, pauses and failures: a flow calls none of the agent's tools."""

    FLOW, KEY = "front-desk", "sk-flow-key"

    def wire_of(self, request: ModelRequest) -> Wire:
        """Return a wire for this run only, since it remembers what it has written."""
        return LangflowWire(request.body)

    def answer(self, request: ModelRequest, size: int) -> tuple[Step, ...]:
        """Return the steps of a run, or the refusal of a wrong key or flow."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("x-api-key") != self.KEY:
            return (Refuse(403, "Invalid or missing API key"),)
        if urlsplit(request.path).path != f"/api/v1/run/{self.FLOW}":
            return (Refuse(404, "Flow identifier not found"),)
        return super().answer(request, size)
