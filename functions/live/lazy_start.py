"""Starts a deployment, again with each invocation until it works: what fails here must not be raised, or API Gateway
would speak its own error into the call."""

import logging
from typing import TYPE_CHECKING

from functions.adapters import line
from functions.relay.agent.phrases import phrases
from functions.relay.wire.messages import Prompt, Text, read

if TYPE_CHECKING:
    from functions.live.session import Sessions

logger = logging.getLogger("hotline")


class LazyStart:
    """What runs the sessions, once it could be started."""

    def __init__(self) -> None:
        """Try at once: while Lambda initialises, the processor is not throttled."""
        self._line = line.GatewayLine(line.client())
        self._sessions: Sessions | None = None
        self.sessions()

    def sessions(self) -> "Sessions | None":
        """Return what runs the sessions, or None while an agent, a setting or a secret keeps it from starting."""
        if self._sessions is None:
            try:
                from functions.live.wiring import sessions  # noqa: PLC0415 - an agent's own error must be caught

                self._sessions = sessions()
            except Exception as error:  # noqa: BLE001 - whatever it is, callers must hear a sentence
                logger.critical("Hotline cannot start: %s: %s", type(error).__name__, error)
        return self._sessions

    def say_sorry(self, connection: str, body: str) -> None:
        """Tell a caller who has just said something that it cannot be answered."""
        if isinstance(read(body), Prompt):
            self._line.send(connection, Text(phrases("en").trouble, last=True))
