"""`make replay` with a file or a call's SID, and its error if there is neither."""

import io
from pathlib import Path

import pytest

from local.cli.replay import main
from local.page.logs import write
from tests.conftest import Aws
from tests.endpoint import AWS_KEYS, Endpoint, Reply
from tests.page.test_logs import LINES

pytestmark = pytest.mark.slow

QUIETLY = ["--port", "0", "--no-browser"]


def test_a_file_is_served_until_input_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (tmp_path / "call.jsonl").write_text(write(LINES))
    assert main([str(tmp_path / "call.jsonl"), *QUIETLY]) == 0
    assert f"{len(LINES)} entries" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"), [(None, "could not be read"), ("", "It is empty"), ("no JSON", "Line 1 is not an entry")]
)
def test_a_file_that_is_none_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, words: str
) -> None:
    file = tmp_path / "call.jsonl"
    if text is not None:
        file.write_text(text)
    assert main([str(file), *QUIETLY]) == 2
    assert words in capsys.readouterr().err


STACK = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
<Stacks><member><StackName>Hotline-dev-State</StackName><CreationTime>2026-11-20T07:00:00Z</CreationTime>
<StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>TableName</OutputKey>
<OutputValue>calls</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(body=STACK.encode(), headers={"Content-Type": "text/xml"}), "does not hold this call"),
        (Reply(403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"), "could not be read"),
    ],
)
def test_a_sid_is_looked_up_in_the_stages_table(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: Reply, words: str
) -> None:
    with Endpoint(answer) as cloudformation:
        places = {"AWS_ENDPOINT_URL_CLOUDFORMATION": cloudformation.url, "AWS_ENDPOINT_URL_DYNAMODB": aws.url}
        for name, value in {**AWS_KEYS, **places}.items():
            monkeypatch.setenv(name, value)
        assert main([f"CA{'0' * 32}", *QUIETLY]) == 2
    assert words in capsys.readouterr().err


def test_without_a_call_it_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["", *QUIETLY]) == 2
    assert "LOG=CA…" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_either_variable_names_the_region(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    """boto3 itself reads AWS_DEFAULT_REGION alone, and people set AWS_REGION."""
    with Endpoint(Reply(body=STACK.encode(), headers={"Content-Type": "text/xml"})) as cloudformation:
        places = {"AWS_ENDPOINT_URL_CLOUDFORMATION": cloudformation.url, "AWS_ENDPOINT_URL_DYNAMODB": aws.url}
        for name, value in {**AWS_KEYS, **places}.items():
            monkeypatch.setenv(name, value)
        for name in {"AWS_REGION", "AWS_DEFAULT_REGION"} - {variable}:
            monkeypatch.delenv(name)
        assert main([f"CA{'0' * 32}", *QUIETLY]) == 2
    assert "does not hold this call" in capsys.readouterr().err
