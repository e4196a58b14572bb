"""Starts a deployment, and tries again with each invocation until that works.

No exception leaves this module: API Gateway would send its own error into the call.
"""

import gc
import logging
from typing import TYPE_CHECKING

from functions.adapters import line
from functions.relay.agent.phrases import phrases
from functions.relay.wire.messages import Prompt, Text, read

if TYPE_CHECKING:
    from functions.live.session import Sessions

logger = logging.getLogger("hotline")


class LazyStart:
    """Holds the `Sessions` of this environment once they could be made."""

    def __init__(self) -> None:
        """Try at once: Lambda does not throttle the processor while it initialises."""
        self._line = line.GatewayLine(line.client())
        self._sessions: Sessions | None = None
        self.sessions()
        gc.freeze()  # what the import made stays: to search it for garbage would take a turn 20 ms

    def sessions(self) -> "Sessions | None":
        """Return the sessions; None while an agent, a setting or a secret is wrong."""
        if self._sessions is None:
            try:
                from functions.live.wiring import sessions  # noqa: PLC0415 - an error in an agent's file must be caught

                self._sessions = sessions(self._line)
            except Exception as error:  # noqa: BLE001 - callers must hear a sentence, whatever the error is
                logger.critical("Hotline cannot start: %s: %s", type(error).__name__, error)
        return self._sessions

    def say_sorry(self, connection: str, body: str) -> None:
        """Apologise to a caller who has just said something."""
        if isinstance(read(body), Prompt):
            self._line.send(connection, Text(phrases("en").trouble, last=True))
