"""`make campaign`: which rows are refused, when each person is called, and that nobody is called twice."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.relay import Agent, Calling, Voice
from local.ops.call_out import Ask
from local.ops.campaign import counts, main, plan, scheduled, stop
from local.ops.campaign_file import Campaign, order_of, read
from local.ops.pace import Times
from local.ops.speak import OpsError

MAY = Campaign("may", "reminder")
NOON = datetime(2026, 5, 5, 16, 0, 20, tzinfo=UTC)
"""A Tuesday, 12:00 in New York."""

HEADER = "to,consent,name\n"
ALMA, BEN = "+12125550142,asked for it,Alma\n", "+12125550143,asked for it,Ben\n"
PLANNED = {"status": "planned"}


def agent(calling: Calling = Calling()) -> Agent:  # noqa: B008 - it is frozen
    return Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, calling=calling)


def free(until: datetime | None = None) -> Times:
    """The times of the campaign in May, all of them free."""
    return Times(Calling(), MAY.pace(NOON, until))


class Deployed:
    """The function `calls`, which plans a number once for an id. It refuses the numbers of `refuses`."""

    def __init__(self, **refuses: str) -> None:
        self.refuses = {f"+{number[1:]}": why for number, why in refuses.items()}
        self.planned: list[str] = []
        self.times: list[str] = []
        self.known: set[tuple[str, str]] = set()

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if why := self.refuses.get(order["to"]):
            return {"status": "refused", "why": why, "reason": "Because."}
        if (order["to"], order["request"]) in self.known:
            return {"status": "refused", "why": "already planned", "reason": "Twice."}
        self.known.add((order["to"], order["request"]))
        self.planned.append(order["to"])
        self.times.append(order["at"][11:19])
        return PLANNED


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + ALMA + BEN)
    return file


def test_each_row_is_an_order(people: Path) -> None:
    alma, ben = read(people, MAY)
    assert (alma.line, ben.line) == (2, 3)
    assert alma.order == {
        "to": "+12125550142",
        "agent": "reminder",
        "consent": "asked for it",
        "parameters": {"name": "Alma"},
        "request": "campaign-may",
        "retries": 2,
    }
    assert ben.order["request"] == "campaign-may"


def test_the_id_is_of_the_campaign_alone() -> None:
    row = {"to": "+1 212 555 0142", "name": "Alma"}
    known = order_of(row, MAY)["request"]
    assert known == order_of({"to": "+12125550142", "name": "A."}, MAY)["request"]
    assert known != order_of(row, Campaign("june", "reminder"))["request"]


def test_each_call_has_its_time(people: Path) -> None:
    rows = scheduled(tuple(read(people, MAY)), agent(), Campaign("may", "reminder", 2).pace(NOON))
    assert [row.order["at"] for row in rows] == ["2026-05-05T16:02:00+00:00", "2026-05-05T16:02:30+00:00"]


def test_who_sleeps_is_called_when_their_hours_begin(tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + "+14155550142,asked for it,Cleo\n" + ALMA)
    early = NOON - timedelta(hours=3)
    alma, cleo = scheduled(tuple(read(file, MAY)), agent(), MAY.pace(early))
    assert (alma.line, alma.order["at"]) == (3, "2026-05-05T13:02:00+00:00")
    assert (cleo.line, cleo.order["at"][:16]) == (2, "2026-05-05T15:00")


@pytest.mark.parametrize(
    ("number", "calling", "fault"),
    [
        ("+19005550142", Calling(), "line 2: Its kind is premium rate"),
        ("+12125550142", Calling(countries=frozenset({"GB"})), "line 2: It is in US"),
        ("+15555550142", Calling(), "line 2: No numbering plan has it"),
    ],
)
def test_a_number_that_is_never_called_stops_all(tmp_path: Path, number: str, calling: Calling, fault: str) -> None:
    file = tmp_path / "may.csv"
    file.write_text(f"{HEADER}{number},asked,Alma\n")
    with pytest.raises(OpsError, match=fault):
        scheduled(tuple(read(file, MAY)), agent(calling), MAY.pace(NOON))


def test_a_file_too_long_for_its_pace_is_refused(people: Path) -> None:
    pace = Campaign("may", "reminder", 1 / (60 * 24 * 40)).pace(NOON)
    with pytest.raises(OpsError, match=r"1 of 2 rows .* line 3: no time is left within 27 days; raise PACE"):
        scheduled(tuple(read(people, MAY)), agent(), pace)


def test_who_runs_it_again_plans_nobody_twice(people: Path) -> None:
    deployed = Deployed()
    rows = scheduled(tuple(read(people, MAY)), agent(), MAY.pace(NOON))
    assert [plan(rows, deployed.ask, free()) for _ in range(2)] == [{"planned": 2}, {"planned before": 2}]
    assert deployed.planned == ["+12125550142", "+12125550143"]


def test_a_second_run_follows_the_first_and_leaves_no_gaps(tmp_path: Path) -> None:
    deployed, first, second = Deployed(), tmp_path / "may.csv", tmp_path / "more.csv"
    first.write_text(HEADER + ALMA)
    second.write_text(HEADER + ALMA + BEN)
    until = None
    for file in (first, second):
        plan(scheduled(tuple(read(file, MAY)), agent(), MAY.pace(NOON, until)), deployed.ask, free(until))
        until = NOON.replace(minute=2, second=0)
    assert deployed.times == ["16:02:00", "16:02:06"]


def test_what_is_refused_is_told_by_its_line(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = scheduled(tuple(read(people, MAY)), agent(), MAY.pace(NOON))
    assert plan(rows, Deployed(_12125550143="opted out").ask, free()) == {"planned": 1, "opted out": 1}
    told = capsys.readouterr().out
    assert "line 3: opted out: Because." in told
    assert "2125550143" not in told


def test_the_progress_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + "".join(f"+1212555{line:04},asked,Alma\n" for line in range(100, 160)))
    plan(scheduled(tuple(read(file, MAY)), agent(), MAY.pace(NOON)), Deployed().ask, free())
    assert "  50 rows, 50 planned; the newest for 2026-05-05T16:06:54+00:00." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("", "has no rows, or no column `to`"),
        ("name\nAlma\n", "has no rows, or no column `to`"),
        (HEADER + "5550142,asked,Alma\n", "line 2: `to` is no number"),
        (HEADER + ALMA + ALMA, "line 3: it has the same number as line 2"),
        (HEADER + "+12125550142,asked\n", "line 2: it has more or fewer columns"),
        (HEADER + "+12125550142,asked,Alma,x\n", "line 2: it has more or fewer columns"),
        ("to,consent,agent\n+12125550142,asked,x\n", "line 2: Hotline sets the parameter agent itself"),
    ],
)
def test_a_file_with_a_fault_calls_nobody(tmp_path: Path, rows: str, fault: str) -> None:
    file = tmp_path / "may.csv"
    file.write_text(rows)
    with pytest.raises(OpsError, match=fault):
        tuple(read(file, MAY))


def test_many_faults_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_text(HEADER + "1,asked,Alma\n" * 12)
    with pytest.raises(OpsError, match=r"12 of 12 rows have a fault. .*; and 2 more"):
        tuple(read(file, MAY))


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "june.csv"), "reminder"]) == 2
    assert "june.csv cannot be read: FileNotFoundError" in capsys.readouterr().out


def test_a_dry_run_calls_nobody(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(people), "reminder", "--dry-run"], {"reminder": agent()}) == 0
    assert capsys.readouterr().out.splitlines() == [
        "may.csv: 2 people for the agent reminder, the campaign may-reminder.",
        "Nobody is called: DRY_RUN.",
    ]


def test_a_pace_that_no_line_can_keep_is_refused(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(people), "reminder", "--pace", "600"])
    assert "'600' is no pace" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["stranger"], "There is no agent stranger."),
        (["reminder", "--name", "a b"], "'a b' cannot be the name of a campaign."),
    ],
)
def test_what_cannot_be_is_named(
    people: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main([str(people), *more], {"reminder": agent()}) == 2
    assert words in capsys.readouterr().out


class Counting:
    """The function `calls` that counts people in two pages, or fails."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.fails = fails

    def ask(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(payload)
        if self.fails:
            return {"status": "failed", "reason": "LogError"}
        match payload:
            case {"stop": _}:
                return {"status": "stopped"}
            case {"after": ""}:
                return {"status": "shown", "counts": {"called": 2, "busy": 1}, "until": "", "after": "m"}
            case _:
                return {"status": "shown", "counts": {"called": 1}, "until": "", "after": ""}


def test_the_people_of_a_campaign_are_counted() -> None:
    deployed = Counting()
    assert counts("may", deployed.ask) == {"called": 3, "busy": 1}
    assert deployed.asked == [{"show": "campaign-may", "after": ""}, {"show": "campaign-may", "after": "m"}]


def test_a_campaign_is_stopped() -> None:
    deployed = Counting()
    stop("may", deployed.ask)
    assert deployed.asked == [{"stop": "campaign-may"}]


@pytest.mark.parametrize("what", [stop, counts])
def test_a_failure_is_an_error_with_a_cure(what: Callable[[str, Ask], object]) -> None:
    with pytest.raises(OpsError, match=r"LogError\. Run the command again"):
        what("may", Counting(fails=True).ask)


@pytest.mark.parametrize("option", ["--show", "--stop"])
def test_no_campaign_has_an_odd_name(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert main(["", "", option, "a b"]) == 2
    assert "'a b' cannot be the name of a campaign." in capsys.readouterr().out
