"""An integration of a WebSocket route with DynamoDB: the gateway itself puts an item, and no function runs.

The mapping template runs through a real Velocity engine. Source: AWS, "API Gateway WebSocket API mapping template
reference".
"""

import base64
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import airspeed
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.gateway import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger("hotline.gateway")


class Util:
    """What a template calls as `$util`."""

    def base64Encode(self, text: str) -> str:  # noqa: N802 - AWS gave it this name
        """Return a text's UTF-8 in base64."""
        return base64.b64encode(text.encode()).decode()


class PutItem:
    """A handler that renders a mapping template, and puts the item that this asks for.

    A refused put is logged: on a one-way route nothing about it reaches the client. A template that renders no JSON
    raises an error, for which the gateway sends its own frame.
    """

    def __init__(self, template: str, client: "DynamoDBClient") -> None:
        """`template` is in Velocity."""
        self._template, self._client = airspeed.Template(template), client
        self._followers: list[Callable[[Any], object]] = []

    def follow(self, follower: Callable[[Any], object]) -> None:
        """Call `follower` with each item that is put."""
        self._followers.append(follower)

    def __call__(self, event: Event, _: object) -> dict[str, int]:
        """Put the item of one message."""
        request = self.render(event)
        try:
            self._client.put_item(**request)
        except (ClientError, BotoCoreError) as error:
            logger.warning("DynamoDB refused the item of a route: %s", error)
            return {"statusCode": 400}
        for follower in self._followers:
            follower(request["Item"])
        return {"statusCode": 200}

    def render(self, event: Event) -> Any:
        """Return the request that the template makes of a message's event, with the bytes of binary values."""
        names = {"context": event["requestContext"], "input": {"body": event["body"]}, "util": Util()}
        request = json.loads(self._template.merge(names))
        for value in request["Item"].values():
            if "B" in value:
                value["B"] = base64.b64decode(value["B"], validate=True)
        return request
