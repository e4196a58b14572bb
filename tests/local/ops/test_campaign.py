"""`make campaign`: which rows are refused, who is called when, and that nobody is called twice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.ops.campaign import RETRY_S, Pace, main, order_of, place, read
from local.ops.speak import OpsError

HEADER = "to,consent,name\n"
ALMA, BEN = "+12125550142,asked for it,Alma\n", "+12125550143,asked for it,Ben\n"
PLACED = {"status": "placed", "call": "CA1"}


class Deployed:
    """The function `calls`, which calls a number once for an id. It refuses an order as often as `refuses` says."""

    def __init__(self, **refuses: str) -> None:
        self.refuses = {f"+{number[1:]}": [why] for number, why in refuses.items()}
        self.placed: list[str] = []
        self.known: set[tuple[str, str]] = set()

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if refused := self.refuses.get(order["to"]):
            return {"status": "refused", "why": refused.pop(), "reason": "Because."}
        if (order["to"], order["request"]) in self.known:
            return {"status": "refused", "why": "already placed", "reason": "Twice."}
        self.known.add((order["to"], order["request"]))
        self.placed.append(order["to"])
        return PLACED


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + ALMA + BEN)
    return file


def test_each_row_is_an_order(people: Path) -> None:
    alma, ben = read(people, "reminder")
    assert (alma.line, ben.line) == (2, 3)
    assert alma.order == {
        "to": "+12125550142",
        "agent": "reminder",
        "consent": "asked for it",
        "parameters": {"name": "Alma"},
        "request": ben.order["request"],
    }


def test_the_id_is_of_the_campaign_and_the_agent() -> None:
    row = {"to": "+1 212 555 0142", "name": "Alma"}
    known = order_of(row, "reminder", "may")["request"]
    assert known == order_of({"to": "+12125550142", "name": "A."}, "reminder", "may")["request"]
    assert known != order_of(row, "reminder", "june")["request"]
    assert known != order_of(row, "survey", "may")["request"]


def test_who_runs_it_again_calls_nobody_twice(people: Path) -> None:
    deployed, pauses = Deployed(), list[float]()
    for _ in range(2):
        place(read(people, "reminder"), deployed.ask, Pace(30, pauses.append))
    assert deployed.placed == ["+12125550142", "+12125550143"]
    assert pauses == [2.0, 2.0]


@pytest.mark.parametrize("why", ["quiet hours", "limit reached"])
def test_what_is_refused_for_now_is_tried_again(people: Path, why: str) -> None:
    deployed, pauses = Deployed(_12125550142=why), list[float]()
    ended = place(read(people, "reminder"), deployed.ask, Pace(60, pauses.append))
    assert deployed.placed == ["+12125550143", "+12125550142"]
    assert ended == {"placed": 2}
    assert RETRY_S in pauses


def test_what_is_refused_for_good_is_told_by_its_line(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = place(read(people, "reminder"), Deployed(_12125550143="opted out").ask, Pace(60, lambda _: None))
    assert ended == {"placed": 1, "opted out": 1}
    told = capsys.readouterr().out
    assert "line 3: opted out: Because." in told
    assert "2125550143" not in told


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("", "has no column `to` with rows"),
        ("name\nAlma\n", "has no column `to` with rows"),
        (HEADER + "5550142,asked,Alma\n", "line 2: `to` is no number"),
        (HEADER + ALMA + ALMA, "line 3: the number is that of line 2"),
        (HEADER + "+12125550142,asked\n", "line 2: it has more or fewer columns"),
        (HEADER + "+12125550142,asked,Alma,x\n", "line 2: it has more or fewer columns"),
        ("to,consent,agent\n+12125550142,asked,x\n", "line 2: Hotline sets the parameter agent itself"),
    ],
)
def test_a_file_with_a_fault_calls_nobody(tmp_path: Path, rows: str, fault: str) -> None:
    file = tmp_path / "may.csv"
    file.write_text(rows)
    with pytest.raises(OpsError, match=fault):
        tuple(read(file, "reminder"))


def test_many_faults_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + "1,asked,Alma\n" * 12)
    with pytest.raises(OpsError, match=r"12 of 12 rows have a fault. .*; and 2 more"):
        tuple(read(file, "reminder"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "june.csv"), "reminder"]) == 2
    assert "june.csv cannot be read: FileNotFoundError" in capsys.readouterr().out


def test_a_dry_run_calls_nobody(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(people), "reminder", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "may.csv: 2 people for the agent reminder.",
        "Nobody is called: DRY_RUN.",
    ]


def test_a_pace_that_no_line_can_keep_is_refused(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(people), "reminder", "--pace", "600"])
    assert "'600' is no pace" in capsys.readouterr().err
