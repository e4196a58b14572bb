"""How many calls at the same time an account can carry, by the answers of AWS's own APIs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from functions.providers import chosen
from local.ops.findings import Finding, Passed, Unseen
from local.ops.quotas import (
    EXECUTIONS_PER_CALL,
    REQUESTS_PER_CALL,
    TOKENS_PER_CALL,
    WRITES_PER_CALL,
    concurrency,
    quotas,
    requests,
    tokens,
    writes,
)
from tests.endpoint import Endpoint, Reply, Seen, Step, refusing_url

pytestmark = pytest.mark.slow


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
    with aws_api(400, {"Code": "AccessDeniedException", "__type": "AccessDeniedException"}) as url:
        account.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        found = requests()
    assert isinstance(found, Unseen)
    assert "servicequotas:GetServiceQuota" in found.cure


@pytest.mark.parametrize("calls", [10, 100, 2500, 25_000])
def test_the_page_of_scale_calculates_with_these_numbers(calls: int) -> None:
    page = (Path(__file__).parents[3] / "docs" / "scale.md").read_text()
    row = f"| {calls:,} | {calls * EXECUTIONS_PER_CALL:,} | {calls * REQUESTS_PER_CALL:,} |"
    assert row in page


NAMES = {
    "On-demand": 10_000,
    "Cross-region": 5_000_000,
    "Global cross-region": 9_000_000,
}
"""How the names of Bedrock's quotas begin, and their tokens a minute."""

HAIKU = "anthropic.claude-haiku-5-5"
FULL = "model inference tokens per minute for Anthropic Claude Haiku 5.5"


def bedrock_quotas(model: str) -> list[dict[str, object]]:
    return [
        {"QuotaName": f"{kind} model inference tokens per minute for {model}", "Value": float(value)}
        for kind, value in NAMES.items()
    ]


def _refusal(code: str) -> Reply:
    """Return an error as a service of AWS that speaks JSON 1.1 writes it: its body names it."""
    return Reply(400, json.dumps({"__type": code, "message": "No."}).encode())


class Quotas(Endpoint):
    """Service Quotas: the values that apply, those that AWS gives every account, and lists in pages of one quota.

    Source: AWS Service Quotas API reference; a quota that has only a default value is in no list of applied ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.applied: dict[str, float] = {"L-8A5B8E43": 10_000.0, "L-AB614373": 40_000.0}
        self.defaults: dict[str, float] = {"L-8A5B8E43": 2_500.0, "L-AB614373": 40_000.0}
        self.listed: dict[str, list[dict[str, object]]] = {
            "ListServiceQuotas": [
                {"QuotaName": f"Cross-region {FULL} V1 1M Context Length", "Value": 1.0},
                {"QuotaName": FULL.replace("tokens", "requests"), "Value": 2.0},
                *bedrock_quotas("Anthropic Claude Haiku 4.5"),
                *bedrock_quotas("Anthropic Claude Haiku 5.5 V1"),
            ],
            "ListAWSDefaultServiceQuotas": bedrock_quotas("Amazon Nova 2 Lite"),
        }
        self.denied, self.code = "", "AccessDeniedException"

    def take(self, seen: Seen) -> Step:
        super().take(seen)
        action, asked = seen.headers["X-Amz-Target"].partition(".")[2], json.loads(seen.body)
        if action == self.denied:
            return _refusal(self.code)
        if action.startswith("List"):
            return self._page(self.listed[action], int(asked.get("NextToken", 0)))
        values = self.applied if action == "GetServiceQuota" else self.defaults
        if (value := values.get(asked["QuotaCode"])) is None:
            return _refusal("NoSuchResourceException")
        return Reply(200, json.dumps({"Quota": {"Value": value}}).encode())

    @staticmethod
    def _page(quotas: list[dict[str, object]], place: int) -> Reply:
        further = {"NextToken": str(place + 1)} if place + 1 < len(quotas) else {}
        return Reply(200, json.dumps({"Quotas": quotas[place : place + 1], **further}).encode())


@pytest.fixture
def service(account: pytest.MonkeyPatch) -> Iterator[Quotas]:
    with Quotas() as running:
        account.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", running.url)
        yield running


def test_writes_to_a_table_say_how_many_calls_they_carry(service: Quotas) -> None:
    found = writes()
    assert isinstance(found, Passed)
    assert f"takes 40000 writes a second to a table, which is enough for about {40_000 // 4} calls" in found.words
    assert WRITES_PER_CALL == 4


def test_aws_s_own_value_counts_if_no_other_is_applied(service: Quotas) -> None:
    service.applied.clear()
    assert "takes 2500 requests a second" in requests().words
    assert "takes 40000 writes a second" in writes().words


def test_the_right_that_is_missing_is_the_one_named(service: Quotas) -> None:
    service.applied.clear()
    service.denied = "GetAWSDefaultServiceQuota"
    found = requests()
    assert isinstance(found, Unseen)
    assert found.cure == "You need the IAM permission servicequotas:GetAWSDefaultServiceQuota."


def test_a_refusal_for_another_reason_needs_no_right(service: Quotas) -> None:
    service.denied, service.code = "GetServiceQuota", "IllegalArgumentException"
    found = requests()
    assert isinstance(found, Unseen)
    assert "IllegalArgumentException" in found.words
    assert "IAM" not in found.cure


def test_an_api_out_of_reach_needs_no_right(account: pytest.MonkeyPatch) -> None:
    account.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", refusing_url())
    found = writes()
    assert isinstance(found, Unseen)
    assert "EndpointConnectionError" in found.words
    assert "IAM" not in found.cure


@pytest.mark.parametrize(
    ("model", "rate"),
    [
        (f"eu.{HAIKU}", 5_000_000),
        (f"us-gov.{HAIKU}", 5_000_000),
        (f"global.{HAIKU}", 9_000_000),
        (HAIKU, 10_000),
        (f"us.{HAIKU}-20261007-v1:0", 5_000_000),
        ("us.amazon.nova-2-lite-v1:0", 5_000_000),
    ],
)
def test_tokens_say_how_many_calls_they_carry(service: Quotas, model: str, rate: int) -> None:
    [choice] = chosen(f"bedrock:{model}")
    found = tokens(choice)
    assert f"Amazon Bedrock takes {rate} tokens a minute for {model}, which is enough for" in found.words
    assert f"about {rate // TOKENS_PER_CALL} calls" in found.words
    assert isinstance(found, Passed if rate > 50 * TOKENS_PER_CALL else Unseen)


@pytest.mark.parametrize(
    "model", ["eu.anthropic.claude-haiku-5", "eu.amazon.nova-lite-v1:0", "arn:aws:bedrock:x:y/z"]
)
def test_a_model_without_a_quota_is_told_plainly(service: Quotas, model: str) -> None:
    [choice] = chosen(f"bedrock:{model}")
    found = tokens(choice)
    assert isinstance(found, Unseen)
    assert f"Service Quotas lists no tokens a minute for {model}" in found.words


@pytest.mark.parametrize("action", ["ListServiceQuotas", "ListAWSDefaultServiceQuotas"])
def test_the_right_to_list_is_named_if_missing(service: Quotas, action: str) -> None:
    service.denied = action
    [choice] = chosen("bedrock:eu.amazon.nova-lite-v1:0")
    found = tokens(choice)
    assert isinstance(found, Unseen)
    assert found.cure == f"You need the IAM permission servicequotas:{action}."


def told(account: pytest.MonkeyPatch, model: str, executions: int = 1_000) -> list[Finding]:
    """Return the findings for these models in an account with `executions` concurrent executions."""
    with aws_api(200, {"AccountLimit": {"UnreservedConcurrentExecutions": executions}}) as url:
        account.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        return list(quotas(chosen(model)))


def test_the_last_line_names_the_quota_that_ends_first(account: pytest.MonkeyPatch, service: Quotas) -> None:
    *found, last = told(account, f"bedrock:eu.{HAIKU}")
    assert len(found) == 4
    quota = f"Amazon Bedrock, Cross-region {FULL} V1"
    assert last == Passed(f"in all, the account carries about 222 calls at once; {quota}, ends first")


def test_a_model_elsewhere_has_no_quota_of_aws(account: pytest.MonkeyPatch, service: Quotas) -> None:
    *found, last = told(account, "openai")
    assert len(found) == 3
    assert "about 500 calls at once; Lambda, Concurrent executions, ends first" in last.words
    assert all(seen.headers["X-Amz-Target"].endswith(".GetServiceQuota") for seen in service.seen)


def test_a_second_model_does_not_end_the_calls(account: pytest.MonkeyPatch, service: Quotas) -> None:
    *found, last = told(account, f"openai, bedrock:{HAIKU}")
    assert len(found) == 4
    assert "about 500 calls" in last.words


def test_few_calls_in_all_are_no_pass(account: pytest.MonkeyPatch, service: Quotas) -> None:
    *_, last = told(account, "offline", executions=10)
    assert isinstance(last, Unseen)
    assert "about 5 calls at once" in last.words
    assert "docs/scale.md" in last.cure


def test_quotas_that_were_not_read_are_not_in_all(account: pytest.MonkeyPatch, service: Quotas) -> None:
    service.denied = "GetServiceQuota"
    *_, last = told(account, "offline")
    assert isinstance(last, Unseen)
    assert "about 500 calls at once" in last.words
    assert "2 quotas could not be read" in last.words


def test_nothing_is_added_up_if_nothing_was_read(account: pytest.MonkeyPatch) -> None:
    for name in ("LAMBDA", "SERVICE_QUOTAS"):
        account.setenv(f"AWS_ENDPOINT_URL_{name}", refusing_url())
    *_, last = quotas(chosen("offline"))
    assert isinstance(last, Unseen)
    assert "how many calls at once the account carries in all" in last.words


def test_the_operator_s_page_names_each_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operating.md").read_text()
    operations = ("GetServiceQuota", "GetAWSDefaultServiceQuota", "ListServiceQuotas", "ListAWSDefaultServiceQuotas")
    rights = ["lambda:GetAccountSettings", *(f"servicequotas:{one}" for one in operations)]
    assert [right for right in rights if f"`{right}`" not in page] == []
