"""Reads all environment variables of the functions, with types, and writes them for the stacks.

Variables that the SDKs read, such as `AWS_ENDPOINT_URL_*` and `AWS_REGION`, are not listed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from functions.providers import USUAL, Choice, chosen

PREFIX = "HOTLINE_"


class SettingsError(ValueError):
    """A wrong or missing variable; `str(error)` names it and says what it should hold."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one deployment."""

    table: str = ""
    """The table of the logs."""

    do_not_call_table: str = ""
    """The table of the numbers that must not be called."""

    public_url: str = ""
    """The HTTP API as Twilio calls it, such as `https://abc.execute-api.eu-central-1.amazonaws.com`."""

    relay_url: str = ""
    """The WebSocket API as Twilio dials it, with its stage."""

    secrets: str = "/hotline"
    """The path of the SSM parameters."""

    model: str = USUAL.name
    """The models, in the order in which they are asked, such as `bedrock, openai:gpt-6-luna`."""

    model_url: str = ""
    """A server that is compatible with OpenAI; empty for OpenAI itself."""

    langflow_url: str = ""
    """The URL of a Langflow server."""

    langflow_flow_id: str = ""
    """The id or the endpoint name of a flow on that server."""

    guardrail: str = ""
    """The id and the version of a guardrail of Bedrock, such as `abc123:1`; empty for none."""

    after_model: str = ""
    """The model that summarizes all calls, as on a laptop; empty for the one that each agent chooses."""

    session_function: str = ""
    """The function that a new call warms; empty for none."""

    reminders: str = ""
    """The URL of the SQS queue for reminders."""

    follow_ups: str = ""
    """The URL of the SQS queue for calls that may be over."""

    schedule_group: str = ""
    """The group of the schedules of planned calls."""

    schedule_role: str = ""
    """The ARN of the role with which EventBridge Scheduler invokes `calls_function`."""

    calls_function: str = ""
    """The ARN of the function that places calls."""

    caller_id: str = ""
    """The number from which our calls come, in E.164. A person who gets a call without a number sees it too."""

    twilio_url: str = "https://api.twilio.com"
    """Twilio's REST API. An account in another region has its own, such as `https://api.dublin.ie1.twilio.com`."""

    retention_days: int = 30
    """Days for which the table keeps an entry of a log."""

    private_table: str = ""
    """The table of private data that must not stay, such as digits. It has no backups."""

    record_days: int = 0
    """Days for which the table keeps the record of a call; 0 for as long as the logs."""

    call_webhook: str = ""
    """A URL that gets each call that is over, by https; empty for none."""

    call_words: str = "off"
    """With `on`, the event and the webhook of a call that is over hold its words and the caller's number."""

    otlp: str = ""
    """A URL that gets a trace of each call that is over, such as `https://collector.example/v1/traces`."""

    limits: str = "on"
    """`on`, or another value if calls are not counted: on a laptop they cost nothing, and tests make many."""

    consent: str = "required"
    """`required`, or `off` if an order to call need not name its legal basis."""

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, needed: Iterable[str] = ()) -> Self:
        """Return the settings of an environment. A variable that is not set gets its default.

        Raises SettingsError for a wrong value, and for a name in `needed` that is not set.
        """
        if missing := [_variables()[name] for name in needed if not environment.get(_variables()[name])]:
            raise SettingsError(f"{', '.join(missing)} must be set; the Service stack does so.")
        given = {name: environment[key] for name, key in _variables().items() if key in environment}
        _check_webhook(given)
        if (consent := given.get("consent", "required")) not in ("required", "off"):
            raise SettingsError(
                f"{PREFIX}CONSENT is {consent!r}; set required, or off for calls without a legal basis."
            )
        days = {name: _days(name, given.pop(name), least) for name, least in _LEAST_DAYS.items() if name in given}
        settings = cls(**dict[str, Any]({**given, **days}))
        settings.check_models()
        return settings

    def check_models(self) -> None:
        """Raise SettingsError for a wrong list of models, and for a model without one of its settings."""
        for choice in self.with_model(self.model).models:
            if missing := [_variables()[name] for name in choice.provider.needed if not getattr(self, name)]:
                raise SettingsError(f"{', '.join(missing)} must be set: {choice.provider.label} answers.")

    def with_model(self, model: str, model_id: str = "") -> Self:
        """Return these settings with other models. `model_id` is the id for the first one, if it has none.

        Raises SettingsError.
        """
        try:
            return replace(self, model=", ".join(map(str, chosen(model, model_id))))
        except ValueError as error:
            raise SettingsError(f"{PREFIX}MODEL is {model!r}: {error}.") from None

    def with_providers(self, given: Mapping[str, str]) -> Self:
        """Return these settings with other values for the settings of model providers."""
        return replace(self, **dict[str, Any](given))

    @property
    def days_of_records(self) -> int:
        """How many days the records of calls are kept."""
        return self.record_days or self.retention_days

    @property
    def models(self) -> tuple[Choice, ...]:
        """The models of the deployment, in the order in which they are asked."""
        return chosen(self.model)

    def environment(self, *names: str) -> dict[str, str]:
        """Return the variables from which `load` makes these settings; only those of `names`, if there are any."""
        chosen = names or tuple(_variables())
        return {_variables()[name]: str(getattr(self, name)) for name in chosen}


def _check_webhook(given: Mapping[str, str]) -> None:
    """Raise SettingsError for a URL that would get calls in the clear, and for a wrong switch."""
    if (words := given.get("call_words", "off")) not in ("on", "off"):
        raise SettingsError(f"{PREFIX}CALL_WORDS is {words!r}; it is on, or off for events without what was said.")
    url = given.get("call_webhook", "")
    if url and not url.startswith("https://"):
        raise SettingsError(f"{PREFIX}CALL_WEBHOOK is {url!r}; it is a URL that begins with https://.")
    if (otlp := given.get("otlp", "")) and not otlp.startswith("https://"):
        raise SettingsError(f"{PREFIX}OTLP is {otlp!r}; it is a URL such as https://collector.example/v1/traces.")


_LEAST_DAYS = {"retention_days": 1, "record_days": 0}


def _days(name: str, given: str, least: int) -> int:
    """Return a number of days. Raises SettingsError."""
    if not given.isdecimal() or int(given) < least:
        raise SettingsError(f"{PREFIX}{name.upper()} is {given!r}; set a whole number of days, {least} or more.")
    return int(given)


def _variables() -> dict[str, str]:
    return {field.name: PREFIX + field.name.upper() for field in fields(Settings)}
