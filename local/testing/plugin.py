"""The pytest plugin: `phone` dials an agent, `model` scripts its model, and `-m live` uses a real one.

A test with the fixture `model` scripts the model; a test without it gets the built-in offline model. A test marked
`live` gets the real model of MODEL, or one that has credentials. Such tests run only with `-m`.
"""

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from local.testing.lines import Line, Lines
    from local.testing.phone import AgentPhone
    from local.testing.script import Script

# The fixtures import the rest, so that a run without calls need not load the laptop line.

SECTION = "the call"

PASSED = pytest.StashKey[bool]()
"""Whether the test itself has passed. A test that has failed is not told that a part of its script is left."""

SCRIPT = pytest.StashKey["Script"]()
"""The script of a test that has one."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "live: uses a real model, which costs money; runs only with `-m live`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests of a real model, unless `-m` asks for them."""
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
    """Show the calls of a failed test, if its message does not show them."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    if report.failed and call.when == "call" and not _told(call):
        phone = getattr(item, "funcargs", {}).get("phone")
        report.sections += [(SECTION, one.transcript) for one in getattr(phone, "calls", ())]
    return report


def _told(call: pytest.CallInfo[Any]) -> bool:
    """Whether the message of the failure shows the call."""
    from local.testing.checks import ExpectationError  # noqa: PLC0415

    return call.excinfo is not None and call.excinfo.errisinstance(ExpectationError)


@pytest.fixture(scope="session")
def agent_lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Lines"]:
    """The laptop lines of this run. Each starts when a test first asks for it."""
    from local.testing.lines import Lines  # noqa: PLC0415

    lines = Lines(tmp_path_factory.mktemp("agents") / "functions.log")
    yield lines
    lines.close()


@pytest.fixture
def model(request: pytest.FixtureRequest, agent_lines: "Lines") -> Iterator["Script"]:
    """The script of the model: `model.says("…")`, `model.calls("a_tool", …)`. Each answer must be requested."""
    from local.testing.script import Script  # noqa: PLC0415

    if request.node.get_closest_marker("live"):
        pytest.fail("A live test uses the real model: it cannot take `model`, which scripts one.", pytrace=False)
    agent_lines.server.forget()
    agent_lines.server.follows = request.node.stash[SCRIPT] = script = Script()
    yield script
    if request.node.stash.get(PASSED, False):
        script.end()
        refused = [refusal.message for refusal in agent_lines.server.refusals]
        assert not refused, f"The model's service refuses a request: {refused[0]}"


@pytest.fixture
def phone(request: pytest.FixtureRequest, agent_lines: "Lines") -> Iterator["AgentPhone"]:
    """A phone: `phone.dial("front_desk")` calls an agent; with `phone.called_by("reminder")` an agent calls it."""
    from local.testing.phone import AgentPhone  # noqa: PLC0415

    if "model" in request.fixturenames:
        request.getfixturevalue("model")
    script = request.node.stash.get(SCRIPT, None)
    line = _line(request, agent_lines, script)
    failures = line.failures
    with line.dev_stack.awake(), AgentPhone(line, script) as one:
        yield one
        reported = [f"{error.code}: {error.text}" for call in one.calls for error in call.line.errors]
    if request.node.stash.get(PASSED, False):
        assert not reported, f"Twilio would report {', '.join(reported)}"
        assert line.failures == failures, "a handler failed, or the gateway sent its own error"


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
        pytest.fail(f"MODEL is {wanted!r}; a live test needs one of {', '.join(real)}.", pytrace=False)
    ready = next((name for name, lack in lacks.items() if not lack), "")
    if not ready:
        pytest.skip(f"A live test needs a real model: {' '.join(lacks.values())}")
    return lines.real(ready, os.environ.get("MODEL_ID", ""))
