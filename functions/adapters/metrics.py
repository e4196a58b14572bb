"""Writes CloudWatch metrics as lines of the log. Source: AWS, "CloudWatch embedded metric format"."""

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Hotline"

LIMITED = "Limited"
"""The metric of calls that reached a limit. Its dimension `Limit` says which."""

REFUSED = "Refused"
"""The name of the metric of requests that Twilio has not signed; its dimension `Door` is the function."""


def count(name: str, value: int = 1, unit: MetricUnit = MetricUnit.Count, **dimensions: str) -> None:
    """Add `value` to a metric. The function's name is one of its dimensions."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for dimension, its_value in dimensions.items():
        metrics.add_dimension(name=dimension, value=its_value)
    metrics.add_metric(name=name, unit=unit, value=value)
    metrics.flush_metrics()
