"""The dashboard in CloudWatch shows metrics that the functions really write."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters import metrics
from functions.adapters.metrics import MetricsOutlet
from functions.live.wiring import count_limited, measure
from functions.providers import price_of
from functions.relay.log.events import AnswerEnded
from functions.relay.record.call_record import CallEnding, CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.turn_record import ToolOutcome, ToolRecord
from functions.relay.wire.model import Usage
from infra.alarms import LIMITED_BY
from infra.dashboard import MOST_METRICS
from infra.inventory import inventory
from tests.infra.conftest import Synthesize, Synthesized
from tests.relay.record.calls import PLAIN

pytestmark = pytest.mark.slow

Name = tuple[str, str, frozenset[tuple[str, str]]]
"""A metric's namespace, its name and its dimensions."""


@pytest.fixture
def page(dev: Synthesized) -> Any:
    """The dashboard as CloudWatch gets it."""
    [found] = dev.properties("AWS::CloudWatch::Dashboard").values()
    assert found["DashboardName"] == "Hotline-dev"
    return json.loads(found["DashboardBody"])


def shown(widget: Any) -> Iterator[Name]:
    """Yield the metrics of a widget. `.` and `...` repeat the row above. Source: AWS, "Dashboard body structure"."""
    before: list[str] = []
    for row in widget["properties"]["metrics"]:
        words = [word for word in row if isinstance(word, str)]
        if not words:
            continue  # an expression of other rows
        if words[0] == "...":
            words = [*before[: len(before) - len(words) + 1], *words[1:]]
        before = [above if word == "." else word for word, above in zip(words, before or words, strict=False)]
        before += words[len(before) :]
        namespace, name, *dimensions = before
        yield namespace, name, frozenset(zip(dimensions[::2], dimensions[1::2], strict=True))


def full_record() -> CallRecord:
    """A call in which everything that is measured has happened."""
    record = record_of(PLAIN, lambda _: "mark", price_of)
    tools = tuple(ToolRecord("find", "{}", outcome, took_ms=9) for outcome in ToolOutcome)
    turns = (replace(record.turns[1], tools=tools), *record.turns[2:])
    return replace(record, turns=turns, tokens=Usage(100, 20, 7, 3))


def write(service: str) -> None:
    """Write all metrics that a function writes."""
    match service:
        case "after":
            for ending in CallEnding:
                MetricsOutlet().tell(replace(full_record(), ending=ending))
        case "default" | "reminders":
            measure(AnswerEnded("complete", first_words_ms=412))
            count_limited("cents")
            count_limited("tokens")
        case "twiml" | "calls":
            for limit in ("caller", "calls", "cents") if service == "twiml" else ("outbound", "cents"):
                metrics.count(metrics.LIMITED, Limit=limit)
        case _:
            raise ValueError(service)


@pytest.fixture
def emitted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> frozenset[Name]:
    """The names of the metrics that the functions of the stage `dev` write."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Hotline/dev")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    for service in ("after", "default", "reminders", "twiml", "calls"):
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", service)
        write(service)
    return frozenset(name for line in capsys.readouterr().out.splitlines() for name in named(json.loads(line)))


def named(line: Any) -> Iterator[Name]:
    """Yield the metrics of a line. Source: AWS, "Embedded metric format"."""
    for group in line["_aws"]["CloudWatchMetrics"]:
        for one in group["Metrics"]:
            for dimensions in group["Dimensions"]:
                yield group["Namespace"], one["Name"], frozenset((name, line[name]) for name in dimensions)


def test_each_metric_that_is_shown_is_written(page: Any, emitted: frozenset[Name]) -> None:
    own = {name for widget in page["widgets"] for name in shown(widget) if name[0] == "Hotline/dev"}
    assert own - emitted == set()
    assert {name for _, name, _ in own} == {"Calls", "FirstWords", "Path", "ToolTime", "Tokens", "Cents", "Limited"}


def test_all_that_a_call_measures_is_shown(page: Any, emitted: frozenset[Name]) -> None:
    own = {name for widget in page["widgets"] for name in shown(widget)}
    assert {name for name in emitted if ("service", "after") in name[2]} - own == set()


def test_limits_are_shown_for_the_functions_that_meet_them(page: Any) -> None:
    [widget] = [one for one in page["widgets"] if one["properties"]["title"] == "Calls that reached a limit"]
    found = {(dict(dimensions)["Limit"], dict(dimensions)["service"]) for _, _, dimensions in shown(widget)}
    assert found == {(limit, one) for limit, functions in LIMITED_BY.items() for one in functions}


def test_throttles_are_those_of_functions_of_the_stack(page: Any) -> None:
    names = {f"<{row.name.title()}Function>" for row in inventory(())}
    throttles = [one for widget in page["widgets"] for one in shown(widget) if one[0] == "AWS/Lambda"]
    assert throttles
    assert all(
        (name, set(dict(of)), set(dict(of).values()) <= names) == ("Throttles", {"FunctionName"}, True)
        for _, name, of in throttles
    )


def test_the_page_is_free_and_has_all_that_operators_ask_for(page: Any) -> None:
    assert len({name for widget in page["widgets"] for name in shown(widget)}) <= MOST_METRICS
    titles = " ".join(widget["properties"]["title"] for widget in page["widgets"])
    for word in ("Calls", "ended", "first words", "stage", "Tools", "Tokens", "Cents", "limit", "Throttles"):
        assert word in titles


def test_a_stage_may_be_without(synthesize: Synthesize) -> None:
    assert not synthesize(dashboard="off").properties("AWS::CloudWatch::Dashboard")
    with pytest.raises(ValueError, match="The dashboard is 'maybe'; it is on or off"):
        synthesize(dashboard="maybe")
