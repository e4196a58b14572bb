"""`make upgrade`: merges a release of Hotline into your copy, and leaves your files as they are.

Your files are functions/agents, tests/agents, tests/evals and cdk.json. The file functions/agents/__init__.py, which
finds the agents, is Hotline's. If the merge has conflicts, or `make check` fails, the tree is reset to what it was.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.ops.speak import OpsError, say

ROOT = Path(__file__).parents[2]

YOURS = ("functions/agents", "tests/agents", "tests/evals", "cdk.json")
"""What an upgrade never changes."""

FINDER = "functions/agents/__init__.py"
"""The one file among your agents that is Hotline's: a newer one may find more in your files."""

Check = Callable[[], bool]


def main(arguments: list[str] | None = None) -> int:
    """Upgrade; return 0, or 2 if that was not possible."""
    given = _parser().parse_args(arguments)
    try:
        upgrade(ROOT, given.to, given.remote, _checked)
    except OpsError as error:
        say(str(error))
        return 2
    return 0


def upgrade(root: Path, to: str, remote: str, check: Check) -> None:
    """Merge a release, the newest if `to` is empty. `check` returns whether the result works. Raises OpsError."""
    if _git(root, "status", "--porcelain"):
        raise OpsError("There are changes that are not committed.", "Commit them first: git add -A && git commit")
    _git(root, "fetch", "--quiet", "--tags", remote)
    release = to or _newest(root)
    if _git(root, "merge-base", release, "HEAD") == _git(root, "rev-parse", f"{release}^{{commit}}"):
        say(f"{release} is in your copy already.")
        return
    say("\n".join([f"What {release} changes:", *_news(root, release), "", f"Merging {release} …"]))
    try:
        _merge(root, release)
        if not check():
            cure = f"Try it in a copy: git worktree add ../try {release}. The changelog says what to edit."
            raise OpsError(f"make check fails with {release}; your tree is as it was.", cure)
        _git(root, "commit", "--quiet", "--message", f"Upgrade Hotline to {release}")
    except BaseException:
        _git(root, "reset", "--quiet", "--merge")
        _git(root, "reset", "--quiet", "--hard", "HEAD")
        raise
    say(f"Upgraded to {release}. Next: make deploy")


def _merge(root: Path, release: str) -> None:
    """Merge without a commit. Your files stay, whatever the release has there. Raises OpsError for a conflict."""
    subprocess.run(["git", "merge", "--no-commit", "--no-ff", release], cwd=root, capture_output=True, check=False)
    for place in YOURS:
        mine = (place, f":(exclude){FINDER}")
        _git(root, "rm", "-r", "-f", "-q", "--ignore-unmatch", "--", *mine)
        if _git(root, "ls-tree", "HEAD", "--", place):
            _git(root, "checkout", "--quiet", "HEAD", "--", *mine)
    if conflicts := _git(root, "diff", "--name-only", "--diff-filter=U").splitlines():
        files = "\n  ".join(conflicts)
        cure = f"Move your changes into functions/agents, or merge yourself: git merge {release}"
        raise OpsError(f"You and {release} have changed the same lines of:\n  {files}\nYour tree is as it was.", cure)


def _newest(root: Path) -> str:
    tags = _git(root, "tag", "--list", "v*", "--sort=-version:refname").splitlines()
    if not tags:
        raise OpsError("There is no release to upgrade to.", "Name a branch or a commit: make upgrade TO=origin/main")
    return tags[0]


def _news(root: Path, release: str) -> list[str]:
    """Return the lines that are only in the release's changelog."""
    own = set(_git(root, "show", "HEAD:CHANGELOG.md").splitlines())
    return [line for line in _git(root, "show", f"{release}:CHANGELOG.md").splitlines() if line and line not in own]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OpsError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}", "Nothing was upgraded.")
    return done.stdout.strip()


def _checked() -> bool:
    commands: Sequence[Sequence[str]] = (("make", "check"),)
    return all(subprocess.run(command, cwd=ROOT, check=False).returncode == 0 for command in commands)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make upgrade", description=__doc__)
    parser.add_argument("--to", default="", help="the release, such as v0.3.0; the newest if left out")
    parser.add_argument("--remote", default="origin", help="the git remote that has the releases")
    return parser


if __name__ == "__main__":
    sys.exit(main())
