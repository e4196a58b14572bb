"""Settings: the functions read what the stacks write."""

from dataclasses import fields

import pytest

from functions.settings import Settings, SettingsError

CHOSEN = Settings(
    table="calls",
    public_url="https://api.example.com",
    relay_url="wss://relay.example.com/prod",
    secrets="/hotline/prod",
    model="claude:claude-haiku-5-5, openai",
    model_url="https://models.example/v1",
    session_function="hotline-default",
    reminders="https://sqs.eu-central-1.amazonaws.com/123456789012/reminders",
    caller_id="+15550100",
    twilio_url="https://api.dublin.ie1.twilio.com",
    retention_days=7,
)


@pytest.mark.parametrize("settings", [CHOSEN, Settings()], ids=["chosen", "defaults"])
def test_what_is_written_is_what_is_read(settings: Settings) -> None:
    assert Settings.load(settings.environment()) == settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.load({}) == Settings()


def test_every_setting_has_a_variable_of_its_name() -> None:
    assert set(CHOSEN.environment()) == {f"HOTLINE_{field.name.upper()}" for field in fields(Settings)}


def test_a_function_gets_only_the_settings_that_its_row_names() -> None:
    assert CHOSEN.environment("table", "retention_days") == {"HOTLINE_TABLE": "calls", "HOTLINE_RETENTION_DAYS": "7"}


def test_variables_of_other_programs_are_ignored() -> None:
    assert Settings.load({"AWS_REGION": "eu-central-1", "HOTLINE_COLOUR": "red", "TABLE": "x"}) == Settings()


def test_settings_come_from_the_process_s_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_TABLE", "from-here")
    assert Settings.load().table == "from-here"


@pytest.mark.parametrize("days", ["", "0", "00", "-1", "1.5", " 7", "seven", "²"])
def test_days_that_are_none_are_refused_by_name(days: str) -> None:
    with pytest.raises(SettingsError, match=r"^HOTLINE_RETENTION_DAYS is .*whole number of days"):
        Settings.load({"HOTLINE_RETENTION_DAYS": days})


@pytest.mark.parametrize("model", ["", "gpt", "Bedrock", "bedrock,", "openai gpt"])
def test_a_model_that_is_not_known_is_refused_with_those_that_are(model: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"^HOTLINE_MODEL is {model!r}: .* is not one of bedrock, claude, openai"
    ):
        Settings.load({"HOTLINE_MODEL": model})


def test_a_flow_without_its_place_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"^HOTLINE_LANGFLOW_FLOW_ID must be set: a flow of Langflow answers"):
        Settings.load({"HOTLINE_MODEL": "langflow", "HOTLINE_LANGFLOW_URL": "http://127.0.0.1:7860"})
