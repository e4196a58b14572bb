"""Reads a person's earlier calls for agents that remember, while the webhook does its other work."""

import logging
from functools import cached_property

from functions.relay import Agent
from functions.relay.error_location import location_of
from functions.relay.log.earlier import EarlierCall
from functions.relay.record.row import EARLIER_ROWS, CallRow, caller_list, earlier_calls
from functions.relay.wire.party import kind_of, mark_of
from functions.webhooks.background import BackgroundTask
from functions.webhooks.deps import WebhookDeps

WITHIN_S = 1.0
"""Seconds to wait for the table when the agent needs the calls. It has usually answered by then."""

logger = logging.getLogger("hotline")


class Recall:
    """The reading of a person's earlier calls, which begins at once."""

    def __init__(self, deps: WebhookDeps, address: str) -> None:
        """Begin to read, if any agent remembers and the person has an `address`: a number, or one of SIP."""
        self._deps = deps
        wanted = any(agent.remembers for agent in deps.agents.values()) and kind_of(address) != "withheld"
        self._reading = BackgroundTask("recall", lambda: self._read(address)) if wanted else None

    def of(self, name: str) -> tuple[EarlierCall, ...]:
        """Return the earlier calls that the agent of this name knows; none if they cannot be read in time."""
        return earlier_calls(self._rows, name) if self._agent(name).remembers else ()

    def _agent(self, name: str) -> Agent:
        return self._deps.agents[name]

    @cached_property
    def _rows(self) -> tuple[CallRow, ...]:
        if self._reading is None:
            return ()
        try:
            return self._reading.result(WITHIN_S)
        except TimeoutError:
            logger.warning("earlier calls were not read within %s s: the call goes on without them", WITHIN_S)
        except Exception as error:  # noqa: BLE001 - the call goes on without them, whatever has failed
            logger.error("earlier calls were not read: %s", location_of(error))
        return ()

    def _read(self, address: str) -> tuple[CallRow, ...]:
        mark = mark_of(address, self._deps.number_key())
        return self._deps.records.newest(caller_list(mark), EARLIER_ROWS)
