"""The README is right: its commands and links exist. `test_docs_code.py` runs its code."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_each_make_command_is_one_of_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) - {"it"}
    offered = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "check", "bench", "deploy"} <= named
    assert named <= offered


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    ours = [link for link in links if not link.startswith("functions/agents/")]
    assert [link for link in ours if not (ROOT / link).exists()] == []
