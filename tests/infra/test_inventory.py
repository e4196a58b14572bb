"""The inventory's rows fit together, and fit the code that they ship."""

import ast
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest

from functions.providers import Choice, chosen
from functions.relay.agent.needs import Needs
from functions.settings import Settings
from infra import packages
from infra.bundle import sources
from infra.function import Function
from infra.inventory import inventory
from infra.model_functions import default, reminders

pytestmark = pytest.mark.slow

MODELS = [chosen(text) for text in ("bedrock", "claude", "openai", "langflow", "offline", "bedrock,claude,openai")]
ANSWERING = {"default", "reminders"}


def named(models: tuple[Choice, ...]) -> str:
    return "+".join(one.provider.name for one in models)


ROWS = [(model, row) for model in MODELS for row in inventory(model)]

each_row = pytest.mark.parametrize(("model", "row"), ROWS, ids=[f"{named(model)}-{row.name}" for model, row in ROWS])


@each_row
def test_a_row_gives_settings_that_exist(model: tuple[Choice, ...], row: Function) -> None:
    assert set(row.settings) <= {field.name for field in fields(Settings)}


@each_row
def test_a_row_ships_its_handler_and_pinned_packages(model: tuple[Choice, ...], row: Function) -> None:
    assert packages.ROOT / "functions" / f"{row.name}.py" in sources(row)
    assert all("==" in pin for pin in packages.pinned(row.packages))


@each_row
def test_three_functions_hold_a_model_and_two_answer_callers(model: tuple[Choice, ...], row: Function) -> None:
    answers, asks = row.name in ANSWERING, row.name in {*ANSWERING, "after"}
    assert row.models == (model if asks else ())
    for choice in model:
        provider = choice.provider
        assert set(provider.packages) <= set(row.packages) or not asks
        assert (provider.key is not None and provider.key.secret in row.secrets) == (asks and bool(provider.key))
        assert set(provider.settings) <= set(row.settings) or not asks
    assert ("anthropic" in row.packages) == (asks and "claude" in named(model))
    assert row.posts_to_callers == ("apigatewaymanagementapi" in row.services) == answers


def test_a_model_that_agents_name_reaches_what_follows_a_call() -> None:
    needs = Needs(models=["openai:gpt-6-luna"])
    rows = {row.name: row for row in inventory(chosen("bedrock"), needs)}
    assert [str(one) for one in rows["after"].models][1:] == ["openai:gpt-6-luna"]
    assert {"openai-api-key"} <= set(rows["after"].secrets)
    assert {"adapters/openai"} <= set(rows["after"].source)
    assert {"model_url"} <= set(rows["after"].settings)
    assert "openai-api-key" not in rows["default"].secrets


@each_row
def test_one_function_takes_the_reminders_that_others_set(model: tuple[Choice, ...], row: Function) -> None:
    assert row.sets_reminders == ("reminders" in row.settings) == (row.name in ANSWERING)
    assert ("sqs" in row.services) == (row.sets_reminders or row.follows_calls)
    assert row.takes_reminders == (row.name == "reminders")


@each_row
def test_one_function_follows_calls(model: tuple[Choice, ...], row: Function) -> None:
    assert row.follows_calls == ("follow_ups" in row.settings) == ("record_days" in row.settings)
    assert row.follows_calls == (row.name == "after")


@each_row
def test_one_function_plans_calls(model: tuple[Choice, ...], row: Function) -> None:
    assert row.plans_calls == ("scheduler" in row.services) == ("schedule_group" in row.settings)
    assert row.plans_calls == (row.name == "after")


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_an_owed_answer_gets_the_resources_of_the_first_one(model: tuple[Choice, ...]) -> None:
    """Only their triggers differ: they have the same memory, time, code, packages and rights."""
    source = tuple("default.py" if name == "reminders.py" else name for name in reminders(model).source)
    assert replace(reminders(model), name="default", source=source, takes_reminders=False) == default(model)


@each_row
def test_each_function_that_reads_secrets_has_their_names(model: tuple[Choice, ...], row: Function) -> None:
    assert bool(row.secrets or row.made_secrets) == ("secrets" in row.settings) == ("ssm" in row.services)


@each_row
def test_a_row_names_every_aws_service_that_its_code_uses(model: tuple[Choice, ...], row: Function) -> None:
    """Descriptions of other services are not shipped. A client that needs one would fail in the middle of a call."""
    used = {service for file in sources(row) for service in clients(file)}
    assert used == set(row.services)


@cache
def clients(file: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    made = [
        call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ("client", "resource")
    ]
    named = [call.args[0] for call in made if call.args]
    return {name.value for name in named if isinstance(name, ast.Constant) and isinstance(name.value, str)}


@each_row
def test_one_function_places_calls_and_no_other_can(model: tuple[Choice, ...], row: Function) -> None:
    places = row.name == "calls"
    assert ("twilio[rest]" in row.packages) == places
    # The others dial people of ours, for a caller who has no number.
    assert ("caller_id" in row.settings) == (places or row.name in ("twiml", "menu"))
    assert ("twilio-account-sid" in row.secrets) == (places or row.name in ("after", "tokens"))


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_function_is_started_ahead_by_name(model: tuple[Choice, ...]) -> None:
    names = {row.name for row in inventory(model)}
    assert all(set(row.starts) <= names for row in inventory(model))
