"""Lists what a module of the core does that its own test file does not try: `make coverage`.

The tests of a module of functions/relay/ are at the same place below tests/relay/. They all run once, and coverage.py
notes which test took which branch: what only another file's tests take does not count. A module without a test file
is a part of its room, such as answer/, and the tests of the room count for it.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parent.parent
CORE = ROOT / "functions" / "relay"
MEASURED = ("--cov=functions/relay", "--cov-branch", "--cov-context=test", "--cov-report=")
AT_IMPORT = "^$"
"""The context of what runs when a module is imported, which every test file does."""


def main() -> int:
    """Run the tests of the core and print what they miss; return 1 if they miss or fail anything."""
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        command = [sys.executable, "-m", "pytest", "-n", "auto", "tests/relay", *MEASURED]
        tests = subprocess.run(command, cwd=ROOT, env={**os.environ, "COVERAGE_FILE": data}, check=False)
        missing = [line for module in modules() if (line := missed(module, data))]
    print("\n".join(missing) or "The tests of each module of the core take all of its branches.")
    return int(bool(tests.returncode or missing))


def modules() -> list[Path]:
    """Return the modules of the core."""
    return sorted(CORE.rglob("*.py"))


def own_tests(module: Path) -> str:
    """Return how the names of a module's own tests begin: those of its file, or else of its room."""
    file = Path("tests/relay") / module.relative_to(CORE).with_name(f"test_{module.name}")
    return f"{file.as_posix()}::" if (ROOT / file).exists() else f"{file.parent.as_posix()}/"


def missed(module: Path, data: str) -> str:
    """Return the module, how much its own tests cover, and the lines and branches that they miss; "" if none."""
    measured = Coverage(data_file=data, branch=True)
    measured.load()
    contexts = [AT_IMPORT, f"^{re.escape(own_tests(module))}"]
    table = io.StringIO()
    covered = measured.report([str(module)], contexts=contexts, file=table, show_missing=True)
    return "" if covered == 100 else table.getvalue().splitlines()[2]


if __name__ == "__main__":
    sys.exit(main())
