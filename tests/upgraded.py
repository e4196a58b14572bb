"""`make upgrade-check`: upgrades a copy of the release before, in which another agent has replaced the samples.

It proves that Hotline's own checks depend on no sample, and that an upgrade keeps the user's files. The real `make
upgrade` runs in the copy with an origin on this machine, and `make check` with it. Only the test folders in which
nothing imports an agent are left out: they test the same there as here. Then `make run` calls the agent.

The release before is the newest tag. As long as there is none, it is this tree with a few files changed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOREIGN = ROOT / "tests" / "fixtures" / "foreign"

BEFORE, NOW = "v0.0.1", "v999.0.0"
"""The names of the two releases in the origin."""

NO_AGENTS = (
    *("tests/relay", "tests/live", "tests/adapters", "tests/fuzz", "tests/simulation", "tests/local/aws"),
    *("tests/local/test_phone_*", "tests/local/test_model_rules.py"),
)
"""The tests in which nothing imports an agent of `functions/agents`: patterns of their paths."""

MAY_TAKE_S = 1800
"""Seconds after which a command counts as hanging."""


class UpgradeError(RuntimeError):
    """An upgrade went wrong; `str(error)` says where, and holds the output of the command."""


def main() -> int:
    """Upgrade a copy and call its agent; return 0, or 1 if anything went wrong."""
    began = time.monotonic()

    def say(done: str) -> None:
        print(f"  {time.monotonic() - began:5.1f} s  {done}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = users_copy(origin(Path(folder) / "origin"), Path(folder) / "copy")
            say(f"a copy of {_described()}: its samples replaced by an agent that Hotline does not know")
            run(copy, "make", "upgrade", f"TO={NOW}")
            expect_yours(copy)
            say("make upgrade, with make check: style, types, and all quick tests that could meet an agent")
            heard = run(copy, "make", "run")
            if "agent: Balsas do Sul, bom dia" not in heard:
                raise UpgradeError(f"make run </dev/null did not call the copy's agent:\n{heard}")
            say("make run </dev/null: the copy's agent answers")
        except UpgradeError as error:
            print(f"FAULT {error}", flush=True)
            return 1
    return 0


def origin(folder: Path) -> Path:
    """Make a repository with both releases. The later one is this tree with all its uncommitted changes."""
    folder.mkdir()
    run(folder, "git", "init", "--quiet", "--initial-branch=main")
    if tag := _newest_tag():
        run(folder, "git", "fetch", "--quiet", "--depth=1", str(ROOT), f"refs/tags/{tag}")
        run(folder, "git", "checkout", "--quiet", "-B", "main", "FETCH_HEAD")
    else:
        _copy_tree(folder)
        _make_older(folder)
        _commit(folder, "The release before")
    run(folder, "git", "tag", BEFORE)
    for path in folder.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _copy_tree(folder)
    _commit(folder, "The release")
    run(folder, "git", "tag", NOW)
    return folder


def users_copy(origin: Path, folder: Path) -> Path:
    """Clone the release before, and replace the samples with the other agent."""
    run(origin.parent, "git", "clone", "--quiet", str(origin), str(folder))
    run(folder, "git", "reset", "--quiet", "--hard", BEFORE)
    agents, calls, evals = folder / "functions/agents", folder / "tests/agents", folder / "tests/evals"
    for path in (*agents.iterdir(), *calls.iterdir(), *evals.iterdir()):
        if path.name != "__init__.py":
            path.unlink()
    shutil.copytree(FOREIGN / "ferry", agents / "ferry", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(FOREIGN / "numbers.py", agents)
    shutil.copy(FOREIGN / "needs.py", agents)
    shutil.copy(FOREIGN / "calls_of_ferry.py", calls / "test_ferry.py")
    shutil.copy(FOREIGN / "next_ferry.yaml", evals)
    _commit(folder, "Answer with our own agent")
    _lend_packages(folder)
    return folder


def expect_yours(copy: Path) -> None:
    """Raise UpgradeError unless the copy has the new release, and only the user's agents."""
    agents = sorted(path.name for path in (copy / "functions/agents").iterdir() if path.name != "__pycache__")
    if agents != ["__init__.py", "ferry", "needs.py", "numbers.py"]:
        raise UpgradeError(f"The copy's agents are now {', '.join(agents)}.")
    theirs = (":(exclude)functions/agents", ":(exclude)tests/agents", ":(exclude)tests/evals", ":(exclude)cdk.json")
    if changed := run(copy, "git", "diff", "--stat", NOW, "--", ".", *theirs):
        raise UpgradeError(f"The copy differs from the release:\n{changed}")
    if left := run(copy, "git", "status", "--porcelain"):
        raise UpgradeError(f"The upgrade left something that is not committed:\n{left}")


def run(folder: Path, *command: str) -> str:
    """Run a command there, without input; return its output. Raises UpgradeError."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MAY_TAKE_S,
        check=False,
    )
    if done.returncode:
        raise UpgradeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def _environment() -> Mapping[str, str]:
    person = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAKE", "MFLAGS"))},
        **person,
        "GIT_CONFIG_GLOBAL": os.devnull,
        # The types of unchanged files are known here already.
        "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache"),
        "PYTEST_ADDOPTS": " ".join(f"--ignore-glob={pattern}" for pattern in NO_AGENTS),
    }


def _newest_tag() -> str:
    tags = run(ROOT, "git", "tag", "--list", "v*", "--sort=-version:refname", "--no-contains", "HEAD")
    return tags.split("\n", 1)[0]


def _described() -> str:
    return f"release {_newest_tag()}" if _newest_tag() else "a release before this one, made of this tree"


def _copy_tree(folder: Path) -> None:
    """Copy the files of this tree that git knows or would add."""
    for name in run(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _make_older(folder: Path) -> None:
    """Turn this tree into one that an upgrade changes, in Hotline's files and in those of users."""
    for name in ("functions/fallback.py", "functions/agents/__init__.py", "functions/agents/front_desk.py"):
        path = folder / name
        path.write_text(f"{path.read_text()}\n# As it was in the release before.\n")
    (folder / "functions" / "gone.py").write_text('"""Gone in the next release."""\n')
    (folder / "tests" / "test_makefile.py").unlink()
    (folder / "CHANGELOG.md").write_text("# Changelog\n")


def _commit(folder: Path, message: str) -> None:
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", message)


def _lend_packages(folder: Path) -> None:
    """Let a copy use the packages of this tree, as if its own `make` had fetched them just now."""
    (folder / ".venv").mkdir()
    for path in (ROOT / ".venv").iterdir():
        if path.name != ".ready":
            (folder / ".venv" / path.name).symlink_to(path)
    ready = folder / ".venv" / ".ready"
    ready.touch()
    later = time.time() + 24 * 3600
    os.utime(ready, (later, later))


if __name__ == "__main__":
    sys.exit(main())
