"""Each command works in the Region of AWS_REGION, which boto3 itself does not read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3] / "local"
MODULES = sorted(
    file for room in ("ops", "cli", "page", "dashboard", "evals") for file in (ROOT / room).rglob("*.py")
)


def without_region(module: Path) -> list[int]:
    """Return the lines that make a client of boto3 in whatever Region boto3 finds."""
    calls = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    made = [one for one in calls if ast.unparse(one.func) in ("boto3.client", "boto3.resource")]
    return [one.lineno for one in made if "region_name" not in {keyword.arg for keyword in one.keywords}]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(ROOT).as_posix())
def test_a_client_is_made_in_the_chosen_region(module: Path) -> None:
    assert without_region(module) == []


def test_a_client_without_a_region_is_found(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text('import boto3\nboto3.client("ssm", region_name=here)\nboto3.client("ssm")\n')
    assert without_region(file) == [3]
