"""Says what the agents' tools need on this laptop: AWS services, environment variables and secrets."""

import importlib
import os
from pathlib import Path

import boto3

from functions.discovery import NEEDS
from functions.relay import Needs
from functions.relay.agent.services import check_services
from local import dotenv


def secrets_of_agents() -> dict[str, str]:
    """Return the secrets that agents read, from the laptop's variables for them."""
    values = {name: os.environ.get(dotenv.variable_of(name), "") for name in needs().secrets}
    return {name: value for name, value in values.items() if value}


def needs() -> Needs:
    """Return what the agents' tools need, as their files are now."""
    found: Needs = importlib.import_module("functions.agents").NEEDS
    return found


def check_needs() -> None:
    """Check that AWS has the services that tools need. Raises AgentError."""
    file = Path(str(importlib.import_module("functions.agents").__path__[0])) / f"{NEEDS}.py"
    source = file.read_text(encoding="utf-8") if file.exists() else ""
    check_services(needs(), boto3.Session().get_available_services(), str(file), source)
