"""Creates the CloudWatch dashboard of a stage: calls, waits, tools, tokens, cents, limits and throttles.

An account has three free dashboards of up to 50 metrics each; a further one costs $3 a month. `-c dashboard=off`
leaves it out. Source: AWS, "Amazon CloudWatch pricing".
"""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, aws_cloudwatch
from aws_cdk.aws_cloudwatch import IMetric, IWidget
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from functions.relay.record.call_record import CallEnding
from infra.alarms import LIMITED_BY
from infra.metrics import PERIOD, own, total

MOST_METRICS = 50
"""The most metrics of a free dashboard."""

_HALF, _HEIGHT = 12, 6
"""The width and the height of a graph. The page is 24 wide."""

ENDINGS = tuple(map(str, CallEnding))
STAGES = ("listening", "model", "posting", "speaking")
TOKENS = ("input", "output", "cache read", "cache write")
CENTS = ("twilio", "model", "aws")
"""The values of the dimensions that `functions.relay.record.measures` writes."""


class Dashboard(Construct):
    """The page `Hotline-<stage>` in CloudWatch."""

    def __init__(self, scope: Construct, stage: str, functions: Mapping[str, IFunction]) -> None:
        """Create the dashboard of a stage. `functions` are the stage's functions by their names."""
        super().__init__(scope, "Dashboard")
        aws_cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"Hotline-{stage}",
            default_interval=Duration.days(1),
            widgets=[
                [_calls(stage), _endings(stage)],
                [_first_words(stage), _path(stage)],
                [_tools(stage), _limits(stage)],
                [_tokens(stage), _cents(stage)],
                [_throttles(functions)],
            ],
        )


def _of_calls(stage: str, metric: str, statistic: str, label: str, **dimension: str) -> aws_cloudwatch.Metric:
    """Return a metric that `after` writes when a call is over."""
    return own(stage, metric, statistic, label, service="after", **dimension)


def _each_ending(stage: str) -> list[aws_cloudwatch.Metric]:
    return [_of_calls(stage, "Calls", "Sum", one, Ending=one) for one in ENDINGS]


def _calls(stage: str) -> IWidget:
    metrics = {f"e{number}": metric for number, metric in enumerate(_each_ending(stage))}
    return _graph("Calls that are over", [total(metrics, "calls")])


def _endings(stage: str) -> IWidget:
    return _graph("How calls ended", _each_ending(stage), stacked=True)


def _first_words(stage: str) -> IWidget:
    metrics = [
        own(stage, "FirstWords", statistic, statistic, service="default", Ending="complete")
        for statistic in ("p50", "p90")
    ]
    return _graph("From the caller's words to the first words of the answer, ms", metrics)


def _path(stage: str) -> IWidget:
    metrics = [_of_calls(stage, "Path", "p50", one, Stage=one) for one in STAGES]
    return _graph("From the caller's last word to the agent's voice, by stage, median ms", metrics, stacked=True)


def _tools(stage: str) -> IWidget:
    metrics = [
        *(_of_calls(stage, "ToolTime", one, f"done, {one}", Outcome="done") for one in ("p50", "p90")),
        _of_calls(stage, "ToolTime", "p90", "failed, p90", Outcome="failed"),
    ]
    return _graph("Tools, ms", metrics)


def _limits(stage: str) -> IWidget:
    metrics = [
        total(
            {f"{limit}_{one}": own(stage, "Limited", service=one, Limit=limit) for one in functions},
            limit,
        )
        for limit, functions in LIMITED_BY.items()
    ]
    return _graph("Calls that reached a limit", metrics)


def _tokens(stage: str) -> IWidget:
    metrics = [_of_calls(stage, "Tokens", "Sum", one, Kind=one) for one in TOKENS]
    return _graph("Tokens", metrics, stacked=True)


def _cents(stage: str) -> IWidget:
    metrics = [_of_calls(stage, "Cents", "Sum", one, Part=one) for one in CENTS]
    return _graph("Cents, estimated from list prices", metrics, stacked=True)


def _throttles(functions: Mapping[str, IFunction]) -> IWidget:
    metrics = [function.metric_throttles(label=name, period=PERIOD) for name, function in functions.items()]
    return _graph("Throttles: more functions at once than the account allows", metrics)


def _graph(title: str, metrics: Sequence[IMetric], stacked: bool = False) -> IWidget:
    return aws_cloudwatch.GraphWidget(title=title, left=metrics, stacked=stacked, width=_HALF, height=_HEIGHT)
