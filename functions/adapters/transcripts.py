"""Reads transcripts and their results from Conversational Intelligence, by Twilio's REST API.

It runs on urllib3, which boto3 ships: Twilio's own client would add 38 MB to the function that follows calls.
Sources: Twilio, "Transcript resource" and "Transcript OperatorResults subresource", version 2; "Recordings resource".
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from functions.relay.ports import TranscriptError
from functions.relay.record.analysis import Finding, Transcript, finding_of
from functions.relay.wire.callback import json_object

CONNECT_S, READ_S = 3.0, 10.0
NOT_FOUND = 404
RESULTS_OF_A_PAGE = 100


class _MissingError(TranscriptError):
    """Twilio has no such transcript or recording."""


class TwilioTranscripts:
    """Implements the port `Transcripts` with one Twilio account."""

    def __init__(self, credentials: Callable[[], tuple[str, str, str]], url: str) -> None:
        """`credentials` reads the account, the API key and its secret; `url` is that of Twilio's REST API."""
        self._credentials, self._url = credentials, url.rstrip("/")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S))

    def get(self, sid: str) -> Transcript | None:
        """Return a transcript. Where the service redacts, the results are the redacted ones."""
        account, key, secret = self._credentials()
        try:
            return _Reader(self._pool, self._url, account, f"{key}:{secret}").transcript(sid)
        except _MissingError:
            return None


class _Reader:
    """Reads one transcript with the credentials of one moment, which a rotation may replace."""

    def __init__(self, pool: urllib3.PoolManager, url: str, account: str, login: str) -> None:
        self._pool, self._url, self._account = pool, url, account
        self._headers = urllib3.make_headers(basic_auth=login, accept_encoding=True)

    def transcript(self, sid: str) -> Transcript:
        """Return a transcript with its results. Raises TranscriptError."""
        path = f"/v2/Transcripts/{quote(sid, safe='')}"
        found = self._asked("intelligence", path)
        return Transcript(sid, self._call(found), tuple(self._findings(f"{path}/OperatorResults")))

    def _findings(self, path: str) -> Iterator[Finding]:
        """Yield what the operators found, page by page."""
        following = f"{path}?PageSize={RESULTS_OF_A_PAGE}"
        while following:
            page = self._asked("intelligence", following)
            yield from filter(None, map(finding_of, page.get("operator_results") or ()))
            # Only the query of the next page's URL is used: the key goes to no other host or path.
            _, _, query = str((page.get("meta") or {}).get("next_page_url") or "").partition("?")
            following = query and f"{path}?{query}"

    def _call(self, found: dict[str, Any]) -> str:
        """Return the SID of the call: the transcript's source, or the call of the recording that is the source."""
        match found.get("channel"):
            case {"media_properties": {"source_sid": str(source)}} if source.startswith("RE"):
                recording = f"/2010-04-01/Accounts/{self._account}/Recordings/{quote(source, safe='')}.json"
                return str(self._asked("api", recording).get("call_sid") or "")
            case {"media_properties": {"source_sid": str(source)}} if source.startswith("CA"):
                return source
            case _:
                customer = str(found.get("customer_key") or "")
                return customer if customer.startswith("CA") else ""

    def _asked(self, product: str, path: str) -> dict[str, Any]:
        """Return what Twilio answers. A product has its own host: `intelligence` in the place of `api`."""
        url = self._url.replace("://api.", f"://{product}.", 1) + path
        try:
            answer = self._pool.request("GET", url, headers=self._headers, redirect=False)
        except HTTPError as error:
            raise TranscriptError(f"Twilio did not answer: {type(error).__name__}.") from error
        body = json_object(answer.data)
        if answer.status == NOT_FOUND:
            raise _MissingError(f"Twilio has no {path.rpartition('/')[2]}.")
        if answer.status != 200:
            raise TranscriptError(f"Twilio answered {answer.status}, error {body.get('code') or 'unknown'}.")
        return body
