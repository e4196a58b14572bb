"""Sends text messages through Twilio's REST API, with urllib3, which boto3 ships: the SDK takes a second to import.

Sources: Twilio, "Message resource", "REST API: responses".
"""

from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from functions.relay.ports import DeclinedError, UnansweredError
from functions.relay.wire.callback import json_object

CONNECT_S, READ_S = 3.0, 10.0


class TwilioMessenger:
    """Implements the port `Messenger` with one Twilio account."""

    def __init__(self, account: str, key: str, secret: str, url: str) -> None:
        """`key` and `secret` are an API key; `url` is that of Twilio's REST API. No connection is opened yet."""
        self._url = f"{url}/2010-04-01/Accounts/{account}/Messages.json"
        self._headers = urllib3.make_headers(basic_auth=f"{key}:{secret}")
        self._headers["content-type"] = "application/x-www-form-urlencoded"
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S))

    def send(self, to: str, sender: str, text: str) -> str:
        """Send a message once: a request that may have arrived is not repeated."""
        body = urlencode({"To": to, "From": sender, "Body": text})
        try:
            answer = self._pool.request("POST", self._url, body=body, headers=self._headers, redirect=False)
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise DeclinedError(f"Twilio was not reached: {type(error).__name__}") from error
        except HTTPError as error:
            raise UnansweredError(f"it is not known whether it was sent: {type(error).__name__}") from error
        found = json_object(answer.data)
        if answer.status == 201:
            return str(found.get("sid", ""))
        if answer.status >= 500:
            raise UnansweredError(f"it is not known whether it was sent: Twilio answered {answer.status}")
        # Only the code: Twilio's text holds the number.
        raise DeclinedError(f"Twilio {found.get('code') or answer.status}")
