"""Reads the choices of one deployment, such as its stage and its model: from `-c`, else from cdk.json."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aws_cdk import App

from functions.geography import region
from functions.settings import PREFIX, Settings
from infra.domain import DomainChoice
from infra.stages import CHOICES, DEFAULT_STAGE, of_stage

ROOT = Path(__file__).parent.parent
OUTDIR = os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out"))
PRODUCTION = "prod"

RESERVABLE = (
    "twiml",
    "connect",
    "default",
    "disconnect",
    "reminders",
    "calls",
    "fallback",
    "menu",
    "after",
    "tokens",
)
"""The functions that may have reserved concurrency: those of the inventory."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One Hotline in an account. An account can have several, each with its own stage."""

    stage: str = "dev"
    settings: Settings = field(default_factory=Settings)
    """The chosen settings of the functions. The stacks add the settings that only they know."""

    alarm_email: str = ""

    reserved: Mapping[str, int] = field(default_factory=dict)
    """Reserved concurrency of functions, by their names: executions that no other function takes."""

    kms_key: str = ""
    """The ARN of a KMS key of your own that encrypts all tables; empty for DynamoDB's, which costs nothing."""

    domain: DomainChoice | None = None
    """A domain for both APIs; None for the domains that API Gateway makes."""

    dashboard: bool = True
    """Whether there is a CloudWatch dashboard. Three of an account are free."""

    @classmethod
    def chosen(cls, app: App) -> Self:
        """Return the deployment that the app's context describes, by `-c` or for its stage. Raises ValueError."""
        context = {name: app.node.try_get_context(name) for name in ("stage", *CHOICES)}
        given = {name: str(value) for name, value in context.items() if value is not None}
        stage = given.pop("stage", DEFAULT_STAGE)
        given = {**of_stage(app.node.try_get_context("stages") or {}, stage), **given}
        # The stage is part of stack names, parameter names and a URL. The shortest of these allows this length.
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", stage):
            raise ValueError(f"The stage is {stage!r}; it is up to 20 lower-case letters, digits and hyphens.")
        alarm_email = given.pop("alarm_email", "")
        if alarm_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", alarm_email):
            raise ValueError(f"alarm_email is {alarm_email!r}; write the e-mail address that alarms go to.")
        reserved = _reserved(given.pop("reserved_concurrency", ""))
        kms_key = _kms_key(given.pop("kms_key", ""))
        domain = _domain(*(given.pop(name, "") for name in ("domain", "certificate", "zone")))
        dashboard = _on(given.pop("dashboard", "on"))
        model_id = given.pop("model_id", "")
        settings = Settings.load({PREFIX + name.upper(): value for name, value in given.items()})
        settings = settings.with_model(settings.model, model_id)
        _check_models(settings)
        return cls(stage, settings, alarm_email, reserved, kms_key, domain, dashboard)

    @property
    def production(self) -> bool:
        """Whether its data is protected from deletion by mistake."""
        return self.stage == PRODUCTION

    @property
    def secrets(self) -> str:
        """The path of its SSM parameters."""
        return f"/hotline/{self.stage}"


def _on(text: str) -> bool:
    """Return whether there is a dashboard. Raises ValueError."""
    if text not in ("on", "off"):
        raise ValueError(f"The dashboard is {text!r}; it is on or off.")
    return text == "on"


def _kms_key(arn: str) -> str:
    """Return the ARN of a key. Raises ValueError for anything else, such as an alias: IAM knows keys by ARN."""
    if arn and not re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+", arn):
        raise ValueError(f"The kms_key is {arn!r}; give the ARN of a key in the stack's Region, arn:aws:kms:…:key/….")
    return arn


def _check_models(settings: Settings) -> None:
    """Raise ValueError for a wrong guardrail, and for a Region in whose geography the usual model is not offered."""
    if settings.guardrail and not re.fullmatch(r"[a-z0-9]{1,64}:(?:DRAFT|[1-9]\d{0,7})", settings.guardrail):
        raise ValueError(f"The guardrail is {settings.guardrail!r}; give its id and version, such as abc123:1.")
    for choice in settings.models:
        if choice.provider.lacks_geography and choice.model_id == choice.provider.usual_id:
            profile = f"global.{choice.model_id}"
            raise ValueError(
                f"{region()} is in no geography of {choice.provider.label}'s, so callers' words would leave it; "
                f"choose where they go: MODEL_ID={profile} for any commercial Region, or another geography's profile."
            )


def _reserved(text: str) -> dict[str, int]:
    """Return the reserved concurrency in `twiml=5, default=50`. Raises ValueError if it cannot be reserved."""
    found: dict[str, int] = {}
    for part in (one.strip() for one in text.split(",") if one.strip()):
        name, _, number = part.partition("=")
        if name not in RESERVABLE or not re.fullmatch(r"[1-9]\d{0,4}", number):
            names = ", ".join(RESERVABLE)
            raise ValueError(f"reserved_concurrency has {part!r}; write name=number with one of {names}: default=50.")
        found[name] = int(number)
    return found


def _domain(name: str, certificate: str, zone: str) -> DomainChoice | None:
    """Return the chosen domain; None without one. Raises ValueError for a wrong one."""
    if not name and (certificate or zone):
        raise ValueError("A certificate or a zone is chosen without a domain; add -c domain=phone.example.com.")
    if name and not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", name):
        raise ValueError(f"The domain is {name!r}; write one such as phone.example.com, without https:// and path.")
    if certificate and not re.fullmatch(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+", certificate):
        raise ValueError(f"The certificate is {certificate!r}; give its ARN in the stack's Region, arn:aws:acm:….")
    if zone and not re.fullmatch(r"Z[A-Z0-9]{1,31}", zone):
        raise ValueError(f"The zone is {zone!r}; give the id of a Route 53 zone, such as Z0123456789ABC.")
    return DomainChoice(name, certificate, zone) if name else None


def new_app(outdir: str = OUTDIR, **choices: str) -> App:
    """Return an app with the defaults of cdk.json. These choices override them, and `-c` overrides both."""
    # Only the CLI reads cdk.json by itself, and the app must work without the CLI.
    defaults = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context={**defaults, **choices}, outdir=outdir)
