"""Checks that the agents find in Lambda what they use: reads their files, and imports them with all else hidden.

The laptop has more packages than a bundle, and data for all AWS services. So code that works here may fail there.
"""

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from infra import bundle, needs
from infra.function import Function
from infra.packages import ALONE, ROOT

OPTIONAL = frozenset({"ImportError", "ModuleNotFoundError"})
"""Errors that code catches around an import that may fail."""

LOADS = """
import importlib, json, sys, traceback

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, Hidden())
try:
    importlib.import_module("functions.agents")
except BaseException as error:
    lines = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    own = [line for line in lines if "functions/agents/" in line and "agents/__init__" not in line]
    where = own[-1].partition("functions/agents/")[2] if own else "__init__.py:1"
    sys.exit(f"functions/agents/{where}: {type(error).__name__}: {error}")
"""


def faults(rows: Iterable[Function], folder: Path = needs.AGENTS) -> list[str]:
    """Return what functions that run agents would miss in Lambda: the line, what is missing, and the line to add."""
    rows = [row for row in rows if row.runs_agents]
    read = (fault for row in rows for fault in _read(row, folder))
    found = list(dict.fromkeys(read))
    return found or list(dict.fromkeys(fault for row in rows if (fault := _tried(row, folder))))


def _read(row: Function, folder: Path) -> Iterator[str]:
    shipped = _tops(row)
    for file in sorted(folder.rglob("*.py")):
        place = f"functions/agents/{file.relative_to(folder).as_posix()}"
        for node in _certain(ast.parse(file.read_text(encoding="utf-8"), str(file))):
            for fault in _node_faults(node, row, shipped):
                yield f"{place}:{node.lineno}: {fault}"


def _certain(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom | ast.Call]:
    """Yield the imports and calls in some code, also in functions; not imports for type checkers or that may fail."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                continue
            case ast.Try() if any(_names(handler.type) & OPTIONAL for handler in node.handlers):
                continue
            case ast.Import() | ast.ImportFrom() | ast.Call():
                yield node
            case _:
                pass
        yield from _certain(node)


def _names(caught: ast.expr | None) -> set[str]:
    return {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)} if caught else {"ImportError"}


def _node_faults(node: ast.AST, row: Function, shipped: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (fault for alias in names if (fault := _import_fault(alias.name, row, shipped)))
        case ast.ImportFrom(module=str(module), level=0):
            if fault := _import_fault(module, row, shipped):
                yield fault
        case ast.Call(ast.Attribute(_, "client" | "resource" as made), [ast.Constant(str(service)), *_]):
            if service not in row.services:
                add = f'services=["{service}"] to NEEDS in functions/agents/needs.py'
                yield f'{made}("{service}") has no description of the service in the bundle of {row.name}; add {add}.'
        case ast.Call(ast.Attribute(_, "secret"), [ast.Constant(str(secret))]):
            if secret not in row.needs.secrets:
                add = f'secrets=["{secret}"] to NEEDS in functions/agents/needs.py'
                yield f'the secret "{secret}" is not listed; add {add}.'
        case _:
            pass


def _import_fault(module: str, row: Function, shipped: frozenset[str]) -> str:
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in shipped:
        return ""
    if top == "functions":
        inside = module.split(".")[1:2]
        return (
            ""
            if inside in ([], ["relay"], ["agents"], ["discovery"])
            else f"{module} is not for agents; import functions.relay."
        )
    return f"{top} is not in the bundle of {row.name}; add to functions/agents/requirements.txt: {_pin(top)}"


def _pin(top: str) -> str:
    owner = _owners().get(top, [top])[0]
    try:
        return f"{owner}=={version(owner)}"
    except PackageNotFoundError:
        return f"{owner}==, and its version"


@cache
def _owners() -> Mapping[str, list[str]]:
    """Return the installed packages of each top-level module. This reads the records of all packages."""
    return packages_distributions()


def _tops(row: Function) -> frozenset[str]:
    """Return the top-level modules in the packages of a function and of the agents."""
    found, waiting = set[str](), [Requirement(name) for name in (*row.packages, *needs.pins())]
    while waiting:
        one = waiting.pop()
        if _plain(one.name) not in found:
            found.add(_plain(one.name))
            waiting += [] if str(one) in ALONE else _required(one)
    return frozenset(top for top, owners in _owners().items() if found & {_plain(one) for one in owners})


def _required(one: Requirement) -> list[Requirement]:
    try:
        every = [Requirement(line) for line in requires(one.name) or []]
    except PackageNotFoundError:
        return []
    return [need for need in every if _applies(need, one.extras or {""})]


def _applies(need: Requirement, extras: Iterable[str]) -> bool:
    marker = need.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _tried(row: Function, folder: Path) -> str:
    """Import the agents with only the packages of a row; return the error, if there is one."""
    absent = sorted(_owners().keys() - _tops(row))
    with tempfile.TemporaryDirectory() as scratch:
        for file in bundle.sources(row):
            to = Path(scratch) / file.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": scratch, "AWS_DEFAULT_REGION": "us-east-1"}
        done = subprocess.run(
            [sys.executable, "-c", LOADS, json.dumps(absent)],
            env={**environment, **row.needs.environment},
            cwd=scratch,
            capture_output=True,
            text=True,
            check=False,
        )
    return f"{done.stderr.strip().splitlines()[-1]} (in the bundle of {row.name})" if done.returncode else ""
