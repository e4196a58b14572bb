"""Names the metrics that the functions write, for alarms and for the dashboard."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_cloudwatch

PERIOD = Duration.minutes(5)


def own(
    stage: str, name: str, statistic: str = "Sum", label: str | None = None, **dimensions: str
) -> aws_cloudwatch.Metric:
    """Return a metric that the functions of a stage write. `label` names it in a graph."""
    return aws_cloudwatch.Metric(
        namespace=f"Hotline/{stage}",
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        label=label,
        period=PERIOD,
    )


def total(metrics: Mapping[str, aws_cloudwatch.IMetric], label: str | None = None) -> aws_cloudwatch.MathExpression:
    """Return the sum of metrics. A metric without data counts as 0."""
    expression = " + ".join(f"FILL({name}, 0)" for name in metrics)
    return aws_cloudwatch.MathExpression(expression=expression, using_metrics=metrics, label=label, period=PERIOD)
