"""Reads what the tools of agents need without importing the agents: their packages may not be installed yet."""

import importlib.util
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import boto3

from functions.providers import chosen
from functions.relay.agent.needs import Needs, NeedsError
from functions.relay.agent.services import check_services
from infra.packages import ROOT, PackagesError

AGENTS = ROOT / "functions" / "agents"
REQUIREMENTS = AGENTS / "requirements.txt"

_PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[\w,.-]+\])?\s*==\s*[\w.!+-]+(\s*;.*)?")


def read(folder: Path = AGENTS) -> Needs:
    """Return `NEEDS` of needs.py in a folder; empty needs without such a file. Raises NeedsError."""
    file = folder / "needs.py"
    if not file.exists():
        return Needs()
    spec = importlib.util.spec_from_file_location("needs_of_agents", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    needs = needs_of(module, file)
    _check_models(needs, file)
    check_services(needs, boto3.Session().get_available_services(), str(file), file.read_text(encoding="utf-8"))
    return needs


def needs_of(module: ModuleType, file: Path) -> Needs:
    """Return `NEEDS` of a module that was read from a file. Raises NeedsError."""
    needs = getattr(module, "NEEDS", None)
    if not isinstance(needs, Needs):
        raise NeedsError("there is no NEEDS; write NEEDS = Needs(…).", f"{file.relative_to(ROOT)}:1")
    return needs


def _check_models(needs: Needs, file: Path) -> None:
    """Raise NeedsError for a model of a provider that Hotline does not have."""
    for model in needs.models:
        try:
            chosen(model)
        except ValueError as error:
            raise NeedsError(f"Needs.models has {model!r}: {error}.", f"{file.relative_to(ROOT)}:1") from None


def pins(file: Path = REQUIREMENTS) -> list[str]:
    """Return the pinned packages of the agents. Raises PackagesError for a package without a version."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    for number, line in found:
        if line and not _PINNED.fullmatch(line):
            raise PackagesError(f"functions/agents/{file.name}:{number}: {line} has no version; write {_pin(line)}.")
    return [line for _, line in found if line]


def _pin(line: str) -> str:
    name = re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]
    try:
        return f"{name}=={version(name)}"
    except (PackageNotFoundError, ValueError):
        return f"{name}==, and its version"
