"""What a function swallows is counted by its kind, and each line of the log names its call."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from functions.adapters import metrics
from functions.adapters.events import EventError
from functions.adapters.otlp import TraceError
from functions.adapters.webhook import WebhookError
from functions.follow_up.calls import check
from functions.follow_up.deliver import FollowUpError
from functions.follow_up.reminder import FollowUpReminder
from functions.live.tasks import ThreadTasks
from functions.live.wiring import measure
from functions.relay.call_context import about, begin, known
from functions.relay.log.events import AnswerEnded, Entry, SessionJoined
from functions.relay.log.keys import Key, call_log
from functions.relay.ports import (
    CountersError,
    DeclinedError,
    GuardError,
    LogError,
    SchedulerError,
    SecretError,
    TimerError,
)
from functions.relay.record.call_record import CallRecord
from functions.relay.wire.model import ModelError
from tests.conftest import Aws, LogLines
from tests.endpoint import refusing_url
from tests.follow_up.scene import Scene
from tests.functions.events import CALLED, CALLER, webhook
from tests.functions.test_after import from_stream
from tests.live.harness import DESK, SessionHarness
from tests.live.test_guarded_model import SAID, Guard, Model, answer, late_verdict
from tests.live.test_model_fallback import Play, says, stalls
from tests.relay.record.calls import PLAIN

CALL = f"CA{'7' * 32}"

Counted = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Return the namespace and the kind of each fault that was counted since the last look."""
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Hotline/prod")

    def since() -> list[tuple[str, str]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        faults = [one for one in lines if metrics.FAULTS in one]
        return [(one["_aws"]["CloudWatchMetrics"][0]["Namespace"], one["Kind"]) for one in faults]

    return since


def kinds(counted: Counted) -> list[str]:
    return [kind for _, kind in counted()]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelError("refused", "no access"), "model"),
        (SecretError("not set"), "secret"),
        (LogError("DynamoDB: out of reach"), "table"),
        (CountersError("DynamoDB: out of reach"), "table"),
        (TimerError("SQS: out of reach"), "queue"),
        (GuardError("Bedrock: throttled"), "model"),
        (WebhookError("the call webhook answered 500"), "receiver"),
        (TraceError("the collector answered 503"), "receiver"),
        (EventError("EventBridge: ThrottlingException"), "receiver"),
        (DeclinedError("Twilio 21610"), "receiver"),
        (SchedulerError("Scheduler: out of reach"), "receiver"),
        (KeyError("words"), "code"),
    ],
)
def test_a_swallowed_error_is_counted_by_its_kind(counted: Counted, error: Exception, kind: str) -> None:
    logger = metrics.logger()
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - as a handler does
        logger.error("something failed: %s", type(caught).__name__)
    logging.getLogger("hotline").warning("something failed: %s", error)
    assert counted() == [("Hotline/prod", kind)] * 2


def test_a_line_without_a_fault_counts_none(counted: Counted) -> None:
    metrics.logger().info("answered")
    metrics.logger().warning("Twilio reported a problem, code %s", "64105")
    assert counted() == []


def test_an_error_without_an_exception_is_counted_too(counted: Counted) -> None:
    metrics.logger().error("arrive passes a caller to %s, which is not an agent", "nobody")
    assert kinds(counted) == ["code"]


@pytest.mark.parametrize("how", ["failed", "late"])
def test_an_answer_that_went_wrong_is_counted(counted: Counted, how: Any) -> None:
    measure(AnswerEnded(how))
    assert kinds(counted) == [how]
    measure(AnswerEnded("complete"))
    assert kinds(counted) == []


def test_a_webhook_without_its_secret_is_apologised_for_and_counted(aws: Aws, counted: Counted) -> None:
    twiml = aws.handler("twiml", HOTLINE_SECRETS="/nowhere")
    form = {"CallSid": CALL, "From": CALLER, "To": CALLED}
    assert "<Say" in twiml.handler(webhook("/voice", form), None)["body"]
    assert sorted(kinds(counted)) == ["secret", "webhook"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/voice", {"From": CALLER, "To": CALLED, "Direction": "inbound", "CallStatus": "ringing"}),
        ("/screened", {"AnsweredBy": "machine_end_beep"}),
    ],
)
def test_a_function_that_cannot_be_invoked_is_counted(
    aws: Aws, counted: Counted, path: str, said: dict[str, str]
) -> None:
    twiml = aws.handler("twiml", HOTLINE_SESSION_FUNCTION="sessions", AWS_ENDPOINT_URL_LAMBDA=refusing_url())
    twiml.log.append(call_log(CALL), Entry(Key(1, "joined"), SessionJoined("c1")))
    assert twiml.handler(webhook(path, {"CallSid": CALL, **said}), None)["statusCode"] in (200, 204)
    assert kinds(counted) == ["invoke"]


def test_a_handshake_without_the_secret_is_refused_and_counted(aws: Aws, counted: Counted) -> None:
    connect = aws.handler("connect", HOTLINE_SECRETS="/nowhere")
    event = {"requestContext": {"connectionId": "c1"}, "headers": {"X-Twilio-Signature": "x"}}
    assert connect.handler(event, None) == {"statusCode": 500}
    assert sorted(kinds(counted)) == ["handshake", "secret"]


def test_a_table_out_of_reach_is_counted(aws: Aws, counted: Counted) -> None:
    disconnect = aws.handler("disconnect", AWS_ENDPOINT_URL_DYNAMODB=refusing_url())
    context = {"connectionId": "c1", "requestTimeEpoch": 1, "requestId": "r1"}
    assert disconnect.handler({"requestContext": context}, None) == {"statusCode": 200}
    assert kinds(counted) == ["table"]


def test_a_queue_out_of_reach_is_counted(aws: Aws, counted: Counted) -> None:
    after = aws.handler("after", AWS_ENDPOINT_URL_SQS=refusing_url())
    assert after.handler(from_stream(call_log(CALL)), None)["batchItemFailures"]
    assert kinds(counted) == ["queue"]


def test_an_error_in_an_agents_code_is_counted(counted: Counted) -> None:
    def fail(record: CallRecord) -> None:
        raise KeyError("words")

    assert followed_by(fail, counted) == ["code"]


def test_a_model_that_refuses_is_counted_with_the_answer_that_failed(counted: Counted) -> None:
    metrics.logger()
    harness = SessionHarness([ModelError("refused", "no access")]).opened()
    harness.sessions = replace(harness.sessions, report=measure)
    harness.sessions.receive(harness.prompt("Is there a table?"))
    assert sorted(kinds(counted)) == ["failed", "model"]


def test_a_session_without_a_ticket_is_counted(counted: Counted) -> None:
    metrics.logger()
    harness = SessionHarness([]).announced()
    harness.sessions.receive(harness.setup(customParameters={"ticket": "used up"}))
    assert kinds(counted) == ["handshake"]


def test_a_model_that_stalls_is_counted_when_another_answers(counted: Counted) -> None:
    metrics.logger()
    play = Play(1)
    [heard] = play.hear(play.over(stalls(), says("Here.")))
    assert heard.words == "Here."
    assert kinds(counted) == ["model"]


def test_words_that_a_guard_has_not_judged_are_counted(counted: Counted) -> None:
    metrics.logger()
    assert answer(Model(), Guard("No.", fails=True)) == SAID
    assert kinds(counted) == ["model"]
    assert late_verdict() == SAID
    assert kinds(counted) == ["model"]


def followed_by(function: Callable[[CallRecord], None], counted: Counted) -> list[str]:
    """Return the kinds of the faults of a call whose agent has this function after it."""
    metrics.logger()
    deps = replace(Scene().put(PLAIN).deps, agents={"rosa": replace(DESK, after=[function])})
    with pytest.raises(FollowUpError):
        check(deps, FollowUpReminder(call_log(PLAIN.call), 60, "n1"))
    return kinds(counted)


def test_a_follow_up_that_fails_is_counted(counted: Counted) -> None:
    def refuse(record: CallRecord) -> None:
        raise LogError("out of reach")

    assert followed_by(refuse, counted) == ["table"]


# Each line names its call


def test_a_line_names_the_call_the_session_and_the_agent(aws: Aws, written: Callable[[ModuleType], LogLines]) -> None:
    lines = written(aws.handler("disconnect"))
    begin(session="c1")
    about(call=CALL, agent="rosa")
    logging.getLogger("hotline").warning("something")
    [line] = lines.lines
    assert (line["call"], line["session"], line["agent"], line["service"]) == (CALL, "c1", "rosa", "hotline")


def test_the_next_call_is_not_named_like_the_last_one() -> None:
    begin(session="c1", call=CALL)
    begin(session="c2")
    assert known() == {"session": "c2"}


@pytest.mark.parametrize("sid", ["CA1", "+15550142", f"CA{'x' * 32}", f"{CALL}\n"])
def test_what_is_no_sid_is_not_logged(sid: str) -> None:
    begin(call=sid)
    assert known() == {}


def test_a_task_knows_the_call_of_its_invocation() -> None:
    begin(session="c1")
    tasks, seen = ThreadTasks(), list[object]()
    tasks.start("look", lambda: seen.append(known()))
    tasks.join(60)
    assert seen == [{"session": "c1"}]


def test_a_webhook_names_its_call(aws: Aws, written: Callable[[ModuleType], LogLines]) -> None:
    twiml = aws.handler("twiml")
    lines = written(twiml)
    form = {"CallSid": CALL, "SessionId": "VX1", "SessionStatus": "ended", "CallStatus": "completed"}
    twiml.handler(webhook("/relay-ended", form), None)
    assert {line.get("call") for line in lines.lines} == {CALL}
    assert CALLER not in lines.text


def test_many_values_are_written_in_lines_that_cloudwatch_takes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    metrics.add("Path", [float(n) for n in range(250)], MetricUnit.Milliseconds, Stage="model")
    lines = [json.loads(line)["Path"] for line in capsys.readouterr().out.splitlines()]
    assert [value for line in lines for value in line] == list(range(250))
    assert max(map(len, lines)) <= 100
