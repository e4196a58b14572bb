"""Creates what invokes `after`: the table's stream when a part of a call has ended or begun, and the queue of later
checks."""

import json
from typing import Any

from aws_cdk import Duration, aws_lambda, aws_sqs
from aws_cdk.aws_dynamodb import ITable
from constructs import Construct

from infra.model_functions import AFTER_HIDDEN_S

WAKING = (
    "Closed",
    "DialEnded",
    "EndClaimed",
    "Limited",
    "Progressed",
    "Recorded",
    "SessionEnded",
    "TranscriptReady",
    "SmsOrdered",
    "CallPlanned",
    "Announced",
    "Ordered",
)
"""The kinds of entries that invoke it. All others are filtered out before they cost an invocation."""

MOST_TRIES = 5
"""How often a call's follow-up is tried, within an hour. The table, a model or the author's code may fail."""

KEPT = Duration.days(14)
"""How long a failed message is kept: the longest time that SQS allows. Resend it once the cause is fixed."""


class FollowUps(Construct):
    """The stream's mapping, the queue, and the queue of messages that failed several times, which has an alarm.

    A batch of the stream that fails is repeated from the entry that failed. Each invocation gets one message of the
    queue, so that a call that fails does not make another call wait.
    """

    def __init__(self, scope: Construct, table: ITable, after: aws_lambda.IFunction) -> None:
        """Let the table's stream and the queue invoke `after`."""
        super().__init__(scope, "FollowUps")
        self.failed = _queue(self, "Failed", retention_period=KEPT)
        self.queue = _queue(
            self,
            "Queue",
            visibility_timeout=Duration.seconds(AFTER_HIDDEN_S),
            dead_letter_queue=aws_sqs.DeadLetterQueue(max_receive_count=MOST_TRIES, queue=self.failed),
        )
        after.add_event_source_mapping("FollowUps", event_source_arn=self.queue.queue_arn, batch_size=1)
        self._follow_stream(stream_of(table), after)

    def _follow_stream(self, stream: str, after: aws_lambda.IFunction) -> None:
        """Let a stream invoke `after`. The L2 construct would give the function more rights than it needs.

        Source: AWS CloudFormation, "AWS::Lambda::EventSourceMapping".
        """
        mapping = aws_lambda.CfnEventSourceMapping
        mapping(
            self,
            "Stream",
            function_name=after.function_name,
            event_source_arn=stream,
            starting_position="LATEST",
            batch_size=100,
            maximum_retry_attempts=MOST_TRIES,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=mapping.FilterCriteriaProperty(filters=[mapping.FilterProperty(pattern=_waking())]),
            destination_config=mapping.DestinationConfigProperty(
                on_failure=mapping.OnFailureProperty(destination=self.failed.queue_arn)
            ),
        )


def stream_of(table: ITable) -> str:
    """Return the ARN of a table's stream."""
    assert table.table_stream_arn, "the State stack gives the table a stream"
    return table.table_stream_arn


def _waking() -> str:
    """Return the filter. Source: AWS Lambda, "Control which events Lambda sends to your function"."""
    return json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": list(WAKING)}}}})


def _queue(scope: Construct, name: str, **more: Any) -> aws_sqs.Queue:
    """Return a queue that is encrypted with SQS's own key, which costs nothing."""
    return aws_sqs.Queue(scope, name, encryption=aws_sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, **more)
