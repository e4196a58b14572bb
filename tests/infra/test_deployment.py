"""The choices of a deployment."""

from pathlib import Path

import pytest

from functions.providers import chosen as chosen_models
from functions.settings import Settings, SettingsError
from infra.deployment import RESERVABLE, Deployment, new_app
from infra.inventory import inventory

pytestmark = pytest.mark.slow


def chosen(folder: Path, **choices: str) -> Deployment:
    return Deployment.chosen(new_app(outdir=str(folder), **choices))


def test_without_a_choice_it_is_a_dev_stage_on_bedrock(tmp_path: Path) -> None:
    assert chosen(tmp_path) == Deployment("dev", Settings(model="bedrock:eu.anthropic.claude-haiku-5-5"))


@pytest.mark.parametrize(("model", "model_id"), [("claude", "claude-haiku-5-5"), ("offline", "")])
def test_each_model_has_its_own_id(tmp_path: Path, model: str, model_id: str) -> None:
    assert [one.model_id for one in chosen(tmp_path, model=model).settings.models] == [model_id]


def test_the_id_of_the_model_can_be_chosen(tmp_path: Path) -> None:
    assert chosen(tmp_path, model_id="eu.anthropic.claude-haiku-5-5").settings.model == (
        "bedrock:eu.anthropic.claude-haiku-5-5"
    )


def test_only_the_stage_prod_is_production(tmp_path: Path) -> None:
    assert chosen(tmp_path, stage="prod").production
    assert not chosen(tmp_path, stage="preprod").production


def test_what_cdk_json_says_for_the_stage_counts(tmp_path: Path) -> None:
    app = new_app(outdir=str(tmp_path), stage="prod")
    app.node.set_context("stages", {"prod": {"alarm_email": "ops@example.com", "retention_days": "90"}})
    prod = Deployment.chosen(app)
    assert (prod.alarm_email, prod.settings.retention_days) == ("ops@example.com", 90)


def test_the_command_line_goes_before_cdk_json(tmp_path: Path) -> None:
    app = new_app(outdir=str(tmp_path), stage="prod", retention_days="7")
    app.node.set_context("stages", {"prod": {"retention_days": "90"}})
    assert Deployment.chosen(app).settings.retention_days == 7


@pytest.mark.parametrize("stage", ["", "Prod", "two words", "1st", "a" * 21, "a/b"])
def test_a_stage_that_no_url_can_hold_is_refused(tmp_path: Path, stage: str) -> None:
    with pytest.raises(ValueError, match="The stage is"):
        chosen(tmp_path, stage=stage)


@pytest.mark.parametrize(("choice", "value"), [("model", "gpt"), ("retention_days", "0"), ("retention_days", "soon")])
def test_what_the_functions_would_refuse_is_refused_here(tmp_path: Path, choice: str, value: str) -> None:
    with pytest.raises(SettingsError):
        chosen(tmp_path, **{choice: value})


def test_words_leave_the_geography_by_choice_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    with pytest.raises(ValueError, match=r"ap-south-1 is in no geography .* MODEL_ID=global\.anthropic"):
        chosen(tmp_path)
    assert chosen(tmp_path, model_id="global.x").settings.model == "bedrock:global.x"


@pytest.mark.parametrize("text", ["default", "default=", "default=0", "nobody=5", "default=5; twiml=5"])
def test_executions_that_cannot_be_kept_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(
        ValueError, match=r"reserved_concurrency has .*; write name=number with one of twiml, connect"
    ):
        chosen(tmp_path, reserved_concurrency=text)


def test_every_function_may_be_given_executions() -> None:
    assert set(RESERVABLE) == {row.name for row in inventory(chosen_models("offline"))}


@pytest.mark.parametrize("guardrail", ["abc123", "abc123:", "ABC:1", "abc123:0"])
def test_a_guardrail_is_an_id_and_a_version(tmp_path: Path, guardrail: str) -> None:
    with pytest.raises(ValueError, match="give its id and version, such as abc123:1"):
        chosen(tmp_path, guardrail=guardrail)


def test_a_key_is_named_by_its_arn(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="give the ARN of a key"):
        chosen(tmp_path, kms_key="alias/hotline")
