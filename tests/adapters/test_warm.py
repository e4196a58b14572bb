"""Warming with a service that speaks the wire of Lambda's Invoke."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from functions.adapters import warm
from tests.endpoint import Endpoint, HangUp, Reply, Stall, Step, at, error, refusing_url

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@pytest.fixture
def lambda_at(monkeypatch: pytest.MonkeyPatch) -> Iterator["LambdaAt"]:
    made = LambdaAt(monkeypatch)
    yield made
    for client in made.clients:
        client.close()


class LambdaAt:
    """Makes clients of Lambda at a URL; they are closed when the test ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.clients: list[LambdaClient] = []

    def __call__(self, url: str) -> "LambdaClient":
        at(self._monkeypatch, "LAMBDA", url)
        self.clients.append(warm.client())
        return self.clients[-1]


def test_a_function_is_started_without_waiting_for_what_it_does(lambda_at: LambdaAt) -> None:
    with Endpoint(Reply(202)) as service:
        assert warm.warm(lambda_at(service.url), "hotline-default:live")
        [seen] = service.seen
    assert seen.path == "/2015-03-31/functions/hotline-default%3Alive/invocations"
    assert seen.headers["X-Amz-Invocation-Type"] == "Event"
    assert json.loads(seen.body) == {"warm": True}


@pytest.mark.parametrize(
    "answer",
    [
        error(404, "ResourceNotFoundException"),
        error(403, "AccessDeniedException"),
        error(429, "TooManyRequestsException"),
        Reply(503, b"<html></html>"),
        HangUp(),
    ],
)
def test_warming_a_function_is_tried_once(lambda_at: LambdaAt, answer: Step) -> None:
    with Endpoint(answer) as service:
        assert not warm.warm(lambda_at(service.url), "hotline-default")
        assert len(service.seen) == 1


def test_a_stalled_lambda_delays_the_ringing_call_only_briefly(lambda_at: LambdaAt) -> None:
    with Endpoint(Stall()) as service:
        client, began = lambda_at(service.url), time.monotonic()
        assert not warm.warm(client, "hotline-default")
        assert time.monotonic() - began < 30
        assert len(service.seen) == 1


def test_a_lambda_that_cannot_be_reached_costs_nothing(lambda_at: LambdaAt) -> None:
    assert not warm.warm(lambda_at(refusing_url()), "hotline-default")
