"""The stacks, synthesized once for each choice of a run, as templates whose references read as text."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from functions.relay.agent.needs import NOTHING, Allow, Needs

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Synthesized:
    """The templates for a choice of stage and model. Every reference is text, such as `<TwimlFunction.Arn>`."""

    folder: Path
    state: Resource
    service: Resource
    do_not_call: Resource

    def properties(self, type: str) -> dict[str, Resource]:
        """Return the properties of every resource of a type in all stacks, by the construct's name."""
        stacks = (self.do_not_call, self.state, self.service)
        every = {key: one for stack in stacks for key, one in stack["Resources"].items()}
        return {_name(key): one.get("Properties", {}) for key, one in every.items() if one["Type"] == type}

    def function(self, name: str) -> Resource:
        """Return the properties of a function by its name in the inventory."""
        return self.properties("AWS::Lambda::Function")[f"{name.title()}Function"]


Synthesize = Callable[..., Synthesized]

NEEDS = Needs(
    services=["sesv2"],
    statements=[
        Allow(["ses:SendEmail"], ["arn:{partition}:ses:{region}:{account}:identity/{stage}.rosa.example"]),
        Allow(["s3:Get*"], ["arn:{partition}:s3:::menus/*"], reason="All menus are public."),
    ],
    secrets=["sms-token"],
    environment={"SHOP": "rosa"},
)
"""What tools may need, one of each kind, and a wildcard with its reason."""


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Return what synthesizes the stacks with choices such as stage="prod". It does not really bundle."""

    @cache
    def made(**choices: str) -> Synthesized:
        return _synthesized(tmp_path_factory, NOTHING, choices)

    return made


@pytest.fixture(scope="session")
def with_needs(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """Return the stacks for agents whose tools need something."""
    return _synthesized(tmp_path_factory, NEEDS, {"stage": "prod"})


@pytest.fixture(scope="session")
def dev(synthesize: Synthesize) -> Synthesized:
    """Return the stacks without any choice."""
    return synthesize()


@pytest.fixture(scope="session")
def prod(synthesize: Synthesize) -> Synthesized:
    """Return the stacks of production."""
    return synthesize(stage="prod")


def _synthesized(folders: pytest.TempPathFactory, needs: Needs, choices: Mapping[str, str]) -> Synthesized:
    """Return the stacks, which the first process that wants them synthesizes for all processes of this run."""
    common = folders.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else folders.getbasetemp()
    folder = common / f"cdk-{sha256(repr((needs, sorted(choices.items()))).encode()).hexdigest()[:16]}"
    done = folder / "names.json"
    with _locked(folder.with_suffix(".lock")):
        if not done.exists():
            done.write_text(json.dumps(_synthesize(folder, needs, choices)))
    return Synthesized(folder, *(_template(folder, name) for name in json.loads(done.read_text())))


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Let one process at a time into the block."""
    with file.open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _synthesize(folder: Path, needs: Needs, choices: Mapping[str, str]) -> tuple[str, str, str]:
    """Synthesize the stacks into a folder; return the names of state, service and what is not to be called."""
    # The CDK starts a Node.js process when it is imported, and takes seconds: tests without stacks do without.
    from infra.checks import hold_to_aws_solutions  # noqa: PLC0415
    from infra.deployment import Deployment, new_app  # noqa: PLC0415
    from infra.service import Service  # noqa: PLC0415
    from infra.state import DoNotCall, State  # noqa: PLC0415

    unpacked = folder / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    (unpacked / "nothing.py").touch()
    app = new_app(outdir=str(folder), **choices)
    deployment = Deployment.chosen(app)
    do_not_call = DoNotCall(app, deployment)
    state = State(app, deployment, do_not_call)
    service = Service(app, deployment, state.tables, lambda _: unpacked, needs)
    hold_to_aws_solutions(app, state, service)
    app.synth()
    return state.stack_name, service.stack_name, do_not_call.stack_name


def _template(folder: Path, stack: str) -> Any:
    return _text(json.loads((folder / f"{stack}.template.json").read_text()))


def _text(value: Any) -> Any:
    """Return a template's value with each reference as text."""
    match value:
        case {"Ref": str(name)}:
            return f"<{_name(name)}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{_name(name)}.{attribute}>"
        case {"Fn::ImportValue": str(name)}:
            # Such as Hotline-dev-State:ExportsOutputFnGetAttLogs6819BB44Arn1D2F0A3C.
            resource = name.partition(":")[2]
            table = next(one for one in ("DoNotCall", "Logs", "Private") if one in resource)
            told = "Stream" if "StreamArn" in resource else "Arn"
            return f"<{table}.{told}>" if "GetAtt" in resource else f"<{table}>"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(_text(part) for part in parts)
        case dict():
            return {key: _text(one) for key, one in value.items()}
        case list():
            return [_text(one) for one in value]
        case _:
            return value


def _name(logical_id: str) -> str:
    """Return a logical id without the digest that the CDK puts at its end."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)
