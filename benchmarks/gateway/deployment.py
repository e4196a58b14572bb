"""Deploys a checkout on this machine: each function in its own environments, a gateway, a table and a model."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, copytree
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

import boto3

from benchmarks.gateway.functions import Functions
from benchmarks.gateway.server import STAGE, Gateway
from benchmarks.line import running_table
from local.aws.gateway_integration import PutItem
from local.environment import ACCOUNT, PUBLIC_URL, RELAY_URL, SECRETS, TOKEN, environ
from local.models.bedrock import BedrockServer
from local.phone import Phone, Quirks
from local.phone.options import NO_QUIRKS

HERE = Path(__file__).parent.parent.parent
TABLE = "bench"
REGION = "eu-central-1"
KNOWN = {"twilio-auth-token": TOKEN, "twilio-account-sid": ACCOUNT, "number-key": TOKEN}

NOTES = f"""
try:
    from functions.relay.log.table_item import note_template
except ModuleNotFoundError:  # an older commit has the file under this name
    from functions.relay.log.item import note_template
print(note_template({TABLE!r}, 30))
"""
"""Prints the template of the route of notes. A commit without that route fails."""

WEBHOOK_TIMEOUT_S = 60.0
"""Seconds that a webhook may take. Twilio allows 15, but in Lambda each cold start has its own processor."""

M = TypeVar("M", bound=BedrockServer)


@dataclass(frozen=True, slots=True)
class Deployment(Generic[M]):
    """A running deployment. `url` is its gateway, `table` its table."""

    gateway: Gateway
    model: M
    url: str
    table: str

    def phone(self, speed: float, quirks: Quirks = NO_QUIRKS) -> Phone:
        """Return a phone whose calls are answered here, `speed` times as fast as people speak."""
        to = {RELAY_URL: f"{self.url.replace('http', 'ws', 1)}/{STAGE}"}
        url, patience = f"{self.url}/voice", WEBHOOK_TIMEOUT_S
        return Phone(
            url, TOKEN, public_url=PUBLIC_URL, connect=to, speed=speed, webhook_timeout=patience, quirks=quirks
        )

    def delay(self, table_s: float, post_s: float = 0.0) -> None:
        """Delay each table call and each post by these seconds."""
        urllib.request.urlopen(f"{self.table}/delay", data=str(table_s).encode()).read()
        self.gateway.post_delay_s = post_s

    def settled(self) -> None:
        """Return when no function runs."""
        self.gateway.run(self.gateway.settled())


@contextmanager
def deployed(model: M, checkout: Path = HERE) -> Iterator[Deployment[M]]:
    """Deploy a checkout until the block ends."""
    gateway = Gateway(KNOWN, "reminders" if (checkout / "functions" / "reminders.py").exists() else "silence")
    # A package for Lambda holds the bytecode too.
    compile_dir(checkout / "functions", quiet=2)
    with running_table() as table, model, gateway.running() as url:
        variables = _variables(url, table, model.url)
        gateway.functions = Functions(checkout, variables)
        if template := _template(checkout, variables):
            with environ(variables):
                gateway.notes = PutItem(template, boto3.client("dynamodb"))
        yield Deployment(gateway, model, url, table)


@contextmanager
def with_agent(module: Path) -> Iterator[Path]:
    """Copy this checkout's functions, with one agent that answers every number, until the block ends.

    `module` is the file of the agent.
    """
    with TemporaryDirectory() as folder:
        agents = Path(copytree(HERE / "functions", Path(folder) / "functions")) / "agents"
        copyfile(module, agents / "benched.py")
        (agents / "numbers.py").write_text('DEFAULT = "benched"\n')
        yield Path(folder)


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Check out another commit beside this one until the block ends. Raises CalledProcessError for no commit."""
    folder = HERE / ".build" / "against" / commit
    _git("remove", "--force", str(folder), check=False)  # what a run that was killed has left
    _git("add", "--force", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        _git("remove", "--force", str(folder))


def _git(*arguments: str, check: bool = True) -> None:
    subprocess.run(["git", "worktree", *arguments], check=check, cwd=HERE, capture_output=True)


def _template(checkout: Path, variables: dict[str, str]) -> str:
    command = [sys.executable, "-c", NOTES]
    done = subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _variables(url: str, table: str, model: str) -> dict[str, str]:
    """Return the environment of the functions, as the newest stack and older ones set it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    endpoints = {"DYNAMODB": table, "SSM": url, "SQS": url, "LAMBDA": url, "BEDROCK_RUNTIME": model}
    endpoints["APIGATEWAYMANAGEMENTAPI"] = f"{url}/{STAGE}"
    made_up = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}
    own = {
        "TABLE": TABLE,
        "PRIVATE_TABLE": f"{TABLE}-private",
        "DO_NOT_CALL_TABLE": f"{TABLE}-do-not-call",
        "PUBLIC_URL": PUBLIC_URL,
        "RELAY_URL": RELAY_URL,
        "SECRETS": SECRETS,
        "MODEL": "bedrock",
        "MODEL_ID": "global.anthropic.claude-haiku-5-5",
        "SESSION_FUNCTION": "default",
        "REMINDERS": f"{url}/123456789012/bench",
        "LIMITS": "off",
        "CONSENT": "off",
    }
    return {
        **kept,
        **made_up,
        **{f"AWS_ENDPOINT_URL_{name}": to for name, to in endpoints.items()},
        **{f"HOTLINE_{name}": value for name, value in own.items()},
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "hotline",
    }
