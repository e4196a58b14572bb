"""Free ports for servers that cannot choose one themselves."""

import random
import socket
from contextlib import ExitStack

BELOW_CLIENTS = range(15_000, 32_000)
"""Ports that no system hands out by itself: Linux gives clients ports from 32,768, macOS and Windows from 49,152. So
no connection takes such a port between the moment in which it is found and the start of its server."""


def free_ports(count: int) -> list[int]:
    """Return `count` different ports of this machine on which nothing listens."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            port = random.SystemRandom().choice(BELOW_CLIENTS)
            try:
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    return free_ports(1)[0]
