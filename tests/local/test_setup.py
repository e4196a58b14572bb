"""What `make` says where it cannot set itself up: without a network, without a home that it may write to."""

import ensurepip
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}

PYTHON = """#!/bin/sh
# Stands for Python: makes an environment in which nothing is installed, and notes where uv keeps its cache.
case "$*" in
"-m venv .venv")
    mkdir -p .venv/bin && cp "$0" .venv/bin/python
    printf '#!/bin/sh\\necho "uv keeps its cache in ${UV_CACHE_DIR:-its own place}"\\n' > .venv/bin/uv
    chmod +x .venv/bin/uv ;;
esac
"""


QUICK = """#!/bin/sh
# Stands for Python: makes an environment without unpacking pip into it, which takes seconds; pip runs from its wheel.
case "$*" in
"-m venv .venv") exec {python} -m venv --without-pip .venv ;;
*) exec {python} "$@" ;;
esac
"""


def quick(project: Path) -> dict[str, str]:
    """Return the variables for a Python that makes environments quickly, if there is a wheel of pip here."""
    folders = (Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels"))
    wheel = next((found for folder in folders for found in folder.glob("pip-*.whl")), None)
    if wheel is None:
        return {"PYTHON": sys.executable}
    python = project / "python"
    python.write_text(QUICK.format(python=shlex.quote(sys.executable)))
    python.chmod(0o755)
    return {"PYTHON": str(python), "PYTHONPATH": str(wheel)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What `make` reads before there is an environment; the home beside it is a file."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "home").touch()
    return tmp_path


def make(project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    left_out = ("MAKE", "MFLAGS", "PIP_", "UV_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    given = {"HOME": str(project / "home"), **variables}
    return subprocess.run(
        ["make", "run"],
        cwd=project,
        env=kept | given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_without_a_network_it_says_so_in_words(project: Path) -> None:
    done = make(project, **quick(project), **NO_NETWORK)
    told = done.stdout + done.stderr
    assert done.returncode == 2
    assert "The packages could not be fetched. .venv/setup.log says why: is there no network" in told
    assert "Traceback" not in told
    assert len(told.splitlines()) == 3
    assert "uv==" in (project / ".venv" / "setup.log").read_text()


def test_a_python_that_is_not_there_is_told(project: Path) -> None:
    done = make(project, PYTHON="no-such-python")
    assert done.returncode == 2
    assert "Hotline needs Python 3.11 or later" in done.stdout


@pytest.mark.parametrize(("home", "cache"), [("home", ".venv/cache"), (".", "its own place")])
def test_a_home_that_cannot_be_written_is_not_needed(project: Path, home: str, cache: str) -> None:
    python = project / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    done = make(project, PYTHON=str(python), HOME=str(project / home))
    assert done.returncode == 0, done.stderr
    assert f"uv keeps its cache in {cache}" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/sys/kernel").exists(), reason="needs a folder that even root may not write to")
def test_a_folder_that_cannot_be_written_is_told() -> None:
    command = [sys.executable, "-m", "local.start", "local.cli.run", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MODEL": "offline", "HOME": "/sys/kernel"}
    done = subprocess.run(
        command,
        cwd="/sys/kernel",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert ".build cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr
