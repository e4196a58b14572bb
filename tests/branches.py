"""Lists what a module of the core does that its own test file does not try: `make coverage`.

The own tests of functions/relay/call/history.py are tests/relay/call/test_history.py and test_history_*.py. Some
modules are parts of another one and are tested with that: `TESTED_BY` lists them. All tests run once,
and coverage.py records which test took which branch: a branch that only other tests take does not count. As a plugin
of pytest it empties the caches of the core before each test: what another test has cached would not run again.
"""

import ast
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import _lru_cache_wrapper
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parent.parent
CORE = ROOT / "functions" / "relay"
MEASURED = ("--cov=functions/relay", "--cov-branch", "--cov-context=test", "--cov-report=", "-p", "tests.branches")
TESTED_BY = {
    "agent/agent_checks": "agent/checks",
    "agent/call_settings": "agent/agent",
    "agent/caller": "agent/tools",
    "agent/document_size": "agent/checks",
    "agent/hand_off": "agent/outcomes",
    "agent/language_tags": "agent/agent",
    "agent/menu_script": "agent/menu",
    "agent/relay_attributes": "agent/checks",
    "agent/static_outcomes": "agent/checks",
    "agent/tool_factory": "agent/tools",
    "agent/source": "agent/tool_source",
    "agent/toolbox": "agent/agent",
    "agent/topics": "agent/answers",
    "agent/twiml_text": "agent/checks",
    "agent/zones": "agent/hours",
    "answer/model_requests": "answer/answer",
    "answer/entries": "answer/answer",
    "answer/lifecycle": "answer/answer",
    "answer/script": "answer/speech",
    "answer/spoken_reply": "answer/answer",
    "answer/waking": "answer/answer",
    "log/hand_off_events": "transfer",
    "text/digit_runs": "text/redaction",
    "text/digit_words": "text/redaction",
    "text/labels": "text/machine_text",
    "text/latex": "text/speakable",
    "text/markup": "text/machine_text",
    "text/numbers/cardinals": "text/numbers/spoken",
    "text/numbers/clock": "text/numbers/spoken",
    "text/numbers/dates": "text/numbers/spoken",
    "text/numbers/fractions": "text/numbers/spoken",
    "text/numbers/languages": "text/numbers/spoken",
    "text/numbers/proportions": "text/numbers/spoken",
    "text/numbers/reading": "text/numbers/spoken",
    "text/numbers/regions": "text/numbers/spoken",
    "text/numbers/units": "text/numbers/spoken",
    "text/numbers/written": "text/numbers/spoken",
    "text/plain_sections": "text/machine_text",
    "text/rules": "text/machine_text",
    "text/said_numbers": "text/redaction",
    "text/section": "text/machine_text",
    "text/special_tokens": "text/machine_text",
    "text/spoken_text": "text/speakable",
    "text/tags": "text/machine_text",
    "text/watched_words": "text/output_guard",
}
"""The module with whose tests each of these modules is tested: it is a part of that one."""

AT_IMPORT = "^$"
"""The context of what runs when a module is imported, which every test file does."""


def pytest_runtest_setup() -> None:
    """Empty the caches of the core."""
    core = [module for name, module in sys.modules.items() if name.startswith("functions.relay.")]
    for one in (value for module in core for value in vars(module).values()):
        if isinstance(one, _lru_cache_wrapper):
            one.cache_clear()


def main(rooms: Sequence[str] = ()) -> int:
    """Run the tests of the core and print what they miss; return 1 if they miss or fail anything.

    `rooms` limits both to folders of the core, such as `answer` or `text/numbers`.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        folders = [f"tests/relay/{room}" for room in rooms] or ["tests/relay"]
        command = [sys.executable, "-m", "pytest", "-n", "auto", *folders, *MEASURED]
        tests = subprocess.run(command, cwd=ROOT, env={**os.environ, "COVERAGE_FILE": data}, check=False)
        missing = [line for module in modules(rooms) if (line := missed(module, data))]
    print("\n".join(missing) or "The tests of each module of the core take all of its branches.")
    return int(bool(tests.returncode or missing))


def modules(rooms: Sequence[str]) -> list[Path]:
    """Return the modules of the core, or of some of its rooms."""
    return sorted(module for room in rooms or ["."] for module in (CORE / room).rglob("*.py"))


def own_tests(module: Path) -> str:
    """Return a pattern for the names of a module's own tests."""
    name = module.relative_to(CORE).with_suffix("").as_posix()
    room, _, stem = f"tests/relay/{TESTED_BY.get(name, name)}".rpartition("/")
    return rf"^{re.escape(room)}/test_{re.escape(stem)}(_\w+)?\.py::"


def last_cases(source: str) -> list[str]:
    """Return the lines with the last case of each `match`: mypy proves that it covers every value that is left."""
    lines = source.splitlines()
    matches = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Match)]
    return [lines[node.cases[-1].pattern.lineno - 1] for node in matches]


def missed(module: Path, data: str) -> str:
    """Return the module, how much its own tests cover, and the lines and branches that they miss; "" if none."""
    measured = Coverage(data_file=data, branch=True)
    measured.load()
    for line in last_cases(module.read_text()):
        measured.exclude(f"^{re.escape(line)}$", which="partial")
    contexts = [AT_IMPORT, own_tests(module)]
    table = io.StringIO()
    covered = measured.report([str(module)], contexts=contexts, file=table, show_missing=True)
    return "" if covered == 100 else table.getvalue().splitlines()[2]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
