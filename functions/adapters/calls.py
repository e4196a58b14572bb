"""Places calls through Twilio's REST API.

Apart from `twilio.py`, since the REST client takes a second to import and callers wait for those who use the other.
Sources: Twilio, "Call resource", "Answering Machine Detection"; its SDK knows of no base URL but its own.
"""

from typing import Any

import twilio.rest.api  # noqa: F401 - the client loads it when it is first used, which is later than need be
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from functions.relay.ports import DeclinedError, UnansweredError

SDK_URL = "https://api.twilio.com"

TIMEOUT_S = 10.0
"""Seconds that Twilio may take to accept a call; it does so before anything rings."""

RINGS = 40
"""Seconds that it rings: voicemail picks up after 20 to 30."""

PROGRESS = ["initiated", "ringing", "answered", "completed"]


class TwilioDialer:
    """The port `Exchange` on one account; `url` is where Twilio's REST API is."""

    def __init__(self, account: str, token: str, url: str = SDK_URL) -> None:
        """Connect to nothing yet."""
        self._http = RegionalHttpClient(url)
        self._client = Client(account, token, http_client=self._http)

    def place(self, to: str, sender: str, answer: str, progress: str, seconds: int) -> str:
        """Place a call, and have a machine's greeting waited for before `answer` is asked what to do."""
        try:
            call = self._client.calls.create(
                to=to,
                from_=sender,
                url=answer,
                method="POST",
                machine_detection="DetectMessageEnd",
                status_callback=progress,
                status_callback_event=PROGRESS,
                status_callback_method="POST",
                timeout=RINGS,
                time_limit=seconds,
            )
        except TwilioRestException as error:
            raise _declined(error) from error
        except RequestException as error:
            raise UnansweredError(f"Twilio did not answer: {type(error).__name__}.") from error
        return str(call.sid)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


class RegionalHttpClient:
    """The SDK's HTTP client, led to another address; all of Twilio's products lie beside its `api`."""

    is_async = False

    def __init__(self, url: str) -> None:
        self._url, self._sdk = url, TwilioHttpClient(timeout=TIMEOUT_S)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request that the SDK has made for its own address."""
        product, _, path = url.removeprefix("https://").partition(".twilio.com")
        place = self._url.replace("://api.", f"://{product}.", 1)
        return self._sdk.request(method, place + path, *args, **kwargs)

    def close(self) -> None:
        """Let go of the connection."""
        self._sdk.session.close()


def _declined(error: TwilioRestException) -> DeclinedError | UnansweredError:
    """Return what an error means, by its code: its text may hold the number."""
    if error.status >= 500:
        return UnansweredError(f"Twilio answered {error.status}.")
    page = f": see https://www.twilio.com/docs/api/errors/{error.code}" if error.code else ""
    return DeclinedError(f"Twilio answered {error.status}, error {error.code or 'unknown'}{page}")
