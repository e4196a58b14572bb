"""What one deployment chooses: its stage, its model, how long it remembers; by `-c`, or else as cdk.json says."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from aws_cdk import App

from functions.settings import PREFIX, Settings
from infra.stages import CHOICES, DEFAULT_STAGE, of_stage

ROOT = Path(__file__).parent.parent
OUTDIR = os.environ.get("CDK_OUTDIR", str(ROOT / "cdk.out"))
PRODUCTION = "prod"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One Hotline in an account; several stand beside each other by their stages."""

    stage: str = "dev"
    settings: Settings = field(default_factory=Settings)
    """What is chosen of the functions' settings; what the stacks know besides is added to it there."""

    alarm_email: str = ""

    @classmethod
    def chosen(cls, app: App) -> Self:
        """Return what the app's context says, by `-c` or for its stage. Raises ValueError for what cannot work."""
        context = {name: app.node.try_get_context(name) for name in ("stage", *CHOICES)}
        given = {name: str(value) for name, value in context.items() if value is not None}
        stage = given.pop("stage", DEFAULT_STAGE)
        given = {**of_stage(app.node.try_get_context("stages") or {}, stage), **given}
        # The stage stands in names of stacks, of parameters and in a URL; the narrowest of these allows this much.
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", stage):
            raise ValueError(f"The stage is {stage!r}; it is up to 20 lower-case letters, digits and hyphens.")
        alarm_email = given.pop("alarm_email", "")
        if alarm_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", alarm_email):
            raise ValueError(f"alarm_email is {alarm_email!r}; it is an address that alarms write to.")
        model_id = given.pop("model_id", "")
        settings = Settings.load({PREFIX + name.upper(): value for name, value in given.items()})
        return cls(stage, settings.with_model(settings.model, model_id), alarm_email)

    @property
    def production(self) -> bool:
        """Whether its data must outlive a mistake."""
        return self.stage == PRODUCTION

    @property
    def secrets(self) -> str:
        """The path of its SSM parameters."""
        return f"/hotline/{self.stage}"


def new_app(outdir: str = OUTDIR, **choices: str) -> App:
    """Return an app with the defaults of cdk.json; these choices go before them, and `-c` before both."""
    # Only the CLI reads cdk.json by itself, and the app has to work without the CLI.
    defaults = json.loads((ROOT / "cdk.json").read_text())["context"]
    return App(context={**defaults, **choices}, outdir=outdir)
