"""Serves the page of a command, to this machine only."""

from aiohttp import web

from local.ops.speak import OpsError, say

HERE = "127.0.0.1"


def serve(page: web.Application, port: int, words: str) -> None:
    """Serve a page until Ctrl-C. Once it is up, print `words` and its address.

    Raises OpsError if another program has the port.
    """
    try:
        web.run_app(
            page, host=HERE, port=port, print=lambda _: say(f"{words} http://{HERE}:{port}/ (Ctrl-C ends this).")
        )
    except OSError as error:
        cure = f"Does another program use it? Choose another port: PORT={port + 1}"
        raise OpsError(f"The page cannot be served on port {port}.", cure) from error
