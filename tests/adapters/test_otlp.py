"""The collector that gets a trace of each call that is over."""

import json
import logging

import pytest

from functions.adapters.otlp import TraceError, TraceOutlet
from functions.follow_up.calls import check
from functions.follow_up.deliver import FollowUpError
from functions.follow_up.reminder import FollowUpReminder
from functions.providers import price_of, trace_names
from functions.relay.log.keys import call_log
from functions.relay.ports import SecretError
from functions.relay.record.fold import record_of
from functions.relay.record.trace import trace_of
from functions.settings import Settings, SettingsError
from tests.endpoint import Endpoint, HangUp, Reply, refusing_url
from tests.follow_up.scene import Scene
from tests.relay.record.calls import CALL, PLAIN

RECORD = record_of(PLAIN, lambda _: "mark", price_of)


def no_headers() -> str:
    raise SecretError("not set")


def test_a_trace_is_posted_as_json() -> None:
    with Endpoint(Reply(200, b"{}")) as collector:
        TraceOutlet(f"{collector.url}/v1/traces", no_headers, trace_names()).tell(RECORD)
        [request] = collector.seen
    assert json.loads(request.body) == trace_of(RECORD, trace_names())
    assert request.path == "/v1/traces"
    assert request.headers["content-type"] == "application/json"


def test_the_headers_of_the_secret_are_sent() -> None:
    with Endpoint(Reply(202, b"")) as collector:
        TraceOutlet(collector.url, lambda: "Api-Key=a=b, team=rosa", trace_names()).tell(RECORD)
        [request] = collector.seen
    assert (request.headers["api-key"], request.headers["team"]) == ("a=b", "rosa")


@pytest.mark.parametrize("answer", [Reply(401, b"who?"), Reply(302, b"", {"location": "/"}), Reply(500, b"")])
def test_a_refused_trace_names_the_status(answer: Reply) -> None:
    with Endpoint(answer) as collector, pytest.raises(TraceError, match=rf"^the collector answered {answer.status}$"):
        TraceOutlet(collector.url, no_headers, trace_names()).tell(RECORD)


def test_a_collector_that_is_not_there_is_named() -> None:
    with pytest.raises(TraceError, match=r"^the collector was not reached: \w+Error$"):
        TraceOutlet(refusing_url(), no_headers, trace_names()).tell(RECORD)
    with Endpoint(HangUp()) as collector, pytest.raises(TraceError, match="was not reached"):
        TraceOutlet(collector.url, no_headers, trace_names()).tell(RECORD)


def test_a_call_whose_trace_fails_keeps_its_record(caplog: pytest.LogCaptureFixture) -> None:
    """The error is logged, which counts it in the metric Faults, and raised, so that the queue tries again."""
    scene = Scene().put(PLAIN)
    deps = scene.deps
    with Endpoint(Reply(500, b""), Reply(200, b"")) as collector:
        object.__setattr__(deps, "outlets", [TraceOutlet(collector.url, no_headers, trace_names())])
        note = FollowUpReminder(call_log(CALL), 60, "n1")
        with pytest.raises(FollowUpError, match="trace"):
            check(deps, note)
        assert scene.record.call == CALL
        assert [one.levelno for one in caplog.records] == [logging.ERROR]
        assert check(deps, note) == "recorded"
        assert check(deps, note) == "recorded"
        assert len(collector.seen) == 2, "once it has taken the trace, it does not get it again"


def test_a_url_without_encryption_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"HOTLINE_OTLP is 'http://collector'; it is a URL such as https://"):
        Settings.load({"HOTLINE_OTLP": "http://collector"})
