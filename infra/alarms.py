"""Sends an operator an e-mail when calls fail or callers wait, if an address is set.

An account has ten free alarms, and each further one costs $0.10 a month. Without an address there are none, because
an idle stage must cost nothing. Source: AWS, "Amazon CloudWatch pricing".
"""

from collections.abc import Iterator, Mapping

from aws_cdk import aws_cloudwatch, aws_sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_lambda import IFunction
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from aws_cdk.aws_sqs import IQueue
from constructs import Construct

from infra.metrics import PERIOD, own, total

UNWATCHED = ("after",)
"""Functions whose errors raise no alarm: a call without a record raises one, after several failed follow-ups.

The handlers of all others never raise, so an error means that a function was killed, ran out of time or could not be
loaded."""

REFUSED_REQUESTS = 20
"""Refused requests in five minutes after which an operator should look for their source."""

LIMITED_BY: Mapping[str, tuple[str, ...]] = {
    "caller": ("twiml",),
    "calls": ("twiml",),
    "outbound": ("calls",),
    "cents": ("twiml", "calls", "default", "reminders"),
    "tokens": ("default", "reminders"),
}
"""The limits of `functions.relay.cost_limits`, and the functions that count calls against each."""

_TALKING = ("default", "reminders")
_ALL = ("twiml", "menu", "connect", "default", "disconnect", "reminders", "calls", "after", "tokens")

FAULTS: Mapping[str, tuple[tuple[str, ...], int, str]] = {
    "model": ((*_TALKING, "after"), 3, "A model or a guardrail refused, failed, stalled or was throttled."),
    "secret": (_ALL, 1, "A secret is missing or could not be read: run make doctor."),
    "table": (_ALL, 3, "The table was out of reach."),
    "queue": ((*_TALKING, "after"), 1, "A reminder could not be sent."),
    "receiver": (("after",), 3, "EventBridge, Twilio or a receiver of yours did not take what follows a call."),
    "line": (_TALKING, 3, "Messages were not sent to callers: API Gateway refused them, failed or was not reached."),
    "code": (_ALL, 1, "An agent's code, or Hotline's own, raised an error: the log names the line."),
    "webhook": (("twiml", "menu"), 1, "A webhook failed, and the caller heard a menu or an apology."),
    "handshake": (("connect", "default"), 1, "A handshake or a session was refused: it could not be checked."),
    "invoke": (
        ("twiml",),
        1,
        "The function of sessions was not invoked: callers wait, or the agent talks to a machine.",
    ),
    "failed": (_TALKING, 1, "A caller heard an apology instead of an answer."),
    "late": (_TALKING, 1, "An answer missed its deadline."),
}
"""The kinds of faults: the functions that count them, how many in five minutes raise an alarm, and what it means."""

PATIENCE_MS = 3000
"""Milliseconds that callers may wait for first words before an operator should look for the reason."""


class Alarms(Construct):
    """One alarm for each thing that goes wrong for callers. Each alarm sends an e-mail."""

    def __init__(
        self,
        scope: Construct,
        stage: str,
        functions: Mapping[str, IFunction],
        apis: Mapping[str, str],
        failed: IQueue,
        *,
        email: str,
    ) -> None:
        """Create the alarms of a deployment's stage.

        `functions` are its functions by their names, `apis` the ids of the APIs "webhooks" and "relay", and `failed`
        is the queue of calls without a record.
        """
        super().__init__(scope, "Alarms")
        action = SnsAction(_topic(self, email))
        watched = (
            *_of_functions(functions),
            _of_callers(stage),
            *_of_limits(stage),
            *_of_faults(stage),
            *_of_strangers(apis, stage),
            _of_follow_ups(failed),
        )
        for name, metric, threshold, words in watched:
            alarm = aws_cloudwatch.Alarm(
                self,
                name,
                alarm_name=f"hotline-{stage}-{name}",
                alarm_description=f"{words} See docs/operating.md.",
                metric=metric,
                threshold=threshold,
                evaluation_periods=1,
                comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(action)


Watched = tuple[str, aws_cloudwatch.IMetric, float, str]
"""An alarm's name, its metric, its threshold, and what it means."""


def _of_functions(functions: Mapping[str, IFunction]) -> Iterator[Watched]:
    for name in (one for one in functions if one not in UNWATCHED):
        metric = functions[name].metric_errors(period=PERIOD)
        yield f"{name}-errors", metric, 1, f"The function {name} was killed, timed out or could not be loaded."
    for name, function in functions.items():
        metric = function.metric_throttles(period=PERIOD)
        yield (
            f"{name}-throttles",
            metric,
            1,
            f"More executions of {name} ran at once than is allowed: calls or words were lost.",
        )
    fallback = functions["fallback"].metric_invocations(period=PERIOD)
    yield "fallback", fallback, 1, "A webhook failed, and a caller heard a menu or the apology."


def _of_strangers(apis: Mapping[str, str], stage: str) -> Iterator[Watched]:
    """Yield an alarm for requests without Twilio's signature, and one for what each API refuses itself."""
    refused: dict[str, aws_cloudwatch.IMetric] = {
        door: own(stage, "Refused", service=door, Door=door) for door in ("twiml", "menu", "connect")
    }
    yield (
        "refused",
        total(refused),
        REFUSED_REQUESTS,
        "Requests that Twilio has not signed: the log names their source.",
    )
    for name, metric_name in {"webhooks": "4xx", "relay": "ClientError"}.items():
        metric = aws_cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=metric_name,
            dimensions_map={"ApiId": apis[name]},
            statistic="Sum",
            period=PERIOD,
        )
        yield f"{name}-refusals", metric, REFUSED_REQUESTS, f"The API of the {name} refused or throttled requests."


def _of_callers(stage: str) -> Watched:
    metric = own(stage, "FirstWords", "p90", service="default", Ending="complete")
    return "waiting", metric, PATIENCE_MS, f"One answer in ten took longer than {PATIENCE_MS} ms to begin."


def _of_follow_ups(failed: IQueue) -> Watched:
    metric = failed.metric_approximate_number_of_messages_visible(period=PERIOD)
    return "after", metric, 1, "A call got no record: the function `after` failed for it several times."


def _of_limits(stage: str) -> Iterator[Watched]:
    """Yield an alarm for each limit, over the functions that count calls against it."""
    for limit, functions in LIMITED_BY.items():
        everywhere = total({one: own(stage, "Limited", service=one, Limit=limit) for one in functions})
        yield f"limited-{limit}", everywhere, 1, f"A call reached {limit}: see LIMITS in functions/agents/numbers.py."


def _of_faults(stage: str) -> Iterator[Watched]:
    """Yield an alarm for each kind of fault that a function swallows, so that a call goes on."""
    for kind, (functions, most, words) in FAULTS.items():
        everywhere = total({one: own(stage, "Faults", service=one, Kind=kind) for one in functions})
        yield f"fault-{kind}", everywhere, most, words


def _topic(scope: Construct, email: str) -> aws_sns.Topic:
    """Return a topic that writes to an address, after its owner has confirmed the first e-mail."""
    topic = aws_sns.Topic(scope, "Topic", enforce_ssl=True)
    topic.add_subscription(EmailSubscription(email))
    return topic
