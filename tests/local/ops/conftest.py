"""A deployment as its stacks describe it, its secrets in moto's SSM, and a double of Twilio."""

from collections.abc import Callable, Iterator, Mapping
from uuid import uuid4

import boto3
import pytest

from tests.conftest import Aws
from tests.endpoint import AWS_KEYS, Endpoint, Reply, Seen, Step, refusing_url
from tests.servers.twilio import TwilioServer

ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"

OUTPUTS = {
    "VoiceUrl": "https://api.example.com/voice",
    "FallbackUrl": "https://api.example.com/fallback",
    "StatusUrl": "https://api.example.com/call-status",
    "RelayUrl": "wss://relay.example.com/dev",
    "TableName": "calls",
    "PrivateTableName": "private",
    "DoNotCallTableName": "do-not-call",
    "Model": "offline",
    "Secrets": "twilio-account-sid twilio-auth-token",
}

_STACKS = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<DescribeStacksResult><Stacks><member><StackName>one</StackName><Outputs>{}</Outputs></member></Stacks>
</DescribeStacksResult></DescribeStacksResponse>"""
_RESOURCES = """<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<ListStackResourcesResult><StackResourceSummaries>{}</StackResourceSummaries></ListStackResourcesResult>
</ListStackResourcesResponse>"""
_OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"


class Stacks(Endpoint):
    """CloudFormation, whose stacks all have these `outputs`, under any name."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs: dict[str, str] = dict(OUTPUTS)
        self.resources: list[str] = []

    def take(self, seen: Seen) -> Step:
        super().take(seen)
        if b"Action=ListStackResources" in seen.body:
            kinds = "".join(f"<member><ResourceType>{kind}</ResourceType></member>" for kind in self.resources)
            return Reply(200, _RESOURCES.format(kinds).encode(), {"Content-Type": "text/xml"})
        members = "".join(_OUTPUT.format(*one) for one in self.outputs.items())
        return Reply(200, _STACKS.format(members).encode(), {"Content-Type": "text/xml"})


@pytest.fixture
def stacks() -> Iterator[Stacks]:
    with Stacks() as service:
        yield service


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as server:
        yield server


@pytest.fixture
def stage(aws: Aws, stacks: Stacks, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new stage for this test, with nothing in it but its stacks' outputs. Nothing leads off this machine."""
    services = dict.fromkeys(("STS", "SSM", "DYNAMODB"), aws.url) | {"CLOUDFORMATION": stacks.url}
    endpoints = {f"AWS_ENDPOINT_URL_{name}": url for name, url in services.items()}
    for name, value in {**AWS_KEYS, "AWS_ENDPOINT_URL": refusing_url(), **endpoints}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOTLINE_TWILIO_URL", twilio.url)
    monkeypatch.delenv("MODEL", raising=False)
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def keep(stage: str) -> Callable[[Mapping[str, str]], None]:
    """Set secrets of the stage."""

    def put(values: Mapping[str, str]) -> None:
        for name, value in values.items():
            boto3.client("ssm").put_parameter(
                Name=f"/hotline/{stage}/{name}", Value=value, Type="SecureString", Overwrite=True
            )

    return put


@pytest.fixture
def secrets(keep: Callable[[Mapping[str, str]], None]) -> None:
    """Set the stage's secrets to those of the double of Twilio."""
    keep({"twilio-account-sid": ACCOUNT, "twilio-auth-token": TOKEN})
