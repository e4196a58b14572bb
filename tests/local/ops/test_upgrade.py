"""An upgrade merges a release, keeps the user's files, and never leaves a half-merged tree."""

import subprocess
from pathlib import Path

import pytest

from local.ops.speak import OpsError
from local.ops.upgrade import upgrade

pytestmark = pytest.mark.slow

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *IDENTITY, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "change")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's copy of the release before, with their own agent instead of the samples."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "t")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.com")
    release = tmp_path / "release"
    release.mkdir()
    git(release, "init", "-q", "-b", "main")
    sample = {
        "functions/agents/__init__.py": "finds\n",
        "functions/agents/front_desk.py": "sample 1\n",
        "functions/agents/numbers.py": "DEFAULT = 'front_desk'\n",
    }
    commit(release, {**sample, "functions/twiml.py": "one\n", "CHANGELOG.md": "# 0.2.0\n", "cdk.json": "{}\n"})
    git(release, "tag", "v0.2.0")
    git(tmp_path, "clone", "-q", str(release), "copy")
    mine = {"functions/agents/mine.py": "mine\n", "functions/agents/numbers.py": "DEFAULT = 'mine'\n"}
    commit(tmp_path / "copy", {**mine, "functions/agents/front_desk.py": None, "cdk.json": '{"stage": "mine"}\n'})
    changed = {
        "functions/agents/__init__.py": "finds more\n",
        "functions/agents/front_desk.py": "sample 2\n",
        "functions/agents/new.py": "new\n",
        "cdk.json": "{ }\n",
    }
    commit(release, {**changed, "functions/twiml.py": "two\n", "CHANGELOG.md": "# 0.3.0\nBetter.\n# 0.2.0\n"})
    git(release, "tag", "v0.3.0")
    return tmp_path / "copy"


def test_a_release_is_merged_and_yours_is_kept(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upgrade(copy, "", "origin", lambda: True)
    assert (copy / "functions/twiml.py").read_text() == "two\n"
    mine = ["__init__.py", "mine.py", "numbers.py"]
    assert sorted(path.name for path in (copy / "functions/agents").iterdir()) == mine
    assert (copy / "cdk.json").read_text() == '{"stage": "mine"}\n'
    assert git(copy, "status", "--porcelain") == ""
    assert "Better." in "".join(capsys.readouterr())


def test_what_finds_the_agents_is_of_the_release(copy: Path) -> None:
    upgrade(copy, "", "origin", lambda: True)
    assert (copy / "functions/agents/__init__.py").read_text() == "finds more\n"


def test_it_is_upgraded_once(copy: Path) -> None:
    upgrade(copy, "v0.3.0", "origin", lambda: True)
    head = git(copy, "rev-parse", "HEAD")
    upgrade(copy, "v0.3.0", "origin", lambda: True)
    assert git(copy, "rev-parse", "HEAD") == head


def unchanged(copy: Path, words: str, check: bool = True) -> None:
    head = git(copy, "rev-parse", "HEAD")
    with pytest.raises(OpsError, match=words):
        upgrade(copy, "v0.3.0", "origin", lambda: check)
    assert (git(copy, "rev-parse", "HEAD"), (copy / ".git" / "MERGE_HEAD").exists()) == (head, False)


def test_a_conflict_leaves_the_tree_as_it_was(copy: Path) -> None:
    commit(copy, {"functions/twiml.py": "mine\n"})
    unchanged(copy, r"same lines of:\n  functions/twiml\.py")
    assert git(copy, "status", "--porcelain") == ""
    assert (copy / "functions/twiml.py").read_text() == "mine\n"


def test_a_release_that_fails_is_taken_back(copy: Path) -> None:
    unchanged(copy, "make check fails with v0.3.0", check=False)
    assert git(copy, "status", "--porcelain") == ""
    assert (copy / "functions/twiml.py").read_text() == "one\n"


def test_what_is_not_committed_is_not_lost(copy: Path) -> None:
    (copy / "functions/agents/mine.py").write_text("better\n")
    unchanged(copy, "not committed")
    assert (copy / "functions/agents/mine.py").read_text() == "better\n"


def test_a_release_that_is_not_there_is_told(copy: Path) -> None:
    with pytest.raises(OpsError, match=r"v9\.9\.9"):
        upgrade(copy, "v9.9.9", "origin", lambda: True)
