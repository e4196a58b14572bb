"""Runs moto on a port of this machine: DynamoDB, SQS, SSM and every other service of a tool. It holds no real secret.

The port answers only requests whose path begins with the key of its guard: moto itself asks for no credentials and
returns everything that it holds.
"""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.aws.moto_direct import answered_directly
from local.aws.moto_tables import make_quick
from local.guard import REFUSED, Guard, is_ours

Environ = dict[str, Any]
"""A WSGI environment. Source: PEP 3333."""

Start = Callable[[str, list[tuple[str, str]]], object]

RAW = ("RAW_URI", "REQUEST_URI")
"""The names under which servers pass the URI as it came."""

GET_PARAMETER = "AmazonSSM.GetParameter"
"""The value of the header `X-Amz-Target` with which the SDKs ask for one SSM parameter."""


class GuardedMoto:
    """A WSGI application: moto behind a guard. The values of some SSM parameters are kept outside moto."""

    def __init__(self, guard: Guard, secrets: Mapping[str, str]) -> None:
        """`secrets` are the real values by the full names of their SSM parameters."""
        self._guard, self._secrets = guard, secrets
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        key, _, path = str(environ["PATH_INFO"]).removeprefix("/").partition("/")
        ours = is_ours(environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN", ""), int(environ["SERVER_PORT"]))
        if not (ours and self._guard.knows(key)):
            start("403 Forbidden", [("Content-Type", "text/plain")])
            return [REFUSED.encode()]
        environ |= {"SCRIPT_NAME": f"/{key}", "PATH_INFO": f"/{path}"}
        # moto finds the operations of REST services, such as Scheduler, by the URI as it came.
        environ |= {name: environ[name].replace(f"/{key}", "", 1) for name in RAW if name in environ}
        if environ.get("HTTP_X_AMZ_TARGET") == GET_PARAMETER:
            return self._parameter(environ, start)
        answer: Iterable[bytes] = self._moto(environ, start)
        return answer

    def _parameter(self, environ: Environ, start: Start) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        name = str(json.loads(body).get("Name", ""))
        if name not in self._secrets:
            environ["wsgi.input"] = io.BytesIO(body)
            answer: Iterable[bytes] = self._moto(environ, start)
            return answer
        start("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        parameter = {"Name": name, "Type": "SecureString", "Value": self._secrets[name], "Version": 1}
        return [json.dumps({"Parameter": parameter}).encode()]


@contextmanager
def moto_server(secrets: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run moto until the block ends; yield the endpoint URL for the SDKs, which holds the key of the guard.

    `secrets` are the real values of SSM parameters by their full names, such as `/hotline/laptop/twilio-auth-token`.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_quick()
    guard = Guard()
    application = GuardedMoto(guard, secrets or {})
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, name="moto", daemon=True)
    thread.start()
    place = f"127.0.0.1:{server.server_port}"
    try:
        with answered_directly(place, application):
            yield guard.url(f"http://{place}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
