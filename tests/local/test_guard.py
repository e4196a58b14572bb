"""What another web page in the developer's browser, or a program that guesses, gets from the laptop's ports."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from local.dev_stack import DevStack, Public, dev_stack
from local.environment import SECRETS, SESSION_FUNCTION
from local.guard import is_ours
from local.phone import Phone

pytestmark = pytest.mark.slow

TOKEN, KEY = "deadbeef" * 4, "sk-ant-a-real-key"
EVIL = {"Origin": "https://evil.example"}
SIGNED = "AWS4-HMAC-SHA256 Credential=x/20261128/eu-central-1/{}/aws4_request, SignedHeaders=host, Signature=00"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    """A line as behind a tunnel: with a real token, and with a real key of the model."""
    public = Public("https://tunnel.example", "wss://tunnel.example/laptop", TOKEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", KEY)
        with dev_stack("claude", log=tmp_path_factory.mktemp("log") / "functions.log", public=public) as one:
            yield one


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def asked(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
    """Send a request; return its status, what a browser would let another page read, and the body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, named)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get("Access-Control-Allow-Origin") or "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Access-Control-Allow-Origin") or "", error.read().decode()


def aws_call(url: str, service: str, target: str, content: object, **headers: str) -> tuple[int, str, str]:
    named = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return asked(url, json.dumps(content).encode(), Authorization=SIGNED.format(service), **named, **headers)


def test_moto_never_holds_a_real_secret(line: DevStack) -> None:
    status, _, held = asked(f"{line.aws}/moto-api/data.json")
    assert status == 200
    assert f"{SECRETS}/twilio-auth-token" in held
    assert TOKEN not in held
    assert KEY not in held


def test_the_handlers_get_the_real_secrets(line: DevStack) -> None:
    ssm = boto3.client("ssm", endpoint_url=line.aws, region_name="eu-central-1")
    for name, value in (("twilio-auth-token", TOKEN), ("anthropic-api-key", KEY)):
        assert ssm.get_parameter(Name=f"{SECRETS}/{name}", WithDecryption=True)["Parameter"]["Value"] == value
    with line.phone(speed=20.0) as phone:
        assert phone.dial().outcome is None


def test_a_stand_in_of_the_token_signs_nothing_there(line: DevStack) -> None:
    with Phone(f"{line.urls.http}/voice", "0" * 32, public_url=line.public.url) as phone:
        assert phone.dial().outcome == "busy"


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/moto-api/reset", "/"])
@pytest.mark.parametrize("headers", [{}, EVIL], ids=["no origin", "another site's origin"])
def test_moto_refuses_requests_without_the_key(line: DevStack, path: str, headers: dict[str, str]) -> None:
    status, readable_by, _ = asked(f"{origin(line.aws)}{path}", None, **headers)
    assert (status, readable_by) == (403, "")


def test_no_page_reads_a_secret_or_the_table(line: DevStack) -> None:
    parameter = {"Name": f"{SECRETS}/twilio-auth-token", "WithDecryption": True}
    for url, headers in ((origin(line.aws), {}), (origin(line.aws), EVIL), (line.aws, EVIL)):
        status, readable_by, body = aws_call(url, "ssm", "AmazonSSM.GetParameter", parameter, **headers)
        assert (status, readable_by, TOKEN in body) == (403, "", False)
        scan = {"TableName": line.table}
        assert aws_call(url, "dynamodb", "DynamoDB_20120810.Scan", scan, **headers)[:2] == (403, "")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", ""])
def test_a_name_that_only_points_here_is_refused(line: DevStack, host: str) -> None:
    assert asked(f"{line.aws}/moto-api/data.json", Host=host)[0] == 403
    assert (
        asked(f"{line.urls.functions}/2015-03-31/functions/{SESSION_FUNCTION}/invocations", b"{}", Host=host)[0]
        == 403
    )


def test_no_page_invokes_a_function(line: DevStack) -> None:
    path = f"2015-03-31/functions/{SESSION_FUNCTION}/invocations"
    before = len(line.gateway.failures)
    assert asked(f"{origin(line.urls.functions)}/{path}", b"{}")[0] == 404
    assert asked(f"{line.urls.http}/{path}", b"{}")[0] == 404
    assert asked(f"{line.urls.functions}/{path}", b"{}", **EVIL)[0] == 403
    assert len(line.gateway.failures) == before


def test_no_page_speaks_on_an_open_connection(line: DevStack) -> None:
    with line.phone(speed=20.0) as phone:
        phone.dial()
        connection = line.gateway.connections[-1]
        path = f"laptop/@connections/{connection}"
        assert asked(f"{origin(line.urls.callback)}/{path}", b"{}")[0] == 404
        assert asked(f"{line.urls.callback}/@connections/{connection}", b"{}", **EVIL)[0] == 403


def test_each_run_has_its_own_key(line: DevStack, tmp_path: Path) -> None:
    with dev_stack("offline", log=tmp_path / "functions.log") as other:
        key = urlsplit(other.aws).path
        assert asked(f"{origin(line.aws)}{key}/moto-api/data.json")[0] == 403


@pytest.mark.parametrize(
    ("host", "origin", "ours"),
    [
        ("127.0.0.1:8642", "", True),
        ("localhost:8642", "http://localhost:8642", True),
        ("127.0.0.1:8642", "http://127.0.0.1:9999", False),
        ("127.0.0.1:8642", "http://localhost:8642", False),
        ("127.0.0.1:8642", "null", False),
        ("127.0.0.1:9999", "", False),
        ("127.0.0.1", "", False),
        ("evil.example:8642", "http://evil.example:8642", False),
        ("", "", False),
        ("[", "", False),
    ],
)
def test_host_and_origin_tell_our_own_requests(host: str, origin: str, ours: bool) -> None:
    assert is_ours(host, origin, 8642) is ours
