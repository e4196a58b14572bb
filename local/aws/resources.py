"""What the stacks make in AWS, made in moto: the tables, the queues and invented secrets."""

import os
from contextlib import suppress

import boto3

from local.environment import ACCOUNT, SECRETS, TOKEN


def prepare() -> None:
    """Make the tables and the queue as the stacks do, and set invented secrets.

    A real secret is never set here: moto returns what it holds to every program on this machine.
    """
    key = {"twilio-api-key-sid": "SK" + "0" * 32, "twilio-api-key-secret": "laptop"}
    stand_ins = {"twilio-account-sid": ACCOUNT, "twilio-auth-token": TOKEN, "number-key": TOKEN, **key}
    for name, value in stand_ins.items():
        boto3.client("ssm").put_parameter(Name=f"{SECRETS}/{name}", Value=value, Type="SecureString", Overwrite=True)
    for queue, seconds in {"HOTLINE_REMINDERS": "168", "HOTLINE_FOLLOW_UPS": "720"}.items():
        name = os.environ[queue].rpartition("/")[2]
        boto3.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": seconds})
    _make_group(os.environ["HOTLINE_SCHEDULE_GROUP"])
    dynamodb = boto3.client("dynamodb")
    tables = {os.environ[f"HOTLINE_{one}TABLE"] for one in ("", "PRIVATE_", "DO_NOT_CALL_")}
    # A port may come again, and moto keeps its state.
    for table in tables - set(dynamodb.list_tables().get("TableNames", [])):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "log", "KeyType": "HASH"}, {"AttributeName": "key", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "log", "AttributeType": "S"},
                {"AttributeName": "key", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )


def _make_group(name: str) -> None:
    """Make the group of schedules, unless moto keeps it from a line that had the same port."""
    scheduler = boto3.client("scheduler")
    with suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule_group(Name=name)
