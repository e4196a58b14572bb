"""The alarms for an operator."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from functions.adapters.metrics import KINDS, LIMITED, NAMESPACE, REFUSED
from functions.live.wiring import FAULTY, count_limited, measure
from functions.relay.counts import LimitName
from functions.relay.log.events import AnswerEnded
from infra.alarms import FAULTS
from infra.inventory import inventory
from tests.infra.conftest import Synthesize, Synthesized

pytestmark = pytest.mark.slow

FUNCTIONS = {row.name for row in inventory(())}
NAMES = {
    *(f"{name}-errors" for name in FUNCTIONS - {"after"}),
    *(f"{name}-throttles" for name in FUNCTIONS),
    *("fallback", "waiting", "after"),
}
FAULT_ALARMS = {f"fault-{kind}" for kind in FAULTS}
STRANGERS = {"refused", "webhooks-refusals", "relay-refusals"}
LIMITS = {f"limited-{name}" for part in get_args(LimitName) for name in get_args(part)}


EMAIL = "operator@example.com"

Alarms = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="session")
def stacks(synthesize: Synthesize) -> Synthesized:
    return synthesize(alarm_email=EMAIL)


@pytest.fixture
def alarms(stacks: Synthesized) -> Alarms:
    """The alarms by their names without the stage."""
    found = stacks.properties("AWS::CloudWatch::Alarm").values()
    return {one["AlarmName"].removeprefix("hotline-dev-"): one for one in found}


def test_each_limit_and_each_fault_has_an_alarm(alarms: Alarms) -> None:
    assert set(alarms) == NAMES | LIMITS | STRANGERS | FAULT_ALARMS
    assert len(LIMITS) == 5


def test_a_metric_without_data_raises_no_alarm(alarms: Alarms) -> None:
    assert {one["TreatMissingData"] for one in alarms.values()} == {"notBreaching"}


@pytest.mark.parametrize("name", sorted(NAMES - {"waiting", "after"}))
def test_an_alarm_watches_the_function_of_its_name(alarms: Alarms, name: str) -> None:
    function, _, metric = name.partition("-")
    alarm = alarms[name]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": f"<{function.title()}Function>"}]
    assert alarm["MetricName"] == (metric or "invocations").title()
    assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Sum")


def test_waiting_is_measured_where_the_function_measures_it(
    alarms: Alarms, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`measure` writes the names and the alarm reads them: both must mean the same metric."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "default")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Hotline/dev")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    measure(AnswerEnded("complete", first_words_ms=412))
    written = capsys.readouterr().out
    alarm = alarms["waiting"]
    assert f'"Namespace":"{alarm["Namespace"]}"' in written
    assert f'"Name":"{alarm["MetricName"]}"' in written
    for dimension in alarm["Dimensions"]:
        assert f'"{dimension["Name"]}":"{dimension["Value"]}"' in written


def test_a_flood_of_strangers_is_told_by_what_the_doors_measure(alarms: Alarms) -> None:
    watched = [one["MetricStat"]["Metric"] for one in alarms["refused"]["Metrics"] if "MetricStat" in one]
    doors = {one["Value"] for metric in watched for one in metric["Dimensions"] if one["Name"] == "Door"}
    assert (doors, {metric["MetricName"] for metric in watched}) == ({"twiml", "menu", "connect"}, {REFUSED})
    apis = {name: alarms[f"{name}-refusals"]["Dimensions"] for name in ("webhooks", "relay")}
    assert apis == {name: [{"Name": "ApiId", "Value": f"<{name.title()}Api>"}] for name in ("webhooks", "relay")}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_an_alarm_watches_its_limit_wherever_it_is_met(alarms: Alarms, name: str) -> None:
    watched = [one["MetricStat"]["Metric"] for one in alarms[name]["Metrics"] if "MetricStat" in one]
    limits = {one["Value"] for metric in watched for one in metric["Dimensions"] if one["Name"] == "Limit"}
    assert limits == {name.removeprefix("limited-")}
    assert {(metric["Namespace"], metric["MetricName"]) for metric in watched} == {(f"{NAMESPACE}/dev", LIMITED)}


def test_what_failed_after_a_call_is_watched(alarms: Alarms) -> None:
    alarm = alarms["after"]
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": "<FollowUpsFailed.QueueName>"}]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


def test_a_limit_met_is_measured_as_its_alarm_reads_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "default")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Hotline/dev")
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    count_limited("cents")
    written = capsys.readouterr().out
    assert all(one in written for one in (f'"Name":"{LIMITED}"', '"Limit":"cents"', '"service":"default"'))


def test_errors_of_each_function_that_counts_them_raise_an_alarm() -> None:
    counting = {row.name for row in inventory(()) if "adapters/metrics.py" in row.source}
    for kind in ("code", "secret"):
        assert counting == set(FAULTS[kind][0]), kind


def test_each_alarm_writes_to_the_address(stacks: Synthesized, alarms: Alarms) -> None:
    [topic] = stacks.properties("AWS::SNS::Topic")
    assert all(one["AlarmActions"] == [f"<{topic}>"] for one in alarms.values())
    [subscription] = stacks.properties("AWS::SNS::Subscription").values()
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", EMAIL)


def test_without_an_address_there_is_no_alarm_to_pay_for(dev: Synthesized) -> None:
    assert not dev.properties("AWS::CloudWatch::Alarm")
    assert not dev.properties("AWS::SNS::Topic")


def test_what_is_no_address_is_refused(synthesize: Synthesize) -> None:
    with pytest.raises(ValueError, match="alarm_email"):
        synthesize(alarm_email="operator")


@pytest.mark.parametrize("kind", sorted({*dict(KINDS), "code", "webhook", *FAULTY}))
def test_each_kind_of_fault_has_its_alarm(alarms: Alarms, kind: str) -> None:
    watched = [one["MetricStat"]["Metric"] for one in alarms[f"fault-{kind}"]["Metrics"] if "MetricStat" in one]
    assert {one["Value"] for metric in watched for one in metric["Dimensions"] if one["Name"] == "Kind"} == {kind}
    assert {(metric["Namespace"], metric["MetricName"]) for metric in watched} == {("Hotline/dev", "Faults")}
