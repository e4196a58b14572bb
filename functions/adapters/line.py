"""Sends messages to the caller's socket through API Gateway's management API, and interprets its errors.

Source: AWS, "Use @connections commands in your backend service".
"""

import logging
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from functions.adapters.aws_error import cause
from functions.relay.ports import Sent
from functions.relay.wire.messages import Outgoing, write

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

logger = logging.getLogger("hotline")

MOST_TRIES = 2
"""How often a message is sent if the HTTP connection is dead: the other side may close it while Lambda is frozen."""


def client() -> "ApiGatewayManagementApiClient":
    """Return a client that never repeats a message by itself: the caller would hear the words twice."""
    retries: Any = {"mode": "standard", "total_max_attempts": 1}
    config = Config(connect_timeout=1, read_timeout=3, retries=retries, tcp_keepalive=True, max_pool_connections=4)
    return boto3.client("apigatewaymanagementapi", config=config)


class GatewayLine:
    """Implements the port `Line` with a WebSocket API."""

    def __init__(self, client: "ApiGatewayManagementApiClient") -> None:
        """Send messages through this client."""
        self._client = client

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Post one message, and again if the HTTP connection to the API was dead."""
        data = write(message).encode()
        for _ in range(MOST_TRIES):
            outcome = self._post(connection, data)
            if outcome is not None:
                return outcome
        _report("the API was not reached")
        return Sent.BUSY

    def _post(self, connection: str, data: bytes) -> Sent | None:
        """Post one message; return its outcome, or None if it was certainly not sent."""
        try:
            self._client.post_to_connection(ConnectionId=connection, Data=data)
        except ClientError as error:
            return _outcome(error)
        except (EndpointConnectionError, ConnectTimeoutError, ConnectionClosedError):
            return None
        except BotoCoreError as error:
            _report(cause("API Gateway", error))
            return Sent.LOST
        return Sent.DELIVERED


def _outcome(error: ClientError) -> Sent:
    """Return the meaning of an error's HTTP status. Some errors have no code, such as throttling of the account."""
    match error.response["ResponseMetadata"]["HTTPStatusCode"]:
        case 410:
            return Sent.GONE
        case 429:
            return Sent.BUSY
        case status:
            _report(cause("API Gateway", error))
            return Sent.GONE if status == 403 else Sent.LOST


def _report(why: str) -> None:
    """Log that a caller did not get a message for another reason than a closed socket. It is counted as a fault."""
    logger.warning("a message was not sent to the caller: %s", why, extra={"fault": "line"})
