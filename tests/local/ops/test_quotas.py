"""How many calls at the same time an account can carry, by the answers of AWS's own APIs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from local.ops.findings import Passed, Unseen
from local.ops.quotas import EXECUTIONS_PER_CALL, REQUESTS_PER_CALL, concurrency, requests


@contextmanager
def aws_api(status: int, answer: dict[str, object]) -> Iterator[str]:
    """Run a server that answers as an API of AWS does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status >= 400:
                self.send_header("x-amzn-ErrorType", str(answer["Code"]))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the server looks for

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
        (10, Unseen, "10 Lambda executions at once, which is enough for about 5 calls"),
        (99, Unseen, "about 49 calls"),
        (1000, Passed, "1000 Lambda executions at once, which is enough for about 500 calls"),
    ],
)
def test_the_quota_says_how_many_calls_it_carries(
    account: pytest.MonkeyPatch, executions: int, kind: type, words: str
) -> None:
    with aws_api(200, {"AccountLimit": {"UnreservedConcurrentExecutions": executions}}) as url:
        account.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        found = concurrency()
    assert isinstance(found, kind)
    assert words in found.words


def test_a_quota_that_cannot_be_read_is_no_fault(account: pytest.MonkeyPatch) -> None:
    with aws_api(403, {"Code": "AccessDeniedException", "Message": "not authorized"}) as url:
        account.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        found = concurrency()
    assert isinstance(found, Unseen)
    assert "AccessDeniedException" in found.words
    assert "lambda:GetAccountSettings" in found.cure


@pytest.mark.parametrize(("rate", "kind", "calls"), [(100, Unseen, 25), (2500, Passed, 625), (10_000, Passed, 2500)])
def test_the_quota_of_requests_says_how_many_calls_it_carries(
    account: pytest.MonkeyPatch, rate: int, kind: type, calls: int
) -> None:
    with aws_api(200, {"Quota": {"Value": float(rate)}}) as url:
        account.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        found = requests()
    assert isinstance(found, kind)
    assert f"takes {rate} requests a second from the account, which is enough for about {calls} calls" in found.words


def test_a_quota_of_requests_that_cannot_be_read_is_no_fault(account: pytest.MonkeyPatch) -> None:
    with aws_api(403, {"Code": "AccessDeniedException", "Message": "not authorized"}) as url:
        account.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        found = requests()
    assert isinstance(found, Unseen)
    assert "servicequotas:GetServiceQuota" in found.cure


@pytest.mark.parametrize("calls", [10, 100, 2500, 25_000])
def test_the_page_of_scale_calculates_with_these_numbers(calls: int) -> None:
    page = (Path(__file__).parents[3] / "docs" / "scale.md").read_text()
    row = f"| {calls:,} | {calls * EXECUTIONS_PER_CALL:,} | {calls * REQUESTS_PER_CALL:,} |"
    assert row in page
