"""Wrong input of a user for each command: it says what is wrong before anything starts."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import boto3
import pytest

from local.start import start

ROOT = Path(__file__).parents[2]

NOBODY = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}

CASES: dict[str, tuple[list[str], Mapping[str, str], str]] = {
    "evals: a model": (["local.evals.__main__"], {"MODEL": "nonsense"}, "argument --model: 'nonsense'"),
    "evals: a file": (["local.evals.__main__", "nowhere.yaml"], {}, "nowhere.yaml: no such file"),
    "tunnel: nothing": (["local.cli.tunnel", ""], {}, "'' is not the tunnel's address"),
    "tunnel: http": (["local.cli.tunnel", "http://abc.example"], {}, "is not the tunnel's address"),
    "tunnel: a port": (["local.cli.tunnel", "https://a.example", "--port", "x"], {}, "invalid int value"),
    "tunnel: a token": (
        ["local.cli.tunnel", "https://a.example"],
        {"TWILIO_AUTH_TOKEN": "x"},
        "The auth token is missing",
    ),
    "tunnel: a model": (
        ["local.cli.tunnel", "https://a.example"],
        {"MODEL": "nonsense"},
        "argument --model: 'nonsense'",
    ),
    "replay: nothing": (["local.cli.replay", ""], {}, "make replay needs a call: LOG=CA… with STAGE="),
    "replay: a file": (["local.cli.replay", "nowhere.jsonl"], {}, "It could not be read"),
    "replay: an image": (["local.cli.replay", "local/page/static/icon.svg"], {}, "icon.svg: "),
    "call-out: a number": (["local.ops.call_out", "abc", "reminder"], {}, "'abc' is not a phone number"),
    "call-out: no number": (["local.ops.call_out", "", "reminder"], {}, "'' is not a phone number"),
    "call-out: no agent": (["local.ops.call_out", "+12125550142", ""], {}, "'' is not an agent"),
    "number: a number": (["local.ops.number", "abc"], {}, "'abc' is not a phone number"),
    "number: a yes": (["local.ops.number", "+12125550142"], {"YES": "maybe"}, "'maybe' is neither 1 nor yes"),
    "doctor: a call": (["local.ops.doctor"], {"CALL": "please"}, "'please' is neither 1 nor yes"),
    "destroy: a yes": (["local.ops.destroy"], {"YES": "y"}, "'y' is neither 1 nor yes"),
    "destroy: a stage": (["local.ops.destroy", "--stage", "a b"], {}, "'a b' is not a stage"),
    "deploy: a yes": (["local.ops.deploy"], {"YES": "true"}, "'true' is neither 1 nor yes"),
    "deploy: a choice": (["local.ops.deploy", "-c", "stage"], {}, "'stage' is not NAME=VALUE"),
    "deploy: a model": (["local.ops.deploy", "-c", "model=nonsense"], {}, "There is no model 'nonsense'"),
    "secrets: a model": (["local.ops.secrets"], {"MODEL": "nonsense"}, "argument --model: 'nonsense'"),
    "secrets: one": (["local.ops.secrets", "--only", "nonsense"], {}, "nonsense"),
}

SET_BY_USERS = ("MODEL", "YES", "CALL", "STAGE", "TWILIO_AUTH_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_REGION")

pytestmark = pytest.mark.slow

Run = Callable[[list[str], Mapping[str, str]], tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, without a terminal; return its exit status and its output."""

    def ran(arguments: list[str], variables: Mapping[str, str]) -> tuple[int, str]:
        for name in SET_BY_USERS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**NOBODY, **variables}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        monkeypatch.setattr(sys, "argv", arguments)
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        try:
            status = start(arguments[0])
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, "".join(capsys.readouterr())

    return ran


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_input_is_told_in_words(run: Run, case: str) -> None:
    arguments, variables, words = CASES[case]
    status, told = run(arguments, variables)
    assert status == 2, told
    assert words in told
    assert "Traceback" not in told


def test_a_call_is_not_announced_before_its_number_is_read(run: Run) -> None:
    assert "rings a real phone" not in run(["local.ops.call_out", "abc", "reminder"], {})[1]


def test_ctrl_d_at_a_question_is_a_no() -> None:
    hand, end = pty.openpty()
    command = [sys.executable, "-m", "local.start", "local.cli.tunnel", "https://a.example"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # otherwise it would ask in the terminal in which the tests run
    )
    os.close(end)
    os.write(hand, b"\x04")
    os.close(hand)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "The auth token is missing" in told
    assert "Traceback" not in told
