"""Connections that another task can close while they wait for the service: see `relay/cancel_scope.py`.

A model is silent before the headers of its response as well as after them, so `HTTPResponse.shutdown` of urllib3,
which ends the wait for a body, comes too late. The adapters of models share this module.
"""

import socket
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

from functions.relay.cancel_scope import is_cancelled, on_cancel


class Cancellable(HTTPConnection):
    """A connection that the scope of the running task can close once its request is sent."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3
        """Wait for the headers. Raises CancelledError, which botocore and urllib3 pass on without a retry."""
        cancellable(self.sock)
        try:
            return super().getresponse()
        except Exception:
            if is_cancelled():
                raise CancelledError from None
            raise


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = Cancellable


class _HttpsPool(HTTPSConnectionPool):
    class ConnectionCls(Cancellable, HTTPSConnection):
        """A connection with TLS."""


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _HttpPool, "https": _HttpsPool}
"""The pools of such connections, by scheme."""


def cancellable(sock: socket.socket | None) -> None:
    """Let the scope of the running task close this socket."""
    if sock is not None:
        on_cancel(partial(_shut, sock))


def _shut(sock: socket.socket) -> None:
    """End every wait for the socket. Closing it would leave the thread that waits where it is."""
    with suppress(OSError):
        # The method of ssl.SSLSocket would drop the encryption under the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
