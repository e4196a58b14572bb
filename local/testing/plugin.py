"""The pytest plugin: `phone` dials an agent, `model` says what its model answers, `-m live` asks a real one.

A test that takes `model` scripts the model; one that does not gets the built-in offline one; one marked `live` a real
one, of MODEL or of whichever has credentials. Tests marked so are left out unless `-m` asks for them.
"""

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.testing.lines import Line, Lines
    from local.testing.phone import AgentPhone
    from local.testing.script import Script

# The rest is imported by the fixtures: a run without calls does not wait for the laptop line to be loaded.

SECTION = "the call"

PASSED = pytest.StashKey[bool]()
"""Whether the test itself has passed: one that failed need not hear that its script is left over."""

SCRIPT = pytest.StashKey["Script"]()
"""The script of a test that has one."""


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the marker."""
    config.addinivalue_line("markers", "live: asks a real model, which costs money; runs with `-m live` alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks a real model, unless it was asked for."""
    if "live" in (config.option.markexpr or ""):
        return
    live = [item for item in items if item.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
        items[:] = [item for item in items if not item.get_closest_marker("live")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the calls of a failed test, if its message does not."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    if report.failed and call.when == "call" and not _told(call):
        phone = getattr(item, "funcargs", {}).get("phone")
        report.sections += [(SECTION, one.transcript) for one in getattr(phone, "calls", ())]
    return report


def _told(call: pytest.CallInfo[Any]) -> bool:
    """Whether the failure's own message shows the call."""
    from local.testing.checks import ExpectationError  # noqa: PLC0415

    return call.excinfo is not None and call.excinfo.errisinstance(ExpectationError)


@pytest.fixture(scope="session")
def agent_lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Lines"]:
    """The laptop lines of this run, each started when it is first asked for."""
    from local.testing.lines import Lines  # noqa: PLC0415

    lines = Lines(tmp_path_factory.mktemp("agents") / "functions.log")
    yield lines
    lines.close()


@pytest.fixture
def model(request: pytest.FixtureRequest, agent_lines: "Lines") -> Iterator["Script"]:
    """What the model says, in order: `model.says("…")`, `model.calls("a_tool", …)`; all of it must be asked for."""
    from local.testing.script import Script  # noqa: PLC0415

    if request.node.get_closest_marker("live"):
        pytest.fail("A live test asks the real model: it cannot take `model`, which scripts one.", pytrace=False)
    agent_lines.server.forget()
    agent_lines.server.follows = request.node.stash[SCRIPT] = script = Script()
    yield script
    if request.node.stash.get(PASSED, False):
        script.end()
        refused = [refusal.message for refusal in agent_lines.server.refusals]
        assert not refused, f"The model's service refuses what it was sent: {refused[0]}"


@pytest.fixture
def phone(request: pytest.FixtureRequest, agent_lines: "Lines") -> Iterator["AgentPhone"]:
    """A phone: `phone.dial("front_desk")` calls an agent, `phone.called_by("reminder")` is called by one."""
    from local.testing.phone import AgentPhone  # noqa: PLC0415

    if "model" in request.fixturenames:
        request.getfixturevalue("model")
    script = request.node.stash.get(SCRIPT, None)
    line = _line(request, agent_lines, script)
    verify = script.check if script else lambda: None
    failures = line.failures
    with AgentPhone(line, verify) as one:
        yield one
        reported = [f"{error.code}: {error.text}" for call in one.calls for error in call.line.errors]
    if request.node.stash.get(PASSED, False):
        assert not reported, f"Twilio would report {', '.join(reported)}"
        assert line.failures == failures, "a handler failed, or the gateway spoke an error of its own"


def _line(request: pytest.FixtureRequest, lines: "Lines", script: "Script | None") -> "Line":
    if request.node.get_closest_marker("live"):
        return _live(lines)
    return lines.scripted if script else lines.offline


def _live(lines: "Lines") -> "Line":
    from functions.providers import OFFLINE, PROVIDERS, chosen  # noqa: PLC0415
    from local.credentials import missing  # noqa: PLC0415

    real = [name for name in PROVIDERS if name != OFFLINE.name]
    wanted = os.environ.get("MODEL", "")
    try:
        lacks = {name: missing(chosen(name)) for name in ([wanted] if wanted else real)}
    except ValueError as error:
        pytest.fail(f"MODEL is {wanted!r}: {error}.", pytrace=False)
    if wanted == OFFLINE.name:
        pytest.fail(f"MODEL is {wanted!r}; a live test asks one of {', '.join(real)}.", pytrace=False)
    ready = next((name for name, lack in lacks.items() if not lack), "")
    if not ready:
        pytest.skip(f"A live test asks a real model: {' '.join(lacks.values())}")
    return lines.real(ready, os.environ.get("MODEL_ID", ""))
