"""Says which models a command asks, and what a laptop needs to ask a real one."""

import argparse
import os
from collections.abc import Iterable

import boto3

from functions.geography import region
from functions.providers import NO_KEY, PROVIDERS, USUAL, Choice, chosen
from functions.relay.ports import Model

CURE = "or leave MODEL out for the offline model."


def add_model_options(parser: argparse.ArgumentParser, usual: str) -> None:
    """Let a command take `--model` and `--model-id`, or MODEL and MODEL_ID from the environment."""
    names = ", ".join(PROVIDERS)
    default = os.environ.get("MODEL") or usual
    parser.add_argument(
        *("--model",),
        type=_models,
        default=default,
        metavar="MODEL",
        help=f"one of {names}; several in order, such as {USUAL.name},{USUAL.name}:MODEL_ID",
    )
    parser.add_argument("--model-id", default=os.environ.get("MODEL_ID", ""), help="a model other than the usual one")


def settings_of(models: Iterable[Choice]) -> dict[str, str]:
    """Return the settings of these models' providers, from the laptop's variables for them."""
    rows = [choice.provider for choice in models]
    return {name: os.environ.get(variable, "") for row in rows for name, variable in row.settings.items()}


def keys(models: Iterable[Choice]) -> dict[str, str]:
    """Return the keys of these models' providers that are set, by the names of their secrets."""
    found = {choice.provider.key.secret: _key(choice) for choice in models if choice.provider.key}
    return {name: value for name, value in found.items() if value}


def connected(choice: Choice) -> Model:
    """Return a model that can be asked from this machine, with its key from the environment."""
    given = settings_of([choice])
    if choice.provider.key:
        given["key"] = _key(choice)
    return choice.provider.connect(choice.model_id, **given)


def missing(models: Iterable[Choice]) -> str:
    """Return what a real model needs and does not have, with the cure; empty if nothing is missing."""
    return next((lack for choice in models if (lack := _lack(choice))), "")


def _lack(choice: Choice) -> str:
    row, name = choice.provider, choice.provider.name
    unset = [row.settings[one] for one in row.needed if not os.environ.get(row.settings[one])]
    if row.key and not _key(choice):
        unset.append(row.key.variable)
    if unset:
        return f"MODEL={name} needs {' and '.join(unset)}: set {'it' if len(unset) == 1 else 'them'}, {CURE}"
    if row.lacks_geography and choice.model_id == row.usual_id:
        somewhere = f"MODEL_ID=global.{row.usual_id} for any Region"
        return f"MODEL={name} has no model in the geography of {region()}: choose one, such as {somewhere}"
    if row.services and boto3.Session().get_credentials() is None:
        return f"MODEL={name} needs AWS credentials: run `aws configure`, {CURE}"
    return ""


def _key(choice: Choice) -> str:
    """Return the key of a provider. A server of the user may need none."""
    row = choice.provider
    keyless = row.keyless and os.environ.get(row.settings[row.keyless])
    return (os.environ.get(row.key.variable, "") if row.key else "") or (NO_KEY if keyless else "")


def _models(text: str) -> str:
    try:
        chosen(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None
    return text
