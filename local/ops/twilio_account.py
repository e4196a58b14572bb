"""The Twilio account of a deployment, by Twilio's REST API.

Sources: Twilio, "IncomingPhoneNumber resource", "Account resource", "Alert resource", "Call resource", "Application
resource", "Key resource", "SIP Domain resource".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from functions.adapters.calls import RegionalHttpClient
from functions.relay.wire.tokens import current_in
from functions.settings import Settings
from local.ops.deployed import parameter
from local.ops.parameters import get
from local.ops.speak import OpsError

ALERTS_SINCE = timedelta(days=1)
MOST_ALERTS = 200


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where Twilio sends a number's calls. An application or a trunk would override all URLs."""

    voice_url: str
    voice_method: str
    voice_fallback_url: str
    voice_fallback_method: str
    status_callback: str
    status_callback_method: str
    voice_application_sid: str = ""
    trunk_sid: str = ""

    def changes(self, to: "Wiring") -> Iterator[tuple[str, str, str]]:
        """Yield the fields that differ: name, value before, value after."""
        for field in fields(self):
            before, after = getattr(self, field.name), getattr(to, field.name)
            if before != after:
                yield field.name, before, after


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number of the account."""

    sid: str
    number: str
    voice: bool
    wiring: Wiring


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a call that we have placed: Twilio's status, and whether it is over."""

    status: str
    over: bool


class TwilioAccount:
    """One account. Every method raises OpsError if Twilio declines or cannot be reached."""

    def __init__(self, sid: str, token: str, url: str) -> None:
        """Make a client; nothing connects yet."""
        self.sid, self.token = sid, token
        self._http = RegionalHttpClient(url)
        self._client = Client(sid, token, http_client=self._http)

    @classmethod
    def of(cls, stage: str) -> "TwilioAccount":
        """Return the account whose secrets a deployment holds. Raises OpsError."""
        sid, token = (get(parameter(stage, name)) for name in ("twilio-account-sid", "twilio-auth-token"))
        return cls(sid, current_in(token), Settings.load().twilio_url)

    def name(self) -> str:
        """Return the name of the account. Raises OpsError unless the account is active."""
        with asking():
            found = self._client.api.accounts(self.sid).fetch()
        if found.status != "active":
            raise OpsError(f"Twilio account {self.sid} is {found.status}.", "Twilio's console says why.")
        kind = " (trial: it calls verified numbers only)" if found.type == "Trial" else ""
        return f"Twilio account {found.friendly_name!r}, {self.sid}{kind}"

    def numbers(self, number: str = "") -> list[Number]:
        """Return the account's numbers; with `number`, only that one, if the account has it."""
        with asking():
            wanted = {"phone_number": number} if number else {}
            return [_number(one) for one in self._client.incoming_phone_numbers.list(**wanted)]

    def point(self, number: Number, wiring: Wiring) -> None:
        """Set where a number's calls go. Settings that are right already are not changed."""
        changes = {name: after for name, _, after in number.wiring.changes(wiring)}
        with asking():
            self._client.incoming_phone_numbers(number.sid).update(**changes)

    def alerts(self) -> dict[str, int]:
        """Return how often each error code is in Twilio's log of the last day."""
        since = datetime.now(UTC) - ALERTS_SINCE
        counted: dict[str, int] = {}
        with asking():
            for alert in self._client.monitor.v1.alerts.list(start_date=since, limit=MOST_ALERTS):
                counted[str(alert.error_code)] = counted.get(str(alert.error_code), 0) + 1
        return counted

    def place(self, to: str, sender: str, twiml: str) -> str:
        """Place a call that does what the TwiML says; return its SID."""
        with asking():
            return str(self._client.calls.create(to=to, from_=sender, twiml=twiml).sid)

    def progress(self, call: str) -> Progress:
        """Return the state of a call."""
        with asking():
            status = str(self._client.calls(call).fetch().status)
        return Progress(status, status in ("completed", "busy", "failed", "no-answer", "canceled"))

    def arrived(self, to: str, sender: str, since: datetime) -> str:
        """Return the SID of the newest call to a number since then; empty if there is none."""
        with asking():
            calls = self._client.calls.list(to=to, from_=sender, start_time_after=since, limit=20)
        return next((str(one.sid) for one in calls if one.direction == "inbound"), "")

    def application(self, name: str, voice: str, fallback: str, status: str) -> str:
        """Return the SID of the TwiML App of this name. From now on it leads to these URLs."""
        wanted = {
            "voice_url": voice,
            "voice_method": "POST",
            "voice_fallback_url": fallback,
            "voice_fallback_method": "POST",
            "status_callback": status,
            "status_callback_method": "POST",
        }
        with asking():
            found = self._client.applications.list(friendly_name=name, limit=1)
            app = (
                found[0].update(**wanted) if found else self._client.applications.create(friendly_name=name, **wanted)
            )
        return str(app.sid)

    def new_key(self, name: str) -> tuple[str, str]:
        """Make an API key; return its SID and its secret, which Twilio shows only now."""
        with asking():
            key = self._client.new_keys.create(friendly_name=name)
        return str(key.sid), str(key.secret)

    def sip_domain(self, domain: str, voice: str, fallback: str, status: str) -> None:
        """Let a SIP domain lead to these URLs; make the domain if it does not exist."""
        wanted = {
            "voice_url": voice,
            "voice_method": "POST",
            "voice_fallback_url": fallback,
            "voice_fallback_method": "POST",
            "voice_status_callback_url": status,
            "voice_status_callback_method": "POST",
        }
        with asking():
            found = [one for one in self._client.sip.domains.list() if one.domain_name == domain]
            if found:
                found[0].update(**wanted)
            else:
                self._client.sip.domains.create(domain_name=domain, friendly_name=domain, **wanted)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


@contextmanager
def asking() -> Iterator[None]:
    """Raise OpsError if Twilio declines the request or cannot be reached."""
    try:
        yield
    except TwilioRestException as error:
        raise _declined(error) from error
    except (RequestException, TwilioException) as error:
        raise OpsError(f"Twilio did not answer: {type(error).__name__}.", "Check the network.") from error


def _declined(error: TwilioRestException) -> OpsError:
    if error.status == 401:
        cure = "Set both again: make secrets. If you have changed the token in Twilio's console, set it here too."
        return OpsError("Twilio does not know this pair of account SID and token.", cure)
    cure = f"See https://www.twilio.com/docs/api/errors/{error.code}" if error.code else ""
    return OpsError(f"Twilio declined ({error.status}, error {error.code or 'unknown'}): {error.msg}", cure)


def _number(found: Any) -> Number:
    wiring = Wiring(**{field.name: getattr(found, field.name) or "" for field in fields(Wiring)})
    return Number(found.sid, found.phone_number, bool((found.capabilities or {}).get("voice")), wiring)
