"""The queue that brings reminders back, and the function that each of them wakes."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_sqs
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

PATIENCE = Duration.seconds(168)
"""How long a reminder that was taken stays hidden before it is given out again: six times the timeout of the function
that takes it. Source: AWS Lambda, "Creating and configuring an Amazon SQS event source mapping"."""

KEPT = Duration.minutes(20)
"""The longest delay, 15 minutes, and time for a second try; a message's age counts from when it was sent, delay and
all. Source: AWS SQS, "Amazon SQS message timers", "Setting-up dead-letter queue retention in Amazon SQS"."""


class Reminders(Construct):
    """A standard queue, encrypted with SQS's own key, which costs nothing; each message wakes `reminders`.

    One message an invocation: so an answer that takes long keeps no other caller waiting, and an invocation that
    fails is that message failing, with nothing to report. There is no dead-letter queue: what has expired is stale.
    No maximum is set for what runs at once: calls bound it already, and with one Lambda would ask the idle queue
    650,000 times a month in place of 260,000, of the million that cost nothing. Source: AWS Lambda, "Configuring
    scaling behavior for SQS event source mappings".
    """

    def __init__(self, scope: Construct, functions: Mapping[str, IFunction]) -> None:
        """Create the queue; of the functions by their names, it wakes `reminders`."""
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
