"""The app as a program of its own, the way CDK runs it."""

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


def test_it_needs_no_account_no_docker_and_no_node(tmp_path: Path) -> None:
    foreign = ("AWS_", "CDK_", "JSII_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    # As CDK's command line hands over `-c stage=prod`, which goes before the defaults of cdk.json.
    environment |= {"PATH": "/nowhere", "CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": '{"stage": "prod"}'}
    command = [sys.executable, str(ROOT / "app.py")]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if not line.startswith("hotline: ")]
    stacks = {file.name.removesuffix(".template.json") for file in tmp_path.glob("*.template.json")}
    assert stacks == {"Hotline-prod-State", "Hotline-prod-Service"}
    files = json.loads((tmp_path / "Hotline-prod-Service.assets.json").read_text())["files"].values()
    assert len([one for one in files if one["source"]["packaging"] == "zip"]) == len(inventory(chosen("bedrock")))
