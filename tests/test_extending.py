"""Each change of docs/extending.md, made in a copy as the page prints it: mypy and the named tests pass."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "extending.md"

PRINTED = re.compile(r"^```(python|diff) (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PARTS = ("functions", "infra", "local", "tests", "benchmarks", "docs", "app.py", "pyproject.toml", "requirements.txt")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Edit:
    """A file that is written, or changed, as the page prints it."""

    language: str
    file: str
    text: str

    def apply(self, folder: Path) -> None:
        path = folder / self.file
        if self.language == "python":
            assert not path.exists(), f"{self.file} is there already"
            path.write_text(self.text)
            return
        text = path.read_text()
        for hunk in self.text.split("@@\n"):
            before, after = (_lines(hunk, marks) for marks in (" -", " +"))
            assert text.count(before) == 1, f"{self.file} does not hold this once:\n{before}"
            text = text.replace(before, after)
        path.write_text(text)


@dataclass(frozen=True, slots=True)
class Change:
    """One section of the page: its edits, and the tests that it names, each with the options of pytest."""

    title: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return self.title


def _lines(hunk: str, marks: str) -> str:
    return "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line[0] in marks)


def changes(page: str) -> list[Change]:
    """Return the changes of a page: its sections that print an edit."""
    found = []
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        edits = tuple(Edit(*match) for match in PRINTED.findall(section))
        named = re.search(r"^Tests: (.*)$", section, re.MULTILINE)
        tests = re.findall(r"`(.+?)`", named[1]) if named else []
        found += [Change(section.splitlines()[0], edits, tuple(tests))] if edits else []
    return found


CHANGES = changes(PAGE.read_text())


def changed(folder: Path, edits: Iterable[Edit]) -> Path:
    """Copy the project into a folder, and make some edits there."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder)
    for edit in edits:
        edit.apply(folder)
    return folder


def run(folder: Path, *command: str) -> str:
    """Run a module of this Python there; return its output. The test fails if it fails."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    known = {"MYPY_CACHE_DIR": str(ROOT / ".mypy_cache")}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=given | known, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_the_page_has_the_five_changes() -> None:
    words = ("provider", "message", "tool result", "Lambda", "carrier")
    assert [next(word for word in words if word in change.title) for change in CHANGES] == list(words)


@pytest.mark.copies
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_passes_the_tests_that_it_names(change: Change, tmp_path: Path) -> None:
    folder = changed(tmp_path, change.edits)
    assert any(edit.file in change.tests for edit in change.edits), "it names no test of its own"
    plain = [test for test in change.tests if " " not in test]
    for tests in (plain, *(test.split() for test in change.tests if test not in plain)):
        run(folder, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    files = [edit.file for edit in change.edits]
    run(folder, "ruff", "check", *files)
    run(folder, "ruff", "format", "--check", *files)


@pytest.mark.copies
def test_all_changes_together_pass_mypy(tmp_path: Path) -> None:
    folder = changed(tmp_path, (edit for change in CHANGES for edit in change.edits))
    run(folder, "mypy")


# The check itself


def test_a_hunk_is_applied_where_its_lines_stand(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\nthree\n")
    Edit("diff", "a.py", " one\n-two\n+zwei\n+drei\n@@\n three\n+vier\n").apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == "one\nzwei\ndrei\nthree\nvier\n"


@pytest.mark.parametrize("text", ["one\n", "two\ntwo\n"], ids=["gone", "twice"])
def test_a_hunk_whose_lines_are_not_there_once_fails(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(text)
    with pytest.raises(AssertionError, match="does not hold this once"):
        Edit("diff", "a.py", "-two\n+zwei\n").apply(tmp_path)
