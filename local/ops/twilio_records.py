"""Recordings and transcripts of calls at Twilio.

Sources: Twilio, "Recordings resource" and "Conversational Intelligence: Transcript resource".
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Self

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from functions.adapters.calls import RegionalHttpClient
from functions.relay.wire.tokens import current_in
from functions.settings import Settings
from local.ops.deployed import parameter
from local.ops.parameters import get
from local.ops.twilio_account import asking


class TwilioRecords:
    """What Twilio stores of the calls of one account. Every method raises OpsError if Twilio declines or fails."""

    def __init__(self, sid: str, token: str, url: str) -> None:
        """Make a client; nothing connects yet."""
        self._http = RegionalHttpClient(url)
        self._client = Client(sid, token, http_client=self._http)

    @classmethod
    def of(cls, stage: str) -> Self:
        """Return the records of the account whose secrets a deployment holds. Raises OpsError."""
        sid, token = (get(parameter(stage, name)) for name in ("twilio-account-sid", "twilio-auth-token"))
        return cls(sid, current_in(token), Settings.load().twilio_url)

    def of_calls(self, calls: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the SIDs of these calls' recordings, and of the transcripts of the calls and recordings."""
        recordings, transcripts = list[str](), list[str]()
        with asking():
            for call in calls:
                own = [str(one.sid) for one in self._client.recordings.list(call_sid=call)]
                for source in (call, *own):
                    found = self._client.intelligence.v2.transcripts.list(source_sid=source)
                    transcripts += [str(one.sid) for one in found]
                recordings += own
        return recordings, transcripts

    def delete(self, recordings: Iterable[str], transcripts: Iterable[str]) -> None:
        """Delete them permanently. It is no error if one is already deleted."""
        with asking():
            for sid in transcripts:
                with _gone():
                    self._client.intelligence.v2.transcripts(sid).delete()
            for sid in recordings:
                with _gone():
                    self._client.recordings(sid).delete()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


@contextmanager
def _gone() -> Iterator[None]:
    """Ignore that something is already deleted: Twilio, or another run of the command, may have been faster."""
    try:
        yield
    except TwilioRestException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
