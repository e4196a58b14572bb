"""Places calls through Twilio's REST API.

It is separate from `twilio.py`, because the REST client takes a second to import, and callers wait for the functions
that use `twilio.py`. Sources: Twilio, "Call resource", "Answering Machine Detection".
"""

import logging
from typing import Any

import twilio.rest.api  # noqa: F401 - without this, the client loads it at its first use, during a request
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from functions.relay.ports import CallUrls, DeclinedError, UnansweredError

SDK_URL = "https://api.twilio.com"

TIMEOUT_S = 10.0
"""Seconds that Twilio may take to accept a call. It accepts it before the phone rings."""

RING_S = 40
"""Seconds that the phone rings. Voicemail answers after 20 to 30."""

PROGRESS = ["initiated", "ringing", "answered", "completed"]


logging.getLogger("twilio").setLevel(logging.WARNING)  # at INFO it logs URLs with the account and its answers


class TwilioDialer:
    """Implements the port `Dialer` with one Twilio account."""

    def __init__(self, account: str, key: str, secret: str, url: str = SDK_URL) -> None:
        """`url` is that of Twilio's REST API. No connection is opened yet."""
        self._http = RegionalHttpClient(url)
        self._client = Client(key, secret, account, http_client=self._http)

    def place(self, to: str, sender: str, urls: CallUrls, seconds: int) -> str:
        """Place a call. The agent talks at once; Twilio reports a machine at the end of its greeting."""
        try:
            call = self._client.calls.create(
                to=to,
                from_=sender,
                url=urls.answer,
                method="POST",
                fallback_url=urls.failed,
                fallback_method="POST",
                machine_detection="DetectMessageEnd",
                async_amd="true",
                async_amd_status_callback=urls.screened,
                async_amd_status_callback_method="POST",
                status_callback=urls.progress,
                status_callback_event=PROGRESS,
                status_callback_method="POST",
                timeout=RING_S,
                time_limit=seconds,
            )
        except TwilioRestException as error:
            raise _declined(error) from error
        except RequestException as error:
            raise UnansweredError(f"Twilio did not answer: {type(error).__name__}.") from error
        return str(call.sid)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class RegionalHttpClient:
    """The SDK's HTTP client with another base URL, which the SDK cannot set.

    A request for another product of Twilio goes to the same URL, with the product's name in place of `api`.
    """

    is_async = False

    def __init__(self, url: str) -> None:
        self._url, self._sdk = url, TwilioHttpClient(timeout=TIMEOUT_S)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request that the SDK has made for its own base URL."""
        product, _, path = url.removeprefix("https://").partition(".twilio.com")
        place = self._url.replace("://api.", f"://{product}.", 1)
        return self._sdk.request(method, place + path, *args, **kwargs)

    def close(self) -> None:
        """Close the connection."""
        self._sdk.session.close()


def _declined(error: TwilioRestException) -> DeclinedError | UnansweredError:
    """Return the meaning of an error. It has only the error's code, because the text may hold the number."""
    if error.status >= 500:
        return UnansweredError(f"Twilio answered {error.status}.")
    page = f": see https://www.twilio.com/docs/api/errors/{error.code}" if error.code else ""
    return DeclinedError(f"Twilio answered {error.status}, error {error.code or 'unknown'}{page}")
