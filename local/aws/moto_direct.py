"""Answers the requests of this process to its own moto without a socket.

The laptop and tests send thousands of requests a minute, and a connection and a thread for each take about a sixth of
the processor's time. Requests of other processes, and bodies that are files, still come through moto's port.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from werkzeug.test import create_environ, run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_APPLICATIONS: "dict[str, WSGIApplication]" = {}
"""What answers, by host and port."""


@contextmanager
def answered_directly(place: str, application: "WSGIApplication") -> Iterator[None]:
    """Let a WSGI application answer the requests to `place`, its host and port, until the block ends."""
    _APPLICATIONS[place] = application
    try:
        yield
    finally:
        del _APPLICATIONS[place]


class _Body(BytesIO):
    """A body as botocore reads it: as a whole, or as a stream."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    """Answer a request, or return None: then botocore sends it through the socket."""
    url, body = urlsplit(request.url), request.body
    application = _APPLICATIONS.get(url.netloc)
    if application is None or not isinstance(body, str | bytes | bytearray | None):
        return None
    environ = create_environ(
        f"{url.path}?{url.query}" if url.query else url.path,
        f"{url.scheme}://{url.netloc}",
        method=request.method,
        headers=list(_texts(request.headers.items())),
        data=body.encode() if isinstance(body, str) else bytes(body or b""),
    )
    content, status, headers = run_wsgi_app(application, environ, buffered=True)
    told: Any = dict(headers)
    return AWSResponse(request.url, int(status.split()[0]), told, _Body(b"".join(content)))


def _texts(headers: Iterable[tuple[str, str | bytes]]) -> Iterator[tuple[str, str]]:
    """Return the headers as texts. Packing an answer that leaves no process would only take time."""
    for name, value in headers:
        if name.lower() != "accept-encoding":
            yield name, value.decode("latin-1") if isinstance(value, bytes) else value


# The stubs of botocore do not know that a handler may return the answer.
botocore.register_initializer(lambda session: session.register("before-send", _answer))  # type: ignore[arg-type]
