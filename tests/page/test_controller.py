"""The softphone at a real line: what the page asks for happens, and all of it is seen."""

from pathlib import Path
from typing import Any

import pytest

from local.dev_stack import Laptop
from local.page.controller import Desk, OrderError
from local.page.logs import played, read
from local.page.replay import Replay
from local.page.view import view
from local.phone import CallError
from tests.page.conftest import eventually, heard, shown

NUMBER = "+15550100"


def dial(desk: Desk) -> None:
    desk.do({"do": "call", "number": NUMBER})
    eventually(desk, lambda now: _rung(desk, now) and "How can I help?" in heard(now))
    eventually(desk, lambda now: not any(one["speaking"] for one in spoken(now)))


def _rung(desk: Desk, now: dict[str, Any]) -> bool:
    return now["call"] is not None and now["call"]["sid"] == desk.state()["call"]["sid"]


def spoken(now: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in now["lines"] if line["who"] == "agent"]


def say(desk: Desk, text: str) -> None:
    desk.do({"do": "say", "text": text})


def test_a_call_is_seen_in_every_lane_and_replayed_from_its_log(desk: Desk, line: Laptop, tmp_path: Path) -> None:
    dial(desk)
    say(desk, "What about booking K4T9?")
    eventually(desk, lambda now: "Friday at eight" in heard(now))
    desk.do({"do": "press", "keys": "5"})
    say(desk, "Please let me talk to a human.")
    now = eventually(desk, lambda now: now["call"]["outcome"])
    assert {mark["lane"] for mark in now["marks"].values()} == {"caller", "agent", "tools", "model", "table", "posts"}
    assert [stage["name"] for stage in now["waits"][0]["stages"]] == ["table", "model", "words", "voice"]
    assert desk.state()["call"]["dialed"] == "+15550100"
    assert desk.state()["call"]["errors"] == []
    assert line.gateway.settled()
    whole = shown(desk)
    again = Replay(read(desk.log(whole["call"]["sid"])), "a file", desk.setting.agents)
    past = view(again.tape.call(), again.setting)
    assert past["lines"] == whole["lines"]
    assert past["history"] == whole["history"]
    assert past["cost"]["usage"] == whole["cost"]["usage"]
    assert len(past["steps"]) == len(whole["steps"])


def test_an_interruption_leaves_what_was_not_heard_beside_what_was(desk: Desk) -> None:
    dial(desk)
    say(desk, "Tell me a story.")
    eventually(desk, lambda now: "sentence one" in heard(now))
    desk.do({"do": "interrupt"})
    now = eventually(desk, lambda now: spoken(now)[-1]["rest"])
    cut = spoken(now)[-1]
    assert "sentence one" in cut["text"]
    assert now["history"]["rows"][-1]["unheard"] == cut["rest"]


def test_a_throttled_model_is_apologised_for_and_answers_when_it_is_not(desk: Desk) -> None:
    dial(desk)
    desk.do({"do": "switch", "name": "throttled model", "on": True})
    assert desk.state()["switches"]["throttled model"]
    say(desk, "Hello?")
    now = eventually(desk, lambda now: "Sorry, something went wrong" in heard(now))
    assert "trouble" in {mark["kind"] for mark in now["marks"].values() if mark["lane"] == "model"}
    desk.do({"do": "switch", "name": "throttled model", "on": False})
    say(desk, "What about booking K4T9?")
    eventually(desk, lambda now: "Friday at eight" in heard(now))


def test_frames_that_come_twice_are_seen_twice_and_answered_once(desk: Desk) -> None:
    dial(desk)
    desk.do({"do": "switch", "name": "frames twice", "on": True})
    say(desk, "What about booking K4T9?")
    now = eventually(desk, lambda now: "in the name of Alma." in heard(now))
    assert heard(now).count("Friday") == 1
    assert any("put Prompt, which stood there" in mark["label"] for mark in now["marks"].values())


def test_a_socket_that_is_dropped_is_taken_up_again(desk: Desk) -> None:
    dial(desk)
    desk.do({"do": "drop"})
    now = eventually(desk, lambda now: now["call"] and len(now["call"]["sessions"]) == 2)
    assert desk.state()["call"]["state"] == "open"
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
        {"do": "call", "number": 5},
        {"do": "nonsense"},
        {},
    ],
)
def test_what_cannot_be_done_is_refused_in_words(desk: Desk, order: dict[str, Any]) -> None:
    with pytest.raises(OrderError, match=r"\w{3}"):
        desk.do(order)


def test_a_second_call_waits_for_the_end_of_the_first(desk: Desk) -> None:
    desk.do({"do": "call", "number": NUMBER})
    with pytest.raises(OrderError, match="hang up first"):
        desk.do({"do": "call", "number": NUMBER})


def test_nobody_can_speak_while_it_rings(desk: Desk) -> None:
    desk.do({"do": "call", "number": NUMBER})
    with pytest.raises(CallError, match="no session is open"):
        say(desk, "Hello?")


def test_every_agent_has_a_number(desk: Desk) -> None:
    assert {"number": NUMBER, "agent": "front_desk"} in desk.state()["numbers"]
    assert {one["agent"] for one in desk.state()["numbers"]} == set(desk.setting.agents)


def test_a_replayed_call_cannot_be_spoken_to() -> None:
    with pytest.raises(OrderError, match="over"):
        Replay([], "a file", {}).do({"do": "say", "text": "Hello?"})
    assert played([]) == []
