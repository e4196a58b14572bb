"""What the page's tests share: a laptop line with a softphone, and the page."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.dev_stack import DevStack, dev_stack
from local.page.controller import Controller
from local.page.server import Server
from local.page.view import View, view
from tests.fixtures.agents import instead_of_the_users

SPEED = 3.0
"""How many times faster than on a phone people speak. The model's words come even faster."""

PATIENCE_S = 60.0


@pytest.fixture(scope="package", autouse=True)
def _agents() -> Iterator[None]:
    """Keep the user's agents out of tests of Hotline itself."""
    with instead_of_the_users():
        yield


@pytest.fixture(scope="package")  # and no longer: its threads start and end, and other tests count theirs
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    with dev_stack("offline", log=tmp_path_factory.mktemp("log") / "functions.log") as one:
        yield one


@pytest.fixture(scope="package")
def seat(line: DevStack) -> Iterator[Controller]:
    with Controller(line, speed=SPEED, say=lambda _: None).running() as one:
        yield one


@pytest.fixture
def controller(seat: Controller) -> Iterator[Controller]:
    """A softphone without a call and without a fault, before and after the test."""
    yield seat
    for name in seat.state()["switches"]:
        seat.do({"do": "switch", "name": name, "on": False})
    if (call := seat.state()["call"]) and call["state"] != "over":
        seat.do({"do": "hang up"})


@pytest.fixture(scope="package")
def served(seat: Controller) -> Iterator[Server]:
    with Server(seat).running() as one:
        yield one


def shown(controller: Controller) -> View:
    """What a page shows that is up to date."""
    return view(controller.tape.call(), controller.setting)


def eventually(controller: Controller, holds: Callable[[View], Any]) -> View:
    """Wait until the page shows what it should; check after every change."""
    until = time.monotonic() + PATIENCE_S
    while not holds(now := shown(controller)):
        assert time.monotonic() < until, f"not in time: {now['lines']} {controller.state()}"
        time.sleep(0.02)
    return now


def heard(view: View) -> str:
    """The words that the agent was heard to say."""
    return " ".join(line["text"] for line in view["lines"] if line["who"] == "agent")
