"""Sends the trace of each call that is over to an OpenTelemetry collector, by OTLP over HTTP, as JSON.

It runs on urllib3, which boto3 ships. Source: OpenTelemetry, "OTLP specification", "OTLP/HTTP".
"""

import json
from collections.abc import Callable, Mapping

import urllib3
from urllib3.exceptions import HTTPError

from functions.relay.ports import OutletError, SecretError
from functions.relay.record.call_record import CallRecord
from functions.relay.record.trace import trace_of

CONNECT_S, READ_S = 3.0, 10.0

SECRET = "otlp-headers"
"""The secret with the headers that a collector wants, such as `api-key=abc,team=rosa`. It may be missing."""


class TraceError(OutletError):
    """The collector did not take the trace; `str(error)` says why."""


class TraceOutlet:
    """The port `Outlet`: a trace of each call."""

    name = "trace"

    def __init__(self, url: str, headers: Callable[[], str], providers: Mapping[str, str]) -> None:
        """`url` takes traces, such as `https://collector.example/v1/traces`; `headers` reads the secret.

        `providers` are the providers' names in OpenTelemetry's conventions.
        """
        self._url, self._headers, self._providers = url, headers, providers
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S))

    def tell(self, record: CallRecord) -> None:
        """Post the trace. Raises TraceError; the queue then tries again, and the record is in the table already."""
        body = json.dumps(trace_of(record, self._providers)).encode()
        headers = {**self._more(), "content-type": "application/json"}
        try:
            answer = self._pool.request(
                "POST", self._url, body=body, headers=headers, redirect=False, preload_content=False
            )
        except HTTPError as error:
            raise TraceError(f"the collector was not reached: {type(error).__name__}") from error
        answer.close()  # only the status counts, and a body may have no end
        if not 200 <= answer.status < 300:
            raise TraceError(f"the collector answered {answer.status}")

    def _more(self) -> dict[str, str]:
        """Return the headers in the secret; none without a secret. A collector that needs some then answers 401."""
        try:
            pairs = [one.partition("=") for one in self._headers().split(",")]
        except SecretError:
            return {}
        return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
