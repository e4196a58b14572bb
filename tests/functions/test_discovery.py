"""Agents are found by their files. An error that prevents it names the line and the cure."""

import importlib
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from functions.discovery import Found, find
from functions.relay import AgentError

AGENT = """from functions.relay import Agent, PassTo, Voice

agent = Agent("Be brief.", "{greeting}", {{"en-US": Voice("Google", "en-US-Journey-O")}}{more})
"""

Files = dict[str, str]
Finder = Callable[[Files], Found]
_packages = (f"agents_of_test_{number}" for number in count())


def desk(greeting: str = "Hello!", more: str = "") -> str:
    return AGENT.format(greeting=greeting, more=more)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Finder]:
    """Find the agents in a folder with these files."""
    package = next(_packages)
    folder = tmp_path / package
    monkeypatch.syspath_prepend(tmp_path)

    def among(files: Files) -> Found:
        for name, text in {"__init__.py": "", **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        importlib.invalidate_caches()
        return find(package, str(folder))

    yield among
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def test_a_file_that_assigns_agent_is_one(found: Finder) -> None:
    agents, default, numbers, *_ = found({"desk.py": desk(), "prices.py": "PRICE = 3\n"})
    assert (list(agents), default, numbers) == (["desk"], "desk", {})


def test_a_folder_is_an_agent_too(found: Finder) -> None:
    files = {"desk/__init__.py": desk(), "desk/tools.py": "", "data/facts.md": "# Facts", "_draft.py": "1 / 0"}
    assert list(found(files).agents) == ["desk"]


def test_numbers_say_who_answers(found: Finder) -> None:
    numbers = 'DEFAULT = "shop"\nNUMBERS = {"+15550100": "desk", "sip:desk@example.sip.twilio.com": "desk"}\n'
    assert found({"desk.py": desk(), "shop.py": desk(), "numbers.py": numbers})[1:3] == (
        "shop",
        {"+15550100": "desk", "sip:desk@example.sip.twilio.com": "desk"},
    )


def test_a_helper_may_hold_an_agent_of_another_file(found: Finder) -> None:
    files = {"desk.py": desk(), "zoo.py": "from .desk import agent as desk\n\nPARTNERS = [desk]\n"}
    assert list(found(files).agents) == ["desk"]


FAULTS: dict[str, tuple[Files, str, str]] = {
    "none": ({}, "numbers.py:1", "there is no agent; write a file that assigns agent = Agent(…)."),
    "no agent": (
        {"desk.py": "\nagent = 'me'\n"},
        "desk.py:2",
        "`agent` is of type str; assign an Agent, or rename it",
    ),
    "another name": (
        {"desk.py": desk().replace("agent =", "desk =")},
        "desk.py:3",
        "this agent cannot be found; assign it to `agent`, not to `desk`.",
    ),
    "a hyphen": ({"front-desk.py": desk()}, "front-desk.py:1", "rename it to front_desk."),
    "a digit": ({"24h.py": desk()}, "24h.py:1", "rename it to my_agent."),
    "no package": ({"desk/agent.py": desk()}, "desk:1", "this folder has no __init__.py; add one that assigns"),
    "a file and a folder": (
        {"desk.py": desk(), "desk/__init__.py": desk()},
        "desk.py:1",
        "there are a file and a folder named desk; rename one",
    ),
    "two and no default": ({"desk.py": desk(), "shop.py": desk()}, "numbers.py:1", 'write DEFAULT = "desk".'),
    "no such default": (
        {"desk.py": desk(), "numbers.py": '"""Numbers."""\n\nDEFAULT = "disk"\n'},
        "numbers.py:3",
        "DEFAULT is 'disk', which is not an agent; there is desk.",
    ),
    "no such agent": (
        {"desk.py": desk(), "numbers.py": 'DEFAULT = "desk"\nNUMBERS = {"+15550100": "disk"}\n'},
        "numbers.py:2",
        "NUMBERS gives +15550100 to 'disk', which is not an agent; there is desk.",
    ),
    "no number": (
        {"desk.py": desk(), "numbers.py": 'NUMBERS = {"(555) 0100": "desk"}\n'},
        "numbers.py:1",
        "NUMBERS has '(555) 0100'; write a number with its country code and without spaces",
    ),
    "too little money": (
        {
            "desk.py": desk(),
            "numbers.py": "from functions.relay import Limits\n\nLIMITS = Limits(cents_per_day=17)\n",
        },
        "numbers.py:3",
        "Limits.cents_per_day is 17, and the first 2 minutes of a call cost 18; allow more cents.",
    ),
    "passed to nobody": (
        {"desk.py": desk(more=', keys={"1": PassTo("billing")}')},
        "desk.py:3",
        "the agent desk passes callers to 'billing', which is not an agent; there is desk.",
    ),
}


@pytest.mark.parametrize(("files", "place", "words"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_found_is_told(found: Finder, files: Files, place: str, words: str) -> None:
    with pytest.raises(AgentError) as raised:
        found(files)
    assert f"/{place}: " in str(raised.value)
    assert words in str(raised.value)


def test_what_a_file_raises_is_raised(found: Finder) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        found({"desk.py": "import no_such_package\n"})


def test_an_agents_version_changes_with_its_file(found: Finder) -> None:
    agents = found(
        {"desk.py": desk(), "same.py": desk(), "other.py": desk("Hi!"), "numbers.py": 'DEFAULT = "desk"\n'}
    ).agents
    assert agents["desk"].version == agents["same"].version != agents["other"].version
    assert len(agents["desk"].version) == 12


def test_an_agent_in_a_folder_has_the_version_of_all_its_files(found: Finder) -> None:
    files = {
        "desk/__init__.py": desk(),
        "shop/__init__.py": desk(),
        "shop/tools.py": "A = 1\n",
        "numbers.py": 'DEFAULT = "desk"\n',
    }
    agents = found(files).agents
    assert agents["desk"].version != agents["shop"].version
