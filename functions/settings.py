"""Every environment variable that the functions read, typed: read here, and written from here by the stacks.

What the SDKs themselves read (`AWS_ENDPOINT_URL_*`, `AWS_REGION`, `ANTHROPIC_BASE_URL`) is not listed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, Self, get_args

PREFIX = "HOTLINE_"

ModelName = Literal["bedrock", "claude", "offline"]

MODEL_IDS: Mapping[ModelName, str] = {
    "bedrock": "global.anthropic.claude-haiku-5-5",
    "claude": "claude-haiku-5-5",
    "offline": "",
}
"""The model of each service that answers where no other is asked for."""


class SettingsError(ValueError):
    """An environment that cannot work; `str(error)` names the variable and what it should hold."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one deployment and another.

    `public_url` is the HTTP API as Twilio calls it, such as `https://abc.execute-api.eu-central-1.amazonaws.com`;
    `relay_url` the WebSocket API as Twilio dials it, with its stage. `secrets` is the path of the SSM parameters.
    `session_function` is the function that a new call warms; empty for none. `reminders` is the URL of the SQS queue
    that brings reminders back. `caller_id` is the number that calls of our own come from, `twilio_url` Twilio's REST
    API, which is elsewhere for an account in another of its regions, such as `https://api.dublin.ie1.twilio.com`.
    """

    table: str = ""
    public_url: str = ""
    relay_url: str = ""
    secrets: str = "/hotline"
    model: ModelName = "bedrock"
    model_id: str = ""
    session_function: str = ""
    reminders: str = ""
    caller_id: str = ""
    twilio_url: str = "https://api.twilio.com"
    retention_days: int = 30

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, needed: Iterable[str] = ()) -> Self:
        """Return the settings of an environment; what is not set takes its default.

        Raises SettingsError for a value that cannot be, and for one of `needed` that is not set.
        """
        if missing := [_variables()[name] for name in needed if not environment.get(_variables()[name])]:
            raise SettingsError(f"{', '.join(missing)} must be set; the Service stack does so.")
        given = {name: environment[key] for name, key in _variables().items() if key in environment}
        model = given.get("model", "bedrock")
        if model not in get_args(ModelName):
            raise SettingsError(f"{PREFIX}MODEL is {model!r}; it is one of {', '.join(get_args(ModelName))}.")
        days = given.pop("retention_days", "30")
        if not days.isdecimal() or not int(days):
            raise SettingsError(f"{PREFIX}RETENTION_DAYS is {days!r}; it is a whole number of days, 1 or more.")
        return cls(**given, retention_days=int(days))  # type: ignore[arg-type]

    def environment(self, *names: str) -> dict[str, str]:
        """Return the variables that make `load` return these settings; with names, only these."""
        chosen = names or tuple(_variables())
        return {_variables()[name]: str(getattr(self, name)) for name in chosen}


def _variables() -> dict[str, str]:
    return {field.name: PREFIX + field.name.upper() for field in fields(Settings)}
