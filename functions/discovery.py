"""Finds the agents: each file or folder of `functions/agents` that assigns `agent`.

No list names them, so no file of Hotline changes when you add or remove an agent. `numbers.py` in the same folder
says which number gets which agent. Files whose names begin with `_` are ignored.
"""

import hashlib
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from functions.relay.agent.agent import Agent
from functions.relay.agent.needs import Needs
from functions.relay.agent.registry import check, check_limits, check_models
from functions.relay.agent.tools import AgentError
from functions.relay.cost_limits import Limits
from functions.relay.error_location import source_line

NUMBERS = "numbers"
"""The module that says which number gets which agent."""

NEEDS = "needs"
"""The module that says what the tools need."""

NO_AGENTS = frozenset({NUMBERS, NEEDS})
"""Modules in the folder of the agents that are not agents."""


VERSION_LETTERS = 12
"""Letters of an agent's version: enough to distinguish the versions of one file."""


class Found(NamedTuple):
    """The agents by their names, the default agent, the agent of each number, the needs of tools, and the limits."""

    agents: dict[str, Agent]
    default: str
    numbers: dict[str, str]
    needs: Needs
    limits: Limits


def find(package: str, folder: str) -> Found:
    """Import the modules of a package, whose files are in `folder`, and return the agents among them.

    Raises AgentError, and any error of a module's import.
    """
    names = tuple(_names(Path(folder)))
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names if name not in NO_AGENTS}
    agents = {name: _agent(name, module) for name, module in modules.items() if hasattr(module, "agent")}
    _refuse_hidden(agents, modules)
    chosen = importlib.import_module(f"{package}.{NUMBERS}") if NUMBERS in names else _absent(folder)

    def line_of(name: str) -> str:
        return _line(modules[name], "agent") if name in modules else _line(chosen, name)

    default = _default(chosen, agents)
    numbers = dict(getattr(chosen, "NUMBERS", {}))
    check(agents, default, numbers, line_of)
    needs = importlib.import_module(f"{package}.{NEEDS}").NEEDS if NEEDS in names else Needs()
    check_models(agents, needs.models, line_of)
    limits = _limits(chosen)
    check_limits(limits, line_of)
    return Found(agents, default, numbers, needs, limits)


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of the modules in a folder, in order. Raises AgentError."""
    known: set[str] = set()
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("_", ".")) or not (path.suffix == ".py" or _is_package(path)):
            continue
        if fault := _name_fault(path.stem, path.stem in known):
            raise AgentError(fault, source_line(str(path), 1))
        known.add(path.stem)
        yield path.stem


def _is_package(path: Path) -> bool:
    """Return whether a path is a package; a folder without Python files holds data. Raises AgentError."""
    if not path.is_dir() or (path / "__init__.py").exists():
        return path.is_dir()
    if any(path.glob("*.py")):
        raise AgentError("this folder has no __init__.py; add one that assigns `agent`.", source_line(str(path), 1))
    return False


def _name_fault(name: str, twice: bool) -> str:
    if twice:
        return f"there are a file and a folder named {name}; rename one, because this is the name of the agent."
    if not name.isidentifier():
        tidy = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        return f"{name!r} cannot be the name of a module; rename it to {tidy if tidy.isidentifier() else 'my_agent'}."
    return ""


def _agent(name: str, module: ModuleType) -> Agent:
    if isinstance(module.agent, Agent):
        # It is not an argument of Agent, because the author would have to write it.
        object.__setattr__(module.agent, "version", _version(Path(str(module.__file__))))
        return module.agent
    kind = type(module.agent).__name__
    raise AgentError(
        f"`agent` is of type {kind}; assign an Agent, or rename it if {name} is not an agent.",
        _line(module, "agent"),
    )


def _version(file: Path) -> str:
    """Return a short hash of an agent's file, or of all Python files of its folder."""
    files = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    contents = [one.read_bytes() for one in files if one.exists()]
    return hashlib.sha256(b"".join(contents)).hexdigest()[:VERSION_LETTERS] if contents else ""


def _refuse_hidden(agents: Mapping[str, Agent], modules: Mapping[str, ModuleType]) -> None:
    """Raise AgentError for an agent that is not assigned to `agent`: no call would ever reach it."""
    known = {id(agent) for agent in agents.values()}
    for module in (module for name, module in modules.items() if name not in agents):
        for name, value in vars(module).items():
            if isinstance(value, Agent) and id(value) not in known:
                fault = f"this agent cannot be found; assign it to `agent`, not to `{name}`."
                raise AgentError(fault, _line(module, name))


def _default(chosen: ModuleType, agents: Mapping[str, Agent]) -> str:
    if default := getattr(chosen, "DEFAULT", ""):
        return str(default)
    if len(agents) == 1:
        return next(iter(agents))
    cure = f'write DEFAULT = "{next(iter(agents))}"' if agents else "write a file that assigns agent = Agent(…)"
    there = f"there is {', '.join(agents)}" if agents else "there is no agent"
    raise AgentError(f"no agent answers any number; {there}; {cure}.", _line(chosen, "DEFAULT"))


def _limits(chosen: ModuleType) -> Limits:
    limits = getattr(chosen, "LIMITS", Limits())
    if isinstance(limits, Limits):
        return limits
    raise AgentError(f"LIMITS is of type {type(limits).__name__}; assign Limits(…).", _line(chosen, "LIMITS"))


def _absent(folder: str) -> ModuleType:
    """Return an empty module in place of a missing numbers.py."""
    module = ModuleType(NUMBERS)
    module.__file__ = str(Path(folder) / f"{NUMBERS}.py")
    return module


def _line(module: ModuleType, name: str) -> str:
    """Return the line of a module that assigns this name; line 1 if none does."""
    file = Path(str(module.__file__))
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = (number for number, line in enumerate(lines, 1) if re.match(rf"{name}\b", line))
    return source_line(str(file), next(found, 1))
