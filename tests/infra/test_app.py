"""The app as its own program, the way the CDK runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from functions.providers import chosen
from infra.inventory import inventory
from infra.packages import ROOT

pytestmark = pytest.mark.slow


def app(folder: Path, context: str) -> subprocess.CompletedProcess[str]:
    """Run the app as the CDK's command line does, which passes `-c stage=prod` before the defaults of cdk.json."""
    foreign = ("AWS_", "CDK_", "JSII_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment |= {"PATH": "/nowhere", "CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": context}
    command = [sys.executable, str(ROOT / "app.py")]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_it_needs_no_account_no_docker_and_no_node(tmp_path: Path) -> None:
    done = app(tmp_path, '{"stage": "prod"}')
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if not line.startswith("hotline: ")]
    stacks = {file.name.removesuffix(".template.json") for file in tmp_path.glob("*.template.json")}
    assert stacks == {"Hotline-prod-DoNotCall", "Hotline-prod-State", "Hotline-prod-Service"}
    files = json.loads((tmp_path / "Hotline-prod-Service.assets.json").read_text())["files"].values()
    assert len([one for one in files if one["source"]["packaging"] == "zip"]) == len(inventory(chosen("bedrock")))


def test_it_names_the_choice_that_cannot_be(tmp_path: Path) -> None:
    done = app(tmp_path, '{"stage": "a b"}')
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was synthesized: The stage is 'a b'")
