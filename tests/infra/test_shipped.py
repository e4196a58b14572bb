"""The agents find what they use in Lambda. An error names the line that would fail, and the line to add."""

from pathlib import Path

import pytest

from functions.providers import chosen
from functions.relay.agent.needs import Needs
from infra import shipped
from infra.inventory import inventory

pytestmark = pytest.mark.slow

NEEDS = Needs(services=["s3"], secrets=["sms-token"])
ROWS = inventory(chosen("bedrock"), NEEDS)

FINE = """
import json
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from functions.relay import Agent
from functions.agents.other import helper
from . import another

if TYPE_CHECKING:
    import requests

try:
    import orjson
except ImportError:
    orjson = None


def tool(caller):
    boto3.client("s3").get_object()
    boto3.client("dynamodb")
    return caller.secret("sms-token")
"""

MISSING = {
    "import yaml": "yaml is not in the bundle of twiml; add to functions/agents/requirements.txt: PyYAML==",
    "def tool():\n    from yaml.nodes import Node": "yaml is not in the bundle of twiml",
    "import no_such_package": "functions/agents/requirements.txt: no_such_package==, and its version",
    "import twilio": "twilio is not in the bundle of default; add to functions/agents/requirements.txt: twilio==",
    "import functions.adapters.dynamodb": "functions.adapters.dynamodb is not for agents; import functions.relay.",
    'x = boto3.client("sns")': 'client("sns") has no description of the service in the bundle of twiml',
    'def tool(session):\n    session.resource("ec2")': 'add services=["ec2"] to NEEDS in functions/agents/needs.py',
    'def tool(caller):\n    caller.secret("pin")': 'the secret "pin" is not listed; add secrets=["pin"] to NEEDS',
    "try:\n    import yaml\nexcept ValueError:\n    pass": "yaml is not in the bundle of twiml",
}


def read(folder: Path, source: str) -> list[str]:
    (folder / "desk.py").write_text(source)
    return [fault for row in ROWS if row.runs_agents for fault in shipped._read(row, folder)]


def test_what_ships_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, FINE) == []


@pytest.mark.parametrize(("source", "words"), MISSING.items(), ids=range(len(MISSING)))
def test_what_does_not_ship_is_told(tmp_path: Path, source: str, words: str) -> None:
    line = next(number for number, text in enumerate(source.splitlines(), 1) if not text.startswith(("def", "try")))
    found = read(tmp_path, source)[0]
    assert found.startswith(f"functions/agents/desk.py:{line}: ")
    assert words in found
