"""The page that calls a deployment from a browser: what it serves, and to which page it gives a token."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.error import HTTPError

import pytest

from local.ops.client import Token, serve
from local.ops.speak import OpsError


def given(identity: str) -> dict[str, Any]:
    return {"token": f"for {identity}"}


@contextmanager
def served(ask: Token = given) -> Iterator[str]:
    server = serve(b"var Twilio;", ask)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read())


def post(url: str, headers: dict[str, str]) -> dict[str, str]:
    request = urllib.request.Request(f"{url}/token", method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.loads(answer.read()))
    except HTTPError as error:
        with error:
            return {"refused": str(error.code)}


def test_the_page_and_the_sdk_are_served() -> None:
    with served() as url:
        assert b"Call Hotline" in get(f"{url}/")
        assert get(f"{url}/twilio.min.js") == b"var Twilio;"


def test_the_page_gets_a_token() -> None:
    with served() as url:
        assert post(url, {"Origin": url}) == {"token": "for browser"}


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "http://127.0.0.1:1"}])
def test_no_other_page_gets_one(headers: dict[str, str]) -> None:
    with served() as url:
        assert post(url, headers) == {"refused": "403"}


def test_no_other_host_gets_one() -> None:
    with served() as url:
        assert post(url, {"Origin": url, "Host": "evil.example"}) == {"refused": "403"}


def test_what_is_missing_is_told_to_the_page() -> None:
    def missing(_: str) -> dict[str, Any]:
        raise OpsError("The function could not be asked.", "Deploy it.")

    with served(missing) as url:
        assert "could not be asked" in post(url, {"Origin": url})["error"]
