"""How many calls at the same time an account can carry, by the answer of Lambda's own API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from local.ops.concurrency import concurrency
from local.ops.findings import Passed, Unseen


@contextmanager
def lambda_api(status: int, answer: dict[str, object]) -> Iterator[str]:
    """Run a server that answers as Lambda's API does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status >= 400:
                self.send_header("x-amzn-ErrorType", str(answer["Code"]))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(
    ("executions", "kind", "words"),
    [
        (10, Unseen, "10 Lambda executions at once, which carries about 5 calls"),
        (99, Unseen, "about 49 calls"),
        (1000, Passed, "1000 Lambda executions at once, which carries about 500 calls"),
    ],
)
def test_the_quota_says_how_many_calls_it_carries(
    account: pytest.MonkeyPatch, executions: int, kind: type, words: str
) -> None:
    with lambda_api(200, {"AccountLimit": {"UnreservedConcurrentExecutions": executions}}) as url:
        account.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        found = concurrency()
    assert isinstance(found, kind)
    assert words in found.words


def test_a_quota_that_cannot_be_read_is_no_fault(account: pytest.MonkeyPatch) -> None:
    with lambda_api(403, {"Code": "AccessDeniedException", "Message": "not authorized"}) as url:
        account.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        found = concurrency()
    assert isinstance(found, Unseen)
    assert "AccessDeniedException" in found.words
    assert "lambda:GetAccountSettings" in found.cure
