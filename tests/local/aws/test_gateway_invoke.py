"""Handlers in threads: concurrency, context, and the record of failures."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.gateway import Deadline, Outcome, Raised, Returned, TimedOut
from local.aws.gateway_invoke import (
    Context,
    Function,
    Invoker,
    Journal,
    Workers,
    as_functions,
    invocation_payload,
)


def echo(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return event


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def invoker(journal: Journal) -> Iterator[Invoker]:
    invoker = Invoker(journal)
    yield invoker
    assert invoker.stop(60.0)


def outcome_of(invoker: Invoker, function: Function, patience: float = 60.0) -> Outcome:
    return asyncio.run(invoker.outcome(function, {"a": 1}, patience))


def test_fifty_jobs_run_at_once() -> None:
    workers, meeting = Workers(), threading.Barrier(51)
    for _ in range(50):
        workers.submit(lambda: (meeting.wait(5), None)[1])
    meeting.wait(5)
    assert workers.stop(60.0)


def test_a_free_thread_is_used_again() -> None:
    workers, seen, again = Workers(), list[int](), threading.Event()

    def job() -> None:
        seen.append(threading.get_ident())
        again.set()

    for _ in range(20):
        again.clear()
        workers.submit(job)
        assert again.wait(5)
    assert workers.stop(60.0)
    assert len(set(seen)) <= 3  # the flag is set a moment before the thread is free


def test_stop_leaves_a_stuck_thread_behind() -> None:
    workers, release = Workers(), threading.Event()
    workers.submit(lambda: (release.wait(5), None)[1])
    assert not workers.stop(0.01)
    release.set()
    assert workers.stop(60.0)


def test_a_handler_gets_event_and_context_and_its_value_comes_back(invoker: Invoker) -> None:
    seen: list[Context] = []

    def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
        seen.append(context)
        return event

    assert outcome_of(invoker, Function(handler, "talk", 3.0, 512)) == Returned({"a": 1})
    context = seen[0]
    assert (context.function_name, context.memory_limit_in_mb) == ("talk", 512)
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:123456789012:function:talk"
    assert (context.log_group_name, bool(context.log_stream_name)) == ("/aws/lambda/talk", True)
    assert 0 < context.get_remaining_time_in_millis() <= 3000


def test_every_invocation_has_its_own_request_id(invoker: Invoker) -> None:
    ids: set[str] = set()
    function = Function(lambda event, context: ids.add(context.aws_request_id))
    for _ in range(3):
        outcome_of(invoker, function)
    assert len(ids) == 3


def test_remaining_time_ends_at_zero() -> None:
    assert Context("talk", 128, deadline=0.0).get_remaining_time_in_millis() == 0


@pytest.mark.parametrize("error", [RuntimeError("boom"), SystemExit(1)])
def test_whatever_a_handler_raises_is_kept_and_logged(
    invoker: Invoker, journal: Journal, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(event: dict[str, Any], context: Context) -> None:
        raise error

    with caplog.at_level(logging.ERROR, "hotline.gateway"):
        assert outcome_of(invoker, Function(handler, "talk")) == Raised(error)
    (failure,) = journal.failures
    assert (failure.function_name, failure.event, failure.error) == ("talk", {"a": 1}, error)
    assert "in handler" in caplog.text


@pytest.mark.parametrize(
    ("timeout", "patience", "deadline"), [(30.0, 0.02, Deadline.INTEGRATION), (0.02, 30.0, Deadline.FUNCTION)]
)
def test_the_shorter_deadline_ends_the_wait_and_the_handler_runs_on(
    invoker: Invoker, journal: Journal, timeout: float, patience: float, deadline: Deadline
) -> None:
    release, ended = threading.Event(), threading.Event()

    def handler(event: dict[str, Any], context: Context) -> None:
        release.wait(5)
        ended.set()

    assert outcome_of(invoker, Function(handler, timeout=timeout), patience) == TimedOut(deadline)
    assert not ended.is_set()
    release.set()
    assert ended.wait(5)
    assert isinstance(journal.failures[0].error, TimeoutError)


def test_the_record_wakes_threads_that_wait_for_a_frame(journal: Journal) -> None:
    threading.Timer(0.01, journal.frame, ("in", "conn=", "hello")).start()
    assert journal.wait(lambda: bool(journal.records), 60.0)
    (record,) = journal.records
    assert (record.direction, record.connection_id, record.payload) == ("in", "conn=", "hello")


def test_waiting_ends_when_the_time_is_up(journal: Journal) -> None:
    assert not journal.wait(lambda: False, 0.01)


def test_a_bare_handler_is_a_function_named_after_its_module() -> None:
    function = as_functions({"prompt": echo})["prompt"]
    assert function == Function(echo, name=__name__.replace(".", "-"))
    own = Function(echo, "own")
    assert as_functions({"prompt": own}) == {"prompt": own}


def test_the_invoke_api_returns_the_value() -> None:
    assert invocation_payload(Returned({"ok": 1})) == (b'{"ok": 1}', None)


@pytest.mark.parametrize("outcome", [Raised(ValueError("no")), Returned(object()), TimedOut(Deadline.FUNCTION)])
def test_the_invoke_api_describes_what_went_wrong(outcome: Outcome) -> None:
    body, error = invocation_payload(outcome)
    assert error == "Unhandled"
    assert json.loads(body)["errorMessage"]
