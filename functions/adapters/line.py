"""The line to the caller: API Gateway's management API, its errors as meanings.

Source: AWS, "Use @connections commands in your backend service".
"""

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

from functions.relay.ports import Sent
from functions.relay.wire.messages import Outgoing, write

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

TRIES = 2
"""How often a message is sent over a connection that turns out dead: Lambda froze it, and the peer has gone."""


def client() -> "ApiGatewayManagementApiClient":
    """Return a client that never repeats a message by itself: the caller would hear the words twice."""
    retries: Any = {"mode": "standard", "total_max_attempts": 1}
    config = Config(connect_timeout=1, read_timeout=3, retries=retries, tcp_keepalive=True, max_pool_connections=4)
    return boto3.client("apigatewaymanagementapi", config=config)


class GatewayLine:
    """The port `Line` on a WebSocket API."""

    def __init__(self, client: "ApiGatewayManagementApiClient") -> None:
        """Send through this client."""
        self._client = client

    def send(self, connection: str, message: Outgoing) -> Sent:
        """Post one message, and once more if the connection to the API had died in between."""
        data = write(message).encode()
        for _ in range(TRIES):
            fate = self._post(connection, data)
            if fate is not None:
                return fate
        return Sent.BUSY

    def _post(self, connection: str, data: bytes) -> Sent | None:
        """Return the message's fate, or None where it surely did not leave."""
        try:
            self._client.post_to_connection(ConnectionId=connection, Data=data)
        except ClientError as error:
            return _fate(error)
        except (EndpointConnectionError, ConnectTimeoutError, ConnectionClosedError):
            return None
        except BotoCoreError:
            return Sent.LOST
        return Sent.DELIVERED


def _fate(error: ClientError) -> Sent:
    """By the HTTP status, since not every refusal carries a code: the account's throttle, for one."""
    match error.response["ResponseMetadata"]["HTTPStatusCode"]:
        case 410 | 403:
            return Sent.GONE
        case 429:
            return Sent.BUSY
        case _:
            return Sent.LOST
