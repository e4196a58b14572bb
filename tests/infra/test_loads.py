"""The agents are imported where only what a bundle has can be found: what reading them cannot see is found too."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.fixtures.project import ROOT, copy_into

pytestmark = pytest.mark.slow

FAULTS = """
from functions.providers import chosen
from infra import needs, shipped
from infra.inventory import inventory

rows = [row for row in inventory(chosen("offline"), needs.read()) if row.name == "default"]
print("\\n".join(shipped.faults(rows)))
"""

AGENT = '''"""An agent that needs {package}."""

{imports}

from functions.relay import Agent, Voice


def look_up() -> str:
    """Look something up."""
    import {package}

    return str({package})


agent = Agent("You answer.", "Hello!", {{"en-US": Voice("Google", "en-US-Journey-O")}}, tools=[look_up])
'''

READS_ITS_DATA = "import certifi\nfrom pathlib import Path\n\nassert Path(certifi.where()).read_text()"
HIDDEN_FROM_READERS = 'import importlib\n\nimportlib.import_module("yaml")'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    return copy_into(tmp_path)


def faults(project: Path, package: str, imports: str = "", pins: str = "") -> str:
    """What `make check` says of a project with this agent and these packages."""
    agents = project / "functions" / "agents"
    (agents / "front_desk.py").write_text(AGENT.format(package=package, imports=imports))
    (agents / "requirements.txt").write_text(pins)
    command = [sys.executable, "-c", FAULTS]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_pinned_package_and_its_data_are_found(project: Path) -> None:
    assert faults(project, "certifi", READS_ITS_DATA, f"certifi=={version('certifi')}\n") == ""


def test_an_import_inside_a_function_is_read(project: Path) -> None:
    told = faults(project, "certifi")
    assert told.startswith("functions/agents/front_desk.py:10: certifi is not in the bundle of default; add to ")
    assert told.endswith(f"functions/agents/requirements.txt: certifi=={version('certifi')}")


def test_what_only_this_machine_has_is_not_there_when_it_is_tried(project: Path) -> None:
    told = faults(project, "json", HIDDEN_FROM_READERS)
    assert told.startswith("functions/agents/front_desk.py:5: ModuleNotFoundError: No module named 'yaml'")
