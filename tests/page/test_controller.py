"""The softphone on a real line: what the page orders happens, and all of it is on the tape."""

from pathlib import Path
from typing import Any

import pytest

from local.dev_stack import DevStack
from local.dialer import DialError
from local.page.controller import Controller, OrderError
from local.page.logs import played, read
from local.page.replay import Replay
from local.page.view import view
from local.phone import CallError
from tests.page.conftest import eventually, heard, shown

pytestmark = pytest.mark.slow

NUMBER, AGENT = "+15550100", "front_desk"


def dial(controller: Controller) -> None:
    controller.do({"do": "call", "agent": AGENT})
    eventually(controller, lambda now: _rung(controller, now) and "How can I help?" in heard(now))
    eventually(controller, lambda now: not any(one["speaking"] for one in spoken(now)))


def _rung(controller: Controller, now: dict[str, Any]) -> bool:
    return now["call"] is not None and now["call"]["sid"] == controller.state()["call"]["sid"]


def spoken(now: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in now["lines"] if line["who"] == "agent"]


def say(controller: Controller, text: str) -> None:
    controller.do({"do": "say", "text": text})


def test_a_call_is_seen_in_every_lane_and_replayed_from_its_log(
    controller: Controller, line: DevStack, tmp_path: Path
) -> None:
    dial(controller)
    say(controller, "What about booking K4T9?")
    eventually(controller, lambda now: "Friday at eight" in heard(now))
    controller.do({"do": "press", "keys": "5"})
    say(controller, "Please let me talk to a human.")
    now = eventually(controller, lambda now: now["call"]["outcome"])
    assert {one["lane"] for one in now["shapes"].values()} == {"caller", "agent", "tools", "model", "table", "posts"}
    assert [stage["name"] for stage in now["waits"][0]["stages"]] == ["table", "model", "words", "voice"]
    assert controller.state()["call"]["dialed"] == "+15550100"
    assert controller.state()["call"]["errors"] == []
    assert line.gateway.settled()
    whole = shown(controller)
    again = Replay(read(controller.log(whole["call"]["sid"])), "a file", controller.setting.agents)
    past = view(again.tape.call(), again.setting)
    assert past["lines"] == whole["lines"]
    assert past["history"] == whole["history"]
    assert past["cost"]["usage"] == whole["cost"]["usage"]
    assert len(past["steps"]) == len(whole["steps"])


def test_an_interruption_leaves_what_was_not_heard_beside_what_was(controller: Controller) -> None:
    dial(controller)
    say(controller, "Tell me a story.")
    eventually(controller, lambda now: "sentence one" in heard(now))
    controller.do({"do": "interrupt"})
    now = eventually(controller, lambda now: spoken(now)[-1]["rest"])
    cut = spoken(now)[-1]
    assert "sentence one" in cut["text"]
    assert now["history"]["rows"][-1]["unheard"] == cut["rest"]


def test_a_throttled_model_is_apologised_for_and_recovers(controller: Controller) -> None:
    dial(controller)
    controller.do({"do": "switch", "name": "throttled model", "on": True})
    assert controller.state()["switches"]["throttled model"]
    say(controller, "Hello?")
    now = eventually(controller, lambda now: "Sorry, something went wrong" in heard(now))
    assert "trouble" in {shape["kind"] for shape in now["shapes"].values() if shape["lane"] == "model"}
    controller.do({"do": "switch", "name": "throttled model", "on": False})
    say(controller, "What about booking K4T9?")
    eventually(controller, lambda now: "Friday at eight" in heard(now))


def test_frames_that_come_twice_are_seen_twice_and_answered_once(controller: Controller) -> None:
    dial(controller)
    controller.do({"do": "switch", "name": "frames twice", "on": True})
    say(controller, "What about booking K4T9?")
    now = eventually(controller, lambda now: "in the name of Alma." in heard(now))
    assert heard(now).count("Friday") == 1
    assert any("put Prompt, which was there" in shape["label"] for shape in now["shapes"].values())


def test_a_dropped_socket_is_resumed(controller: Controller) -> None:
    dial(controller)
    controller.do({"do": "drop"})
    now = eventually(controller, lambda now: now["call"] and len(now["call"]["sessions"]) == 2)
    assert controller.state()["call"]["state"] == "open"
    assert now["call"]["outcome"] == ""


@pytest.mark.parametrize(
    "order",
    [
        {"do": "hang up"},
        {"do": "say", "text": "Hello?"},
        {"do": "interrupt"},
        {"do": "press", "keys": "5"},
        {"do": "press", "keys": "x"},
        {"do": "press", "keys": ""},
        {"do": "say", "text": " "},
        {"do": "switch", "name": "gravity", "on": False},
        {"do": "switch", "name": "slow table", "on": "yes"},
        {"do": "call", "agent": 5},
        {"do": "nonsense"},
        {},
    ],
)
def test_what_cannot_be_done_is_refused_in_words(controller: Controller, order: dict[str, Any]) -> None:
    with pytest.raises(OrderError, match=r"\w{3}"):
        controller.do(order)


def test_a_second_call_waits_for_the_end_of_the_first(controller: Controller) -> None:
    controller.do({"do": "call", "agent": AGENT})
    with pytest.raises(OrderError, match="hang up first"):
        controller.do({"do": "call", "agent": AGENT})


def test_no_side_can_speak_while_it_rings(controller: Controller) -> None:
    controller.do({"do": "call", "agent": AGENT})
    with pytest.raises(CallError, match="nothing listens to the caller"):
        say(controller, "Hello?")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"agent": "nobody"}, "There is no agent 'nobody'"),
        ({"number": "abc"}, "'abc' is not a phone number"),
        ({"number": "anonymous", "outbound": True}, "'anonymous' is not a phone number"),
        ({"parameters": "name=Ana"}, "the agent must call"),
        ({"parameters": "Ana", "outbound": True}, "'Ana' is not NAME=VALUE"),
        ({"outbound": True}, "no agent can place calls"),
    ],
)
def test_a_call_that_cannot_be_is_refused_in_words(controller: Controller, more: dict[str, Any], words: str) -> None:
    with pytest.raises((OrderError, DialError), match=words):
        controller.do({"do": "call", "agent": AGENT, **more})


def test_the_number_of_the_caller_is_that_of_the_page(controller: Controller) -> None:
    controller.do({"do": "call", "agent": AGENT, "number": "+15550143"})
    assert eventually(controller, lambda view: view["call"] and view["call"]["caller"] == "+15550143")


def test_every_agent_has_a_number(controller: Controller) -> None:
    assert {"number": NUMBER, "agent": "front_desk"} in controller.state()["numbers"]
    assert {one["agent"] for one in controller.state()["numbers"]} == set(controller.setting.agents)


def test_a_replayed_call_cannot_be_spoken_to() -> None:
    with pytest.raises(OrderError, match="over"):
        Replay([], "a file", {}).do({"do": "say", "text": "Hello?"})
    assert played([]) == []
