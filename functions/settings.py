"""Every environment variable that the functions read, typed: read here, and written from here by the stacks.

What the SDKs themselves read, such as `AWS_ENDPOINT_URL_*` and `AWS_REGION`, is not listed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from functions.providers import USUAL, Choice, chosen

PREFIX = "HOTLINE_"


class SettingsError(ValueError):
    """An environment that cannot work; `str(error)` names the variable and what it should hold."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one deployment and another.

    `public_url` is the HTTP API as Twilio calls it, such as `https://abc.execute-api.eu-central-1.amazonaws.com`;
    `relay_url` the WebSocket API as Twilio dials it, with its stage. `secrets` is the path of the SSM parameters.
    `session_function` is the function that a new call warms; empty for none. `reminders` is the URL of the SQS queue
    that brings reminders back, `follow_ups` of the one that brings calls back that may be over. `caller_id` is the
    number that calls of our own come from, `twilio_url` Twilio's REST API, which is elsewhere for an account in
    another of its regions, such as `https://api.dublin.ie1.twilio.com`. Logs are kept for `retention_days`, records
    of calls for `record_days`, or as long as the logs if that is 0.
    `model` names the models that answer, in order, such as `bedrock, openai:gpt-6-luna`; `model_url` is a server of
    OpenAI's wire other than OpenAI; `langflow_url` and `langflow_flow_id` are where a flow of Langflow is.
    `private_table` is the table of what must not stay, such as digits: it has no backups. With `limits` other than
    `on` calls are not counted: on a laptop they cost nothing, and tests call often. `consent` is `required`, or `off`
    where an order of a call need not name its legal basis.
    """

    table: str = ""
    public_url: str = ""
    relay_url: str = ""
    secrets: str = "/hotline"
    model: str = USUAL.name
    model_url: str = ""
    langflow_url: str = ""
    langflow_flow_id: str = ""
    session_function: str = ""
    reminders: str = ""
    follow_ups: str = ""
    caller_id: str = ""
    twilio_url: str = "https://api.twilio.com"
    retention_days: int = 30
    private_table: str = ""
    record_days: int = 0
    limits: str = "on"
    consent: str = "required"

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, needed: Iterable[str] = ()) -> Self:
        """Return the settings of an environment; what is not set takes its default.

        Raises SettingsError for a value that cannot be, and for one of `needed` that is not set.
        """
        if missing := [_variables()[name] for name in needed if not environment.get(_variables()[name])]:
            raise SettingsError(f"{', '.join(missing)} must be set; the Service stack does so.")
        given = {name: environment[key] for name, key in _variables().items() if key in environment}
        if (consent := given.get("consent", "required")) not in ("required", "off"):
            raise SettingsError(
                f"{PREFIX}CONSENT is {consent!r}; it is required, or off for calls without a legal basis."
            )
        days = {name: _days(name, given.pop(name), least) for name, least in _LEAST_DAYS.items() if name in given}
        settings = cls(**dict[str, Any]({**given, **days}))
        settings.check_models()
        return settings

    def check_models(self) -> None:
        """Raise SettingsError for a list of models that cannot be, or that lacks a setting."""
        for choice in self.with_model(self.model).models:
            if missing := [_variables()[name] for name in choice.provider.needed if not getattr(self, name)]:
                raise SettingsError(f"{', '.join(missing)} must be set: {choice.provider.label} answers.")

    def with_model(self, model: str, model_id: str = "") -> Self:
        """Return these settings with other models, each with its id; `model_id` is for the first one, if it has none.

        Raises SettingsError.
        """
        try:
            return replace(self, model=", ".join(map(str, chosen(model, model_id))))
        except ValueError as error:
            raise SettingsError(f"{PREFIX}MODEL is {model!r}: {error}.") from None

    def with_providers(self, given: Mapping[str, str]) -> Self:
        """Return these settings with those of model providers, by their names."""
        return replace(self, **dict[str, Any](given))

    @property
    def days_of_records(self) -> int:
        """How many days the records of calls are kept."""
        return self.record_days or self.retention_days

    @property
    def models(self) -> tuple[Choice, ...]:
        """The models that answer, in the order in which they are asked."""
        return chosen(self.model)

    def environment(self, *names: str) -> dict[str, str]:
        """Return the variables that make `load` return these settings; with names, only these."""
        chosen = names or tuple(_variables())
        return {_variables()[name]: str(getattr(self, name)) for name in chosen}


_LEAST_DAYS = {"retention_days": 1, "record_days": 0}


def _days(name: str, given: str, least: int) -> int:
    """Return a number of days. Raises SettingsError."""
    if not given.isdecimal() or int(given) < least:
        raise SettingsError(f"{PREFIX}{name.upper()} is {given!r}; it is a whole number of days, {least} or more.")
    return int(given)


def _variables() -> dict[str, str]:
    return {field.name: PREFIX + field.name.upper() for field in fields(Settings)}
