"""The documents name only tests, files and commands that are there."""

import re
from pathlib import Path

import pytest

from functions.live.answer_claim import CLAIMED_WITHIN_S
from functions.live.reply import NEXT_CHECK_S
from functions.relay.call.shared_reminder import FIRST_CHECK_S

ROOT = Path(__file__).parent.parent
DOCS = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"])
TEST = r"`(tests/[\w/]+(?:\.py)?(?:::\w+)?)/?`"
PRINTED = {name for doc in DOCS for name in re.findall(r"^```python (tests/\S+)$", doc.read_text(), re.MULTILINE)}
"""The tests that a page prints whole, for a change that it shows."""

NAMED = sorted({name for doc in DOCS for name in re.findall(TEST, doc.read_text())} - PRINTED)


def users(link: str) -> bool:
    """Whether a link leads to the user's folders, where other agents may have replaced the samples."""
    return any(place in link for place in ("functions/agents/", "tests/agents/", "tests/evals/"))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    if users(path) and not (ROOT / path).exists():
        pytest.skip("the samples have made way for other agents")
    assert (ROOT / path).exists(), path
    if test:
        assert re.search(rf"^(def|class) {test}\b", (ROOT / path).read_text(), re.MULTILINE), test


def test_the_seconds_until_a_dead_draft_is_noticed_are_true() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    assert f"a draft that dies before its claim is noticed within {CLAIMED_WITHIN_S * 1000:.0f} ms." in page
    assert f"The reminder finds one that dies later: {FIRST_CHECK_S} s after the prompt, or" in page
    assert f"{NEXT_CHECK_S} s later if the draft had logged a heartbeat" in page


def test_each_threat_names_what_holds_it() -> None:
    rows = re.findall(r"^\| an? .*\|$", (ROOT / "docs" / "security.md").read_text(), re.MULTILINE)
    assert len(rows) > 20
    assert [row for row in rows if not re.search(TEST, row.rstrip("|").rpartition("|")[2])] == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_each_link_leads_to_a_file(doc: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", doc.read_text())
    assert [link for link in links if not (users(link) or (doc.parent / link).exists())] == []


@pytest.mark.parametrize("doc", [*DOCS, ROOT / "README.md"], ids=lambda doc: doc.name)
def test_each_make_command_is_one_of_the_makefile(doc: Path) -> None:
    offered = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", doc.read_text()))
    assert named <= offered


def test_each_command_of_operating_is_tried_somewhere() -> None:
    text = (ROOT / "docs" / "operating.md").read_text()
    rows = dict(re.findall(r"^\| `make ([a-z-]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE))
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    assert {"deploy", "secrets", "number", "doctor"} <= set(rows)
    assert set(re.findall(r"^make ([a-z-]+)", blocks, re.MULTILINE)) <= set(rows) | {"check"}
    assert all("`tests/" in where or "deploy-check" in where or where == "itself" for where in rows.values())
