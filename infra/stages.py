"""Reads what each stage chooses under `stages` in cdk.json. A choice by `-c` on the command line overrides it.

The next deployment forgets a choice of the command line. `differing` finds such choices, so that a deployment can
warn about them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.providers import ROWS

DEFAULT_STAGE = "dev"

_SETTINGS = (
    "model",
    "retention_days",
    "record_days",
    "call_webhook",
    "otlp",
    "call_words",
    "caller_id",
    "consent",
    "twilio_url",
    *(name for row in ROWS for name in row.settings),
)
CHOICES = (
    "model_id",
    "alarm_email",
    "dashboard",
    "reserved_concurrency",
    "kms_key",
    "domain",
    "certificate",
    "zone",
    *_SETTINGS,
)
"""What a stage may choose, in cdk.json or by `-c`."""

CDK_JSON = Path(__file__).parent.parent / "cdk.json"


def of_stage(stages: object, stage: str) -> dict[str, str]:
    """Return the choices of a stage. Raises ValueError for an unknown choice, and for a wrong shape."""
    if not isinstance(stages, Mapping):
        raise ValueError(f'"stages" in cdk.json is {stages!r}; write {{"dev": {{}}, "prod": {{}}}}.')
    choices = stages.get(stage, {})
    if not isinstance(choices, Mapping):
        raise ValueError(f'"stages"."{stage}" in cdk.json is {choices!r}; write {{"retention_days": "30"}}.')
    for name, value in choices.items():
        if name not in CHOICES:
            raise ValueError(f'"stages"."{stage}" in cdk.json has {name!r}; a stage may choose {", ".join(CHOICES)}.')
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise ValueError(f'"stages"."{stage}"."{name}" in cdk.json is {value!r}; write a text or a number.')
    return {name: str(value) for name, value in choices.items()}


def differing(written: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """Return a sentence for each choice of the command line that cdk.json does not have for the stage."""
    return [
        f"{name} is {value!r} for this deployment only: cdk.json "
        + (f"says {written[name]!r}" if name in written else "does not say it")
        + " for this stage."
        for name, value in given.items()
        if name != "stage" and written.get(name) != value
    ]


def read(path: Path = CDK_JSON) -> Any:
    """Return `stages` of a cdk.json; empty if it has none."""
    return json.loads(path.read_text())["context"].get("stages", {})
