"""Runs all tests on each Python that Hotline promises and this machine has: `make test-pythons`.

Each version gets its own virtual environment below .build/, made once for each requirements-dev.txt. The command
names each version that is missing; `uv python install 3.12` or the system's packages install it.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra.packages import interpreter

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
VERSIONS = ("3.11", "3.12", "3.13")
TESTS = ("-m", "pytest", "-n", "auto", "--dist", "worksteal")


def main() -> int:
    """Run the tests on each version; return 1 if they fail on one, or if no version is found."""
    found = {version: python for version in VERSIONS if (python := interpreter(version))}
    failed = [version for version, python in found.items() if tested(version, python)]
    print(f"Passed on: {', '.join(version for version in found if version not in failed) or 'none'}")
    print(f"Failed on: {', '.join(failed) or 'none'}")
    print(f"Not on this machine: {', '.join(version for version in VERSIONS if version not in found) or 'none'}")
    return int(bool(failed) or not found)


def tested(version: str, python: str) -> int:
    """Run all tests on one Python; return pytest's exit status."""
    print(f"Python {version}: {python}", flush=True)
    return subprocess.run([environment(version, python), *TESTS], cwd=ROOT, check=False).returncode


def environment(version: str, python: str) -> str:
    """Return the program `python` of this version's virtual environment, which is made if it is missing."""
    wanted = b"".join((ROOT / name).read_bytes() for name in REQUIREMENTS)
    home = ROOT / ".build" / f"python-{version}-{hashlib.sha256(wanted).hexdigest()[:8]}"
    program = str(home / "bin" / "python")
    if not home.exists():
        subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", python, str(home)], check=True)
        packages = ["-r", str(ROOT / "requirements-dev.txt")]
        subprocess.run([find_uv_bin(), "pip", "install", "--quiet", "--python", program, *packages], check=True)
    return program


if __name__ == "__main__":
    sys.exit(main())
