"""`make secrets`, typed in a terminal and from a pipe, with moto's SSM."""

import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from local.ops.secrets import main
from tests.endpoint import Endpoint, Reply
from tests.local.ops.conftest import ACCOUNT, TOKEN
from tests.servers.twilio import TwilioServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent.parent
KEY = "sk-ant-api03-0123456789"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Pipe lines into the command, for agents with these needs; return its exit status and its output."""

    def piped(*lines: str, arguments: tuple[str, ...] = (), needs: str = "Needs()") -> tuple[int, str]:
        (tmp_path / "needs.py").write_text(f"from functions.relay import Needs\n\nNEEDS = {needs}\n")
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = main(["--stage", stage, *arguments], tmp_path)
        written = capsys.readouterr()
        return code, written.out + written.err

    return piped


def kept(stage: str, name: str) -> tuple[str, str]:
    found = boto3.client("ssm").get_parameter(Name=f"/hotline/{stage}/{name}", WithDecryption=True)["Parameter"]
    return found["Value"], found["Type"]


def test_what_is_piped_in_is_kept_encrypted_and_shown_nowhere(run: Run, stage: str) -> None:
    code, written = run(ACCOUNT, TOKEN)
    assert code == 0
    assert kept(stage, "twilio-account-sid") == (ACCOUNT, "SecureString")
    assert kept(stage, "twilio-auth-token") == (TOKEN, "SecureString")
    assert TOKEN not in written
    assert ACCOUNT not in written


def test_it_says_first_where_it_will_set_what(run: Run, stage: str) -> None:
    _, written = run(ACCOUNT, TOKEN)
    first, second, *_ = written.splitlines()
    assert first.startswith(f"Setting secrets of Hotline ({stage}) in AWS account 123456789012, Region eu-central-1,")
    assert second.startswith(f"  /hotline/{stage}/twilio-account-sid: not set yet; ")


def test_an_empty_line_leaves_one_as_it_is(run: Run, stage: str) -> None:
    run(ACCOUNT, TOKEN)
    assert run("", TOKEN[::-1])[0] == 0
    assert kept(stage, "twilio-account-sid")[0] == ACCOUNT
    assert kept(stage, "twilio-auth-token")[0] == TOKEN[::-1]


@pytest.mark.parametrize("lines", [(ACCOUNT,), ("", TOKEN), ()], ids=["the first", "the second", "none"])
def test_what_is_still_missing_is_named(run: Run, lines: tuple[str, ...]) -> None:
    code, written = run(*lines)
    assert code == 2
    assert "Still not set" in written


@pytest.mark.parametrize("lines", [(TOKEN, ACCOUNT), (ACCOUNT, "not a token"), (ACCOUNT, TOKEN.upper())])
def test_a_misplaced_secret_is_not_set_and_not_shown(run: Run, stage: str, lines: tuple[str, str]) -> None:
    code, written = run(*lines)
    assert code == 2
    assert "Nothing was set" in written
    assert not [line for line in lines if line in written]
    with pytest.raises(Exception, match="ParameterNotFound"):
        kept(stage, "twilio-account-sid")


def test_with_claude_its_key_is_asked_for_too(run: Run, stage: str) -> None:
    assert run(ACCOUNT, TOKEN, KEY, arguments=("--model", "claude"))[0] == 0
    assert kept(stage, "anthropic-api-key")[0] == KEY


def test_what_agents_read_is_asked_for_last(run: Run, stage: str) -> None:
    code, written = run(ACCOUNT, TOKEN, "s3cret", needs="Needs(secrets=['sms-token'])")
    assert code == 0
    assert kept(stage, "sms-token") == ("s3cret", "SecureString")
    assert "s3cret" not in written


def test_one_alone_can_be_set(run: Run, stage: str) -> None:
    assert run(KEY, arguments=("--only", "anthropic-api-key"))[0] == 0
    assert kept(stage, "anthropic-api-key")[0] == KEY


def test_a_service_that_refuses_is_named_without_the_value(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Reply(400, f'{{"__type": "AccessDeniedException", "message": "{TOKEN}"}}'.encode())
    with Endpoint(Reply(200, b'{"Parameters": []}'), refused) as ssm:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        code, written = run(ACCOUNT, TOKEN)
    assert code == 2
    assert "AccessDenied" in written
    assert TOKEN not in written


def test_what_is_typed_in_a_terminal_is_not_shown_there(stage: str) -> None:
    hand, end = pty.openpty()
    # Only the secret of this test: the agents decide which others there are.
    command = [sys.executable, "-m", "local.ops.secrets", "--stage", stage, "--only", "twilio-auth-token"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=end, stdout=end, stderr=end, start_new_session=True)
    os.close(end)
    try:
        shown = _until(hand, "\ntwilio-auth-token: ")
        os.write(hand, f"{TOKEN}\n".encode())
        shown += _until(hand, "five minutes.")
        assert process.wait(60.0) == 0
    finally:
        process.kill()
        process.wait()
        os.close(hand)
    assert TOKEN not in shown
    assert kept(stage, "twilio-auth-token")[0] == TOKEN


def _until(hand: int, text: str) -> str:
    """Return what a terminal shows, up to this text."""
    shown = ""
    while text not in shown:
        assert select.select([hand], [], [], 60.0)[0], f"{text!r} was not shown:\n{shown}"
        shown += os.read(hand, 4096).decode()
    return shown


NEXT = TOKEN[::-1]


def test_a_token_is_rotated_in_two_steps(run: Run, stage: str) -> None:
    run(ACCOUNT, TOKEN)
    assert run(NEXT, arguments=("--rotate",))[0] == 0
    assert kept(stage, "twilio-auth-token")[0] == f"{TOKEN},{NEXT}"
    code, written = run(NEXT, arguments=("--rotate",))
    assert (code, kept(stage, "twilio-auth-token")[0]) == (0, NEXT)
    assert NEXT not in written


@pytest.mark.parametrize("given", ["", "no token", TOKEN])
def test_a_rotation_to_no_other_token_changes_nothing(run: Run, stage: str, given: str) -> None:
    run(ACCOUNT, TOKEN)
    code, written = run(given, arguments=("--rotate",))
    assert (code, kept(stage, "twilio-auth-token")[0]) == (2, TOKEN)
    assert "Nothing was set" in written


def test_an_api_key_is_made_once_for_calls_that_agents_place(run: Run, stage: str, twilio: TwilioServer) -> None:
    run(ACCOUNT, TOKEN)
    made = kept(stage, "twilio-api-key-sid")
    _, written = run(ACCOUNT, TOKEN)
    assert (made[1], kept(stage, "twilio-api-key-sid"), len(twilio.keys)) == ("SecureString", made, 1)
    assert "The API key exists already." in written


def test_without_an_api_key_the_other_secrets_are_set_all_the_same(run: Run, stage: str) -> None:
    code, written = run(ACCOUNT, NEXT)
    assert (code, kept(stage, "twilio-auth-token")[0]) == (0, NEXT)
    assert "No API key was made, so no agent can place calls: Twilio does not know" in written
