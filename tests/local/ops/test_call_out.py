"""`make call-out`, with doubles of CloudFormation and Lambda."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local.ops.call_out import main
from tests.endpoint import Endpoint, Reply, at, refusing_url

pytestmark = pytest.mark.slow

STACKS = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
<DescribeStacksResult><Stacks><member><StackName>Hotline-dev-Service</StackName><Outputs>{outputs}</Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
PLACED = {"status": "placed", "call": "CA1"}


def stack(**outputs: str) -> Reply:
    members = "".join(OUTPUT.format(*one) for one in outputs.items())
    return Reply(200, STACKS.format(outputs=members).encode(), {"Content-Type": "text/xml"})


def answer(payload: Mapping[str, Any], **headers: str) -> Reply:
    return Reply(200, json.dumps(payload).encode(), {"Content-Type": "application/json", **headers})


def goes(status: str, answered_by: str = "", seconds: int = 0, over: bool = False) -> Reply:
    return answer({"status": status, "answered_by": answered_by, "seconds": seconds, "over": over})


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with Endpoint(stack(VoiceUrl="https://a.example/voice", CallOut="hotline-calls")) as service:
        at(monkeypatch, "CLOUDFORMATION", service.url)
        yield service


def run(monkeypatch: pytest.MonkeyPatch, *replies: Reply, arguments: tuple[str, ...] = ()) -> tuple[int, Endpoint]:
    with Endpoint(*replies) as service:
        at(monkeypatch, "LAMBDA", service.url)
        return main(["+12125550142", "reminder", *arguments], every=0.0), service


def test_it_says_what_it_will_do_and_then_how_the_call_goes(
    described: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [goes("placed"), goes("ringing"), goes("ringing"), goes("in-progress", "human")]
    code, service = run(monkeypatch, answer(PLACED), *steps, goes("completed", "human", 34, over=True))
    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "Asking Hotline (dev) to call +12125550142 with the agent reminder. This rings a real phone.",
        "Placed: CA1.",
        "  placed",
        "  ringing",
        "  in-progress, answered by human",
        "  completed, answered by human, 34 s",
    ]
    assert {seen.path for seen in service.seen} == {"/2015-03-31/functions/hotline-calls/invocations"}
    order = {"to": "+12125550142", "agent": "reminder", "parameters": {}, "consent": ""}
    assert json.loads(service.seen[0].body) == order
    assert json.loads(service.seen[1].body) == {"call": "CA1"}
    assert b"Hotline-dev-Service" in described.seen[0].body


def test_the_stage_and_what_the_agent_is_given_can_be_said(
    described: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENT", "asked for it")
    arguments = ("--stage", "prod", "--parameter", "name=Alma", "--parameter", "when=a=b", "--dlt-header", "1401")
    code, service = run(monkeypatch, answer(PLACED), goes("busy", over=True), arguments=arguments)
    assert code == 0
    assert json.loads(service.seen[0].body)["parameters"] == {"name": "Alma", "when": "a=b"}
    told = json.loads(service.seen[0].body)
    assert (told["consent"], told["dlt"]) == ("asked for it", {"header": "1401", "template": ""})
    assert b"Hotline-prod-Service" in described.seen[0].body


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {"status": "refused", "why": "quiet hours", "reason": "It is 22:14."},
            "Not placed (quiet hours): It is 22:14.",
        ),
        ({"status": "failed", "reason": "DynamoDB: x"}, "Not placed (failed): DynamoDB: x"),
        ({"status": "unknown", "reason": "Twilio answered 500."}, "Not placed (unknown): Twilio answered 500."),
    ],
)
def test_a_call_that_is_not_placed_says_why(
    described: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    payload: Mapping[str, Any],
    words: str,
) -> None:
    assert run(monkeypatch, answer(payload))[0] == 1
    assert capsys.readouterr().out.splitlines()[1] == words


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer({"errorMessage": "Task timed out"}, **{"X-Amz-Function-Error": "Unhandled"}), "Task timed out"),
        (Reply(403, b'{"Message":"No."}', {"x-amzn-ErrorType": "AccessDeniedException"}), "AccessDenied"),
        (Reply(500, b"{}"), "500"),
    ],
    ids=["failed", "forbidden", "broken"],
)
def test_an_invocation_that_fails_is_not_repeated(
    described: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reply: Reply,
    words: str,
) -> None:
    code, service = run(monkeypatch, reply)
    assert (code, len(service.seen)) == (2, 1)
    assert words in capsys.readouterr().out


def test_a_stack_without_the_function_is_to_be_deployed_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Endpoint(stack(VoiceUrl="https://a.example/voice")) as service:
        at(monkeypatch, "CLOUDFORMATION", service.url)
        assert main(["+12125550142", "reminder"]) == 2
    assert "Deploy it again: make deploy" in capsys.readouterr().out


def test_without_a_way_to_aws_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    at(monkeypatch, "CLOUDFORMATION", refusing_url())
    assert main(["+12125550142", "reminder"]) == 2
    assert "Is it deployed, and with these credentials?" in capsys.readouterr().out


@pytest.mark.parametrize("pair", ["name", "=Alma"])
def test_a_parameter_is_a_name_and_a_value(pair: str) -> None:
    with pytest.raises(SystemExit):
        main(["+12125550142", "reminder", "--parameter", pair])
