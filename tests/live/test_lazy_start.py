"""A deployment that cannot start: the caller hears a sentence, and the operator's log says why."""

import logging

import pytest

from functions.live.lazy_start import LazyStart
from tests.conftest import Aws
from tests.endpoint import Endpoint
from tests.functions.events import AT, message

PROMPT = '{"type":"prompt","voicePrompt":"Hello","lang":"en-US","last":true}'


def test_what_keeps_it_from_starting_is_named(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in aws.environment(HOTLINE_TABLE="").items():
        monkeypatch.setenv(name, value)
    assert LazyStart().sessions() is None
    assert "HOTLINE_TABLE" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.CRITICAL}


def test_it_is_tried_again_with_the_next_invocation(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.environment(HOTLINE_TABLE="").items():
        monkeypatch.setenv(name, value)
    start = LazyStart()
    assert start.sessions() is None
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    sessions = start.sessions()
    assert sessions is not None
    assert start.sessions() is sessions


def test_only_a_prompt_gets_the_apology_for_a_failed_start(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint() as line:
        broken = aws.environment(HOTLINE_TABLE="", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        for name, value in broken.items():
            monkeypatch.setenv(name, value)
        default = aws.handler("default", HOTLINE_TABLE="", AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=line.url)
        for number, body in enumerate(['{"type":"info","name":"x","value":""}', PROMPT, "{}"]):
            assert default.handler(message("c1", body, AT + number), None) == {"statusCode": 200}
        assert [b"Sorry, something went wrong" in seen.body for seen in line.seen] == [True]
