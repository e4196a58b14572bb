"""One row per provider: no other code of the product names a provider, and each row fits its adapter."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from functions.providers import NO_KEY, OFFLINE, PROVIDERS, ROWS, Provider, chosen

ROOT = Path(__file__).parent.parent

AT_HOME = (
    "functions/adapters/",
    "functions/providers.py",
    "local/models/",
    "local/testing/script.py",
    "local/testing/lines.py",
    "local/phone/wire.py",
)
"""Where a provider's name belongs: adapters, rows, doubles, and the scripted model that is one of these.

`local/phone/wire.py` has a header of AWS with a name of theirs, but nothing of a provider.
"""

NAMES = re.compile("|".join({*(row.name for row in ROWS if row is not OFFLINE), "anthropic"}), re.IGNORECASE)


def names_in(path: Path) -> Iterator[str]:
    """Yield the identifiers and texts of a module that name a provider; docstrings and settings may."""
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    settings = {name for row in ROWS for name in row.settings}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(str(text)) if id(node) not in prose and text not in settings and NAMES.search(text):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {text!r}"
            case ast.Name(name) | ast.Attribute(attr=name) if name not in settings and NAMES.search(name):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
            case ast.ImportFrom(str(name)) if NAMES.search(name):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
            case _:
                pass


def test_no_provider_is_named_outside_its_row() -> None:
    files = [path for room in ("functions", "infra", "local") for path in sorted((ROOT / room).rglob("*.py"))]
    elsewhere = [path for path in files if not str(path.relative_to(ROOT)).startswith(AT_HOME)]
    assert [found for path in elsewhere for found in names_in(path) if "USUAL" not in found] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_adapter_takes_what_its_row_gives(row: Provider) -> None:
    model_id, *given = inspect.signature(import_module(f"functions.adapters.{row.adapter}").connect).parameters
    assert model_id.strip("_") == "model_id"
    assert set(given) == {*row.settings, *(["key"] if row.key else [])}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_files_that_are_there(row: Provider) -> None:
    assert all((ROOT / "functions" / name).exists() for name in row.files)


def test_the_adapter_and_the_rows_agree_on_no_key() -> None:
    assert import_module("functions.adapters.openai").NO_KEY == NO_KEY


def test_a_list_of_models_keeps_its_order() -> None:
    models = chosen("bedrock:amazon.nova-micro-v1:0, openai ,claude:claude-haiku-4-5")
    assert [str(one) for one in models] == [
        "bedrock:amazon.nova-micro-v1:0",
        "openai:gpt-6-luna",
        "claude:claude-haiku-4-5",
    ]


def test_an_id_apart_is_the_first_ones() -> None:
    assert [one.model_id for one in chosen("openai, claude", "llama3.2:1b")] == ["llama3.2:1b", "claude-haiku-5-5"]


@pytest.mark.parametrize("text", ["", "gpt", "bedrock,", "Bedrock", "openai, openai", " , "])
def test_a_list_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of|twice"):
        chosen(text)


def test_a_provider_is_found_by_its_name() -> None:
    assert {name: row.name for name, row in PROVIDERS.items()} == {name: name for name in PROVIDERS}


@pytest.mark.parametrize(
    ("region", "model_id"),
    [
        ("eu-central-1", "eu.anthropic.claude-haiku-5-5"),
        ("us-gov-west-1", "us-gov.anthropic.claude-haiku-5-5"),
        ("us-west-2", "us.anthropic.claude-haiku-5-5"),
        ("ap-northeast-1", "jp.anthropic.claude-haiku-5-5"),
        ("ap-southeast-2", "au.anthropic.claude-haiku-5-5"),
        ("ap-south-1", "anthropic.claude-haiku-5-5"),
        ("", "us.anthropic.claude-haiku-5-5"),
    ],
)
def test_words_stay_in_the_geography_of_the_region(
    monkeypatch: pytest.MonkeyPatch, region: str, model_id: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert [one.model_id for one in chosen("bedrock")] == [model_id]
    assert [one.model_id for one in chosen("bedrock", "global.x")] == ["global.x"]
