"""What the tools of agents need reaches the functions that run agents, and no other."""

from pathlib import Path
from types import ModuleType

import pytest

from functions.providers import chosen
from functions.relay.agent.needs import Needs, NeedsError
from infra import bundle, needs, packages
from infra.function import Function
from infra.inventory import inventory
from infra.packages import PackagesError
from tests.infra.conftest import NEEDS

ROWS = {row.name: row for row in inventory(chosen("bedrock"), NEEDS)}
RUN_AGENTS = {"twiml", "default", "reminders", "calls", "after"}


def test_needs_reach_the_functions_that_run_agents() -> None:
    for name, row in ROWS.items():
        runs = name in RUN_AGENTS
        assert (row.needs == NEEDS, "sesv2" in row.services, "sms-token" in row.secrets) == (runs, runs, runs), name
    assert {"ssm"} <= set(ROWS["default"].services)
    assert "secrets" in ROWS["default"].settings
    assert "adapters/secrets.py" in ROWS["reminders"].source


def test_data_files_ship_with_the_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agents = tmp_path / "functions" / "agents"
    for name in ("desk/__init__.py", "desk/facts.md", "menu.pdf", "__pycache__/x.pyc", ".DS_Store"):
        (agents / name).parent.mkdir(parents=True, exist_ok=True)
        (agents / name).touch()
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    row = Function("desk", 128, 5, ("agents",), (), (), ())
    shipped = {file.relative_to(agents).as_posix() for file in bundle.sources(row)}
    assert shipped == {"desk/__init__.py", "desk/facts.md", "menu.pdf"}


def test_needs_are_read_without_the_agents(tmp_path: Path) -> None:
    assert needs.read(tmp_path) == Needs()
    (tmp_path / "needs.py").write_text("from functions.relay import Needs\n\nNEEDS = Needs(services=['s3'])\n")
    assert needs.read(tmp_path).services == ["s3"]


def test_a_service_that_aws_has_not_is_told(tmp_path: Path) -> None:
    (tmp_path / "needs.py").write_text("from functions.relay import Needs\n\nNEEDS = Needs(services=['sesv3'])\n")
    with pytest.raises(NeedsError, match=r"needs\.py:3: Needs\.services has 'sesv3'.*write 'sesv2'"):
        needs.read(tmp_path)


def test_a_file_without_needs_is_told() -> None:
    with pytest.raises(NeedsError, match=r"functions/agents/needs\.py:1: there is no NEEDS"):
        needs.needs_of(ModuleType("needs"), needs.AGENTS / "needs.py")


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("", []),
        ("# a note\nPyJWT==2.11.0  # signs\n\nstripe[async]==14.1.0\n", ["PyJWT==2.11.0", "stripe[async]==14.1.0"]),
    ],
)
def test_pinned_packages_are_read(tmp_path: Path, text: str, pins: list[str]) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert needs.pins(tmp_path / "requirements.txt") == pins


@pytest.mark.parametrize("line", ["boto3", "boto3>=1", "boto3~=1.2"])
def test_a_package_without_a_version_is_told(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"\n{line}\n")
    with pytest.raises(PackagesError, match=r"requirements\.txt:2: boto3.* has no version; write boto3==\d"):
        needs.pins(tmp_path / "requirements.txt")
