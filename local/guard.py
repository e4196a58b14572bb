"""Keeps other web pages away from the ports of this laptop.

A browser lets any page send requests to 127.0.0.1. Three things tell our own requests from those: the `Host` names
this machine, which a name that DNS rebinding points here does not; the `Origin` is our own page's or is missing; and
the request carries a key that is new in each run. Source: OWASP, "Cross-Site Request Forgery Prevention Cheat Sheet";
W3C, "Fetch", the Origin header.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

NAMES = ("127.0.0.1", "localhost")
"""The names of this machine in a request's `Host`."""

REFUSED = "This port of the laptop answers only the run that opened it."

_Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Guard:
    """Tells the requests of one run from all others by its `key`, a part of the URLs that only this run knows."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    def knows(self, key: str) -> bool:
        """Return whether a request carries the key of this run."""
        return hmac.compare_digest(key.encode(), self.key.encode())

    def url(self, base: str) -> str:
        """Return a base URL that has the key as the first part of its path."""
        return f"{base}/{self.key}"


def is_ours(host: str, origin: str, port: int) -> bool:
    """Return whether a request with these headers may come from our page. A missing header is empty."""
    return host in [f"{name}:{port}" for name in NAMES] and origin in ("", f"http://{host}")


@web.middleware
async def only_ours(request: web.Request, handler: _Handle) -> web.StreamResponse:
    """Refuse a request of another site in the browser, or to a name that only points to this machine."""
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else 0
    if not is_ours(request.headers.get("Host", ""), request.headers.get("Origin", ""), port):
        return web.Response(status=403, text=REFUSED)
    return await handler(request)
