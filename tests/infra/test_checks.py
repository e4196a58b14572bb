"""AWS's own rules hold, and every exception to them is needed and has a reason."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_s3

from infra.checks import hold_to_aws_solutions
from infra.deployment import Deployment, new_app
from infra.service import Service
from infra.state import DoNotCall, State
from tests.infra.conftest import Synthesize, Synthesized

pytestmark = pytest.mark.slow

CHOICES: list[dict[str, str]] = [
    {},
    {"stage": "prod"},
    {"model": "claude"},
    {"model": "offline"},
    {"model_id": "eu.anthropic.claude-haiku-5-5"},
]


def report(stacks: Synthesized) -> Mapping[str, Any]:
    everything = json.loads((stacks.folder / "validation-report.json").read_text())
    (nag,) = [one for one in everything["pluginReports"] if one["pluginName"] == "AwsSolutions"]
    return dict(nag)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_nothing_breaks_a_rule_of_aws_without_an_excuse(synthesize: Synthesize, choices: dict[str, str]) -> None:
    assert report(synthesize(**choices))["violations"] == []


def test_what_is_excused(prod: Synthesized) -> None:
    excused = {one["ruleName"].split("[")[0] for one in report(prod)["suppressedViolations"]}
    assert excused == {f"AwsSolutions-{rule}" for rule in ("APIG1", "APIG4", "DDB3", "IAM5", "L1", "SQS3")}


def test_a_finding_without_an_excuse_stops_the_synthesis(tmp_path: Path) -> None:
    app = new_app(outdir=str(tmp_path))
    deployment = Deployment.chosen(app)
    state = State(app, deployment, DoNotCall(app, deployment))
    aws_s3.Bucket(state, "Open")
    (tmp_path / "bundle").mkdir()
    service = Service(app, deployment, state.tables, lambda _: tmp_path / "bundle")
    hold_to_aws_solutions(app, state, service)
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()


def test_cloudformation_would_accept_the_templates(dev: Synthesized, prod: Synthesized) -> None:
    """W3005: the CDK names a dependency that CloudFormation would find by itself."""
    cfn_lint = str(Path(sys.executable).parent / "cfn-lint")
    templates = [str(file) for stacks in (dev, prod) for file in stacks.folder.glob("*.template.json")]
    command = [cfn_lint, "--ignore-checks", "W3005", "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(templates) == 6
