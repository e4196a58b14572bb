"""Posts each call that is over to a URL of the deployment's choice, signed. It runs on urllib3, which boto3 ships."""

import json
import time
from collections.abc import Callable

import urllib3
from urllib3.exceptions import HTTPError

from functions.relay.ports import OutletError
from functions.relay.record.call_record import CallRecord
from functions.relay.record.public import public
from functions.relay.record.signing import signed

CONNECT_S, READ_S = 3.0, 10.0

SECRET = "call-webhook-secret"
"""The name of the secret that signs."""


class WebhookError(OutletError):
    """The receiver did not take the webhook; `str(error)` says why."""


class WebhookOutlet:
    """The port `Outlet`: a signed POST of JSON. Any status from 200 to 299 means that the receiver has taken it."""

    name = "webhook"

    def __init__(
        self, url: str, secret: Callable[[], str], words: bool, clock: Callable[[], float] = time.time
    ) -> None:
        """`secret` reads the secret that signs; `clock` gives seconds since 1970; `words` as in `public`."""
        self._url, self._secret, self._words, self._clock = url, secret, words, clock
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S))

    def tell(self, record: CallRecord) -> None:
        """Post the record. Raises WebhookError, SecretError."""
        content = {"type": "call.ended", "data": public(record, self._words)}
        body = json.dumps(content).encode()
        headers = signed(self._secret(), record.call, int(self._clock()), body)
        try:
            answer = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers={**headers, "content-type": "application/json"},
                redirect=False,
                preload_content=False,
            )
        except HTTPError as error:
            raise WebhookError(f"the call webhook was not reached: {type(error).__name__}") from error
        answer.close()  # only the status counts, and a body may have no end
        if not 200 <= answer.status < 300:
            raise WebhookError(f"the call webhook answered {answer.status}")
