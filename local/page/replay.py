"""Replays a call from its log: what the page shows, moment by moment."""

from collections.abc import Mapping
from typing import Any

from functions.relay import Agent
from local.page.controller import Order, OrderError
from local.page.logs import Line, played, prompts_of, write
from local.page.observations import Tape
from local.page.view import Setting


class Replay:
    """Implements `Shown` for the log of a call. It does no orders."""

    def __init__(self, lines: list[Line], source: str, agents: Mapping[str, Agent], model_id: str = "") -> None:
        """Put the log on a tape. `source` says where it is from; `agents` are the agents of today."""
        self.tape, self._lines, self._source = Tape(), lines, source
        self.setting = Setting(agents, "", model_id, live=False, prompts=prompts_of(lines))
        for kept in played(lines):
            self.tape.add(kept)

    def state(self) -> Mapping[str, Any]:
        """Return what the page shows besides the view."""
        return {"mode": "replay", "source": self._source}

    def do(self, order: Order) -> None:
        """Refuse every order. Raises OrderError."""
        raise OrderError("This call is over: you can only look at it.")

    def log(self, call: str) -> str:
        """Return the log as a file."""
        return write(self._lines)
