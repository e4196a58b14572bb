"""Creates the queue of reminders, and lets each reminder invoke its function."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_sqs
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

PATIENCE = Duration.seconds(168)
"""How long a reminder that was taken stays hidden before it is delivered again: six times the timeout of its
function. Source: AWS Lambda, "Creating and configuring an Amazon SQS event source mapping"."""

KEPT = Duration.minutes(20)
"""The longest delay, 15 minutes, and time for a second try. The age of a message includes its delay. Source: AWS SQS,
"Amazon SQS message timers", "Setting-up dead-letter queue retention in Amazon SQS"."""


class Reminders(Construct):
    """A standard queue, encrypted with SQS's own key, which costs nothing. Each message invokes `reminders`.

    An invocation gets one message. So a long answer does not make another caller wait, and a failed invocation means
    that its message failed, with nothing to report. There is no dead-letter queue, because an expired message is of
    no use. There is no maximum of parallel invocations: the number of calls limits them. With a maximum, Lambda
    would poll the idle queue 650,000 times a month instead of 260,000; a million polls are free. Source:
    AWS Lambda, "Configuring scaling behavior for SQS event source mappings".
    """

    def __init__(self, scope: Construct, functions: Mapping[str, IFunction]) -> None:
        """Create the queue. Each message invokes `reminders`, one of these functions by their names."""
        super().__init__(scope, "Reminders")
        self.queue = aws_sqs.Queue(
            self,
            "Queue",
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            visibility_timeout=PATIENCE,
        )
        functions["reminders"].add_event_source_mapping(
            "Reminders", event_source_arn=self.queue.queue_arn, batch_size=1
        )
