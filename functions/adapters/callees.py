"""Keeps the logs of the numbers that we call, under a keyed hash of the number, in two tables.

Attempts to call a number are in the table of the logs, and expire. Opt-outs are in the do-not-call table, which no
command deletes.
"""

from collections.abc import Callable

from functions.relay.log.events import LASTING, Entry, in_order
from functions.relay.log.keys import callee_log
from functions.relay.ports import Log
from functions.relay.wire.party import mark_of


class CalleeTables:
    """The logs of the numbers that we may call: one for attempts, one for opt-outs."""

    def __init__(self, attempts: Log, do_not_call: Log, number_key: Callable[[], str]) -> None:
        """`number_key` returns the secret with which numbers are hashed; it may raise SecretError."""
        self._attempts, self._do_not_call, self._number_key = attempts, do_not_call, number_key

    def append(self, number: str, entry: Entry) -> bool:
        """Add an entry to the log of a number. Raises LogError, SecretError."""
        log = self._do_not_call if isinstance(entry.event, LASTING) else self._attempts
        return log.append(self._name(number), entry)

    def read(self, number: str) -> tuple[Entry, ...]:
        """Return the attempts and the opt-outs of a number. Raises LogError, SecretError."""
        name = self._name(number)
        # Version 0.1 kept both in the table of the logs, under the plain number. Version 0.3 need not read them.
        old = self._attempts.read(callee_log(number))
        return in_order((*self._attempts.read(name), *self._do_not_call.read(name), *old))

    def _name(self, number: str) -> str:
        return callee_log(mark_of(number, self._number_key()))
