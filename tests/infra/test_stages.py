"""The choices of a stage in cdk.json, and those of the command line for one deployment."""

import json
from pathlib import Path

import pytest

from infra.stages import CDK_JSON, differing, of_stage, read

STAGES = {"dev": {}, "prod": {"model": "claude", "retention_days": 90, "alarm_email": "ops@example.com"}}


def test_a_stage_has_its_own_choices() -> None:
    assert of_stage(STAGES, "prod") == {"model": "claude", "retention_days": "90", "alarm_email": "ops@example.com"}
    assert of_stage(STAGES, "dev") == {}


def test_a_stage_that_is_not_written_chooses_nothing() -> None:
    assert of_stage(STAGES, "trial") == {}


@pytest.mark.parametrize(
    ("stages", "fault"),
    [
        ([], '"stages" in cdk.json is'),
        ({"dev": "claude"}, '"stages"."dev" in cdk.json is \'claude\''),
        ({"dev": {"modell": "claude"}}, "has 'modell'; a stage may choose model_id"),
        ({"dev": {"stage": "prod"}}, "has 'stage'"),
        ({"dev": {"model": ["claude"]}}, "write a text or a number"),
        ({"dev": {"model": True}}, "write a text or a number"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(stages: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        of_stage(stages, "dev")


def test_a_choice_of_the_command_line_says_that_it_differs() -> None:
    given = {"stage": "prod", "model": "bedrock", "caller_id": "+12125550100", "retention_days": "90"}
    assert differing(of_stage(STAGES, "prod"), given) == [
        "model is 'bedrock' for this deployment only: cdk.json says 'claude' for this stage.",
        "caller_id is '+12125550100' for this deployment only: cdk.json does not say it for this stage.",
    ]


def test_the_file_that_ships_can_be_read(tmp_path: Path) -> None:
    assert {"dev", "prod"} <= read(CDK_JSON).keys()
    for stage in read(CDK_JSON):
        of_stage(read(CDK_JSON), stage)
    empty = tmp_path / "cdk.json"
    empty.write_text(json.dumps({"context": {}}))
    assert read(empty) == {}
