"""Which modules may import which, read from the source; and what each handler loads, in its own interpreter."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from functions.providers import chosen, keys_of
from functions.relay.agent.needs import NOTHING
from infra.function import Function
from infra.inventory import CALLS, CONNECT, DISCONNECT, FALLBACK, MENU, TOKENS, TWIML
from infra.model_functions import after, default, reminders
from infra.packages import ALONE
from tests.conftest import Aws

ROOT = Path(__file__).parent.parent
HANDLERS = frozenset(
    {
        "twiml",
        "fallback",
        "menu",
        "connect",
        "default",
        "disconnect",
        "reminders",
        "calls",
        "tokens",
        "after",
    }
)
LIVE = "functions.live"
FOLLOW_UP = "functions.follow_up"
DATA = (
    "functions.geography",
    "functions.providers",
    "functions.settings",
    "functions.relay.agent.needs",
    "functions.relay.agent.services",
    "functions.relay.log.table_item",
    "functions.relay.log.keys",
    "functions.relay.record.call_record",
    "functions.webhooks.paths",
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a module of this repository: from where, what and on which line."""

    module: str
    name: str
    line: int

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.name}"


def in_room(name: str, *rooms: str) -> bool:
    """Whether a module is one of these, or is below one of them."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@cache
def modules() -> frozenset[str]:
    """Every module and package of the repository's own rooms by its dotted name."""
    return frozenset(dotted(path) for room in ("functions", "infra", "local") for path in (ROOT / room).rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(one for module in sorted(modules()) for one in imports_of(module))


def imports_of(module: str) -> Iterator[Import]:
    source = file_of(module)
    package = module.split(".") if source.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import(names):
                yield from (Import(module, alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(target, names, level):
                above = package[: len(package) + 1 - level] if level else []
                origin = ".".join([*above, *([target] if target else [])])
                for alias in names:
                    whole = f"{origin}.{alias.name}"
                    yield Import(module, whole if whole in modules() else origin, node.lineno)
            case _:
                pass


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def of(*rooms: str) -> list[Import]:
    found = [one for one in imports() if in_room(one.module, *rooms)]
    assert found, f"nothing of {rooms} imports anything: is the room still there?"
    return found


def none(offenders: list[Import]) -> None:
    assert not offenders, "\n".join(map(str, offenders))


def ours(one: Import) -> bool:
    return one.top in ("functions", "infra", "local")


def test_the_core_imports_only_itself_and_the_standard_library() -> None:
    none(
        [
            one
            for one in of("functions.relay")
            if not in_room(one.name, "functions.relay") and one.top not in sys.stdlib_module_names
        ]
    )


def test_agents_import_of_hotline_only_the_core_and_each_other() -> None:
    none(
        [
            one
            for one in of("functions.agents")
            if ours(one) and not in_room(one.name, "functions.relay", "functions.agents", "functions.discovery")
        ]
    )


def test_adapters_import_the_core_and_never_each_other() -> None:
    """An adapter may be a package, whose modules import each other. Some modules are shared."""
    shared = tuple(f"functions.adapters.{one}" for one in ("aws_error", "connections", "http"))
    none(
        [
            one
            for one in of("functions.adapters")
            if ours(one) and not in_room(one.name, "functions.relay", *shared, *own_package(one.module))
        ]
    )


def own_package(module: str) -> list[str]:
    """Return the package below `functions.adapters` of a module; none for a module by itself."""
    package = ".".join(module.split(".")[:3])
    return [package] if file_of(package).name == "__init__.py" and package != "functions.adapters" else []


def test_settings_import_only_the_providers_and_the_standard_library() -> None:
    settings = [one for one in of("functions.settings") if one.name != "functions.providers"]
    none([one for one in settings if one.top not in sys.stdlib_module_names])


def test_providers_import_only_geography_and_the_standard_library() -> None:
    """They name the port and its types only for the type checker."""
    known = ("functions.geography", "functions.relay.ports", "functions.relay.wire.model")
    mine = [one for one in of("functions.geography", "functions.providers") if one.name not in known]
    none([one for one in mine if one.top not in sys.stdlib_module_names])


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_handlers_import_the_rooms_and_shells_and_never_each_other(name: str) -> None:
    rooms = (
        "functions.relay",
        "functions.adapters",
        "functions.agents",
        *DATA,
        "functions.models",
        "functions.webhooks",
        LIVE,
        FOLLOW_UP,
    )
    mine = of(f"functions.{name}")
    none([one for one in mine if ours(one) and not in_room(one.name, *rooms) and one.name != "functions"])
    assert {one.top for one in mine if not ours(one)} - sys.stdlib_module_names <= {"aws_lambda_powertools"}


def test_live_imports_adapters_only_in_its_wiring() -> None:
    inner = [one for one in of(LIVE) if one.module not in (f"{LIVE}.wiring", f"{LIVE}.lazy_start")]
    assert inner
    none([one for one in inner if ours(one) and not in_room(one.name, "functions.relay", LIVE)])
    none([one for one in inner if not ours(one) and one.top not in sys.stdlib_module_names])


def test_what_follows_a_call_knows_no_adapter() -> None:
    mine = of(FOLLOW_UP)
    none([one for one in mine if ours(one) and not in_room(one.name, "functions.relay", FOLLOW_UP)])
    none([one for one in mine if not ours(one) and one.top not in sys.stdlib_module_names])


def test_nothing_in_functions_imports_infra_or_local() -> None:
    none([one for one in of("functions") if one.top in ("infra", "local", "tests", "benchmarks", "app")])


def test_the_laptop_imports_nothing_of_the_tests() -> None:
    none([one for one in of("local") if one.top in ("tests", "benchmarks", "app")])


def test_only_local_ops_imports_infra() -> None:
    none([one for one in of("local") if one.top == "infra" and not one.module.startswith("local.ops.")])


def test_infra_imports_of_the_functions_only_data() -> None:
    none([one for one in of("infra") if one.top in ("functions", "local") and one.name not in DATA])


def test_the_phone_and_the_gateway_know_nothing_of_hotline() -> None:
    rooms = sorted(name for name in modules() if name.startswith(("local.phone", "local.aws.gateway")))
    none([one for one in of(*rooms) if one.top in ("functions", "infra")])


@pytest.mark.parametrize(
    ("package", "adapters"),
    [
        ("anthropic", {"claude"}),
        ("phonenumbers", {"numbers", "redaction"}),
        ("stdnum", {"redaction"}),
        ("twilio", {"twilio", "twilio_signature", "client_token", "menu", "waiting"}),
        ("twilio.rest", {"calls"}),
    ],
)
def test_an_sdk_is_imported_by_its_adapters_only(package: str, adapters: set[str]) -> None:
    """Twilio's SDK has two parts, since the functions that answer callers have no time to load its REST client."""
    mine = [one for one in of("functions") if in_room(one.name, package)]
    if package == "twilio":
        mine = [one for one in mine if one.module != "functions.adapters.calls"]
    assert {one.module for one in mine} == {f"functions.adapters.{adapter}" for adapter in adapters}


def test_the_aws_sdk_is_imported_by_adapters_only() -> None:
    aws = [one for one in of("functions") if one.top in ("boto3", "botocore", "mypy_boto3_dynamodb")]
    assert aws
    none([one for one in aws if not in_room(one.module, "functions.adapters")])


def test_every_module_of_the_functions_has_a_room() -> None:
    rooms = ("functions.relay", "functions.adapters", "functions.agents", "functions.webhooks", LIVE, FOLLOW_UP)
    alone = {name for name in modules() if in_room(name, "functions") and not in_room(name, *rooms)}
    assert alone == {
        "functions",
        "functions.discovery",
        "functions.geography",
        "functions.models",
        "functions.providers",
        "functions.settings",
        *(f"functions.{name}" for name in HANDLERS),
    }


# What a handler loads

IMPORTED = """
import importlib, json, sys

class NotShipped:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not shipped", name=name)

absent = set(json.loads(sys.argv[2]))
sys.meta_path.insert(0, NotShipped())
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""
"""Imports a handler where only what is shipped can be found, as in Lambda."""


def loaded(handler: str, absent: set[str], environment: dict[str, str]) -> list[str]:
    """Import a handler in a fresh interpreter that finds none of the absent packages; return its modules then."""
    command = [sys.executable, "-W", "error", "-c", IMPORTED, f"functions.{handler}", json.dumps(sorted(absent))]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env={**bare, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [str(name) for name in json.loads(done.stdout)]


@cache
def installed() -> Mapping[str, list[str]]:
    """Return the top-level packages of this machine, with what brings each. To find them takes 0.3 s."""
    return packages_distributions()


def not_shipped(row: Function) -> set[str]:
    """Return the top-level packages installed here that a function does not ship."""
    brought = shipped(row)
    return {top for top, owners in installed().items() if not {plain(one) for one in owners} & brought}


def shipped(row: Function) -> set[str]:
    """Return the distributions that a function's packages bring along."""
    found: set[str] = set()
    waiting = [Requirement(name) for name in row.packages]
    while waiting:
        one = waiting.pop()
        if plain(one.name) not in found:
            found.add(plain(one.name))
            waiting += [] if str(one) in ALONE else needs(one)
    return found


def needs(one: Requirement) -> list[Requirement]:
    extras = one.extras or {""}
    every = [Requirement(line) for line in requires(one.name) or []]
    return [
        need for need in every if not need.marker or any(need.marker.evaluate({"extra": name}) for name in extras)
    ]


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


def in_source(module: str, row: Function) -> bool:
    """Whether a module of `functions/` is among the files and folders that the row ships."""
    inside = file_of(module).relative_to(ROOT / "functions").as_posix()
    return any(inside == entry or inside.startswith(f"{entry}/") for entry in row.source)


def answering(text: str) -> tuple[Function, ...]:
    """Return the functions that answer with these models. Both import the same, so `reminders` is tried once."""
    models = chosen(text)
    return (default(models), reminders(models)) if text == "bedrock" else (default(models),)


MODELS = {
    "bedrock": {"anthropic", "twilio"},
    "claude": {"twilio"},
    "openai": {"anthropic", "openai", "twilio"},
    "langflow": {"anthropic", "twilio"},
    "bedrock,openai": {"anthropic", "openai", "twilio"},
    "offline": {"anthropic", "twilio"},
}
"""Models that may answer, and what their functions must never need."""

ROWS: dict[str, tuple[Function, set[str]]] = {
    "twiml": (TWIML, {"anthropic", "aiohttp"}),
    "connect": (CONNECT, {"anthropic", "aiohttp"}),
    "calls": (CALLS, {"anthropic"}),
    "after": (after(chosen("bedrock"), NOTHING), {"anthropic", "twilio"}),
    "tokens": (TOKENS, {"anthropic", "phonenumbers"}),
    "disconnect": (DISCONNECT, {"anthropic", "twilio"}),
    "menu": (MENU, {"anthropic", "aiohttp"}),
    "fallback": (FALLBACK, {"anthropic", "twilio", "boto3", "aws_lambda_powertools"}),
    **{f"{row.name} on {text}": (row, never) for text, never in MODELS.items() for row in answering(text)},
}
"""Each handler's row of infra/inventory.py, and, repeated here on purpose, what it must never need."""


@pytest.mark.slow
@pytest.mark.parametrize(("title", "row", "never"), [(title, *rest) for title, rest in ROWS.items()], ids=ROWS)
def test_a_handler_imports_with_only_what_its_row_ships(aws: Aws, title: str, row: Function, never: set[str]) -> None:
    for key in keys_of(row.models):
        aws.secret(key.secret, "sk-test-key")
    model = title.rpartition(" on ")[2] if row.posts_to_callers else "bedrock"
    absent = not_shipped(row)
    assert never <= absent
    flow = {"HOTLINE_LANGFLOW_URL": "http://127.0.0.1:9", "HOTLINE_LANGFLOW_FLOW_ID": "front-desk"}
    present = loaded(row.name, absent, aws.environment(HOTLINE_MODEL=model, **flow))
    mine = [name for name in present if in_room(name, "functions")]
    assert f"functions.{row.name}" in mine
    assert ("functions.settings" in mine) == bool(row.settings)
    # It does not raise when it fails: the functions that answer callers apologise instead.
    assert ("functions.live.wiring" in mine) == row.posts_to_callers
    assert not [name for name in mine if not in_source(name, row)]
    never = never if row is CALLS else {*never, "twilio.rest", "phonenumbers"}
    assert not [name for name in present if in_room(name, "infra", "local", "tests", *never)]
