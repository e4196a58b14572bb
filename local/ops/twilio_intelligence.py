"""Conversational Intelligence of a deployment's Twilio account: services, and the operators that they run.

Sources: Twilio, "Conversation Intelligence (classic)": "Service resource", "Custom Operator subresource", "Generative
Custom Operators", "Pre-built Operator subresource", "Operator Attachment resource".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from twilio.rest import Client

from functions.adapters.calls import RegionalHttpClient
from functions.relay import Operator
from functions.relay.wire.tokens import current_in
from functions.settings import Settings
from local.ops.deployed import parameter
from local.ops.parameters import get
from local.ops.speak import OpsError
from local.ops.twilio_account import asking

TYPE = "GenerativeJSON"
"""Twilio's type of an operator whose prompt is answered in JSON."""


@dataclass(frozen=True, slots=True)
class Service:
    """How an agent's calls are transcribed: the service's unique name, its language, and where results are posted."""

    name: str
    language: str
    webhook: str
    recordings: bool
    """Whether it transcribes every recording of the account."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that can change later. Personal data is redacted, and Twilio may not learn from the calls."""
        return {
            "friendly_name": self.name,
            "auto_transcribe": self.recordings,
            "auto_redaction": True,
            "media_redaction": True,
            "data_logging": False,
            "webhook_url": self.webhook,
            "webhook_http_method": "POST",
        }


class TwilioIntelligence:
    """The services and operators of one account. Every method raises OpsError if Twilio declines or fails."""

    def __init__(self, sid: str, token: str, url: str) -> None:
        """Make a client; nothing connects yet."""
        self._http = RegionalHttpClient(url)
        self._api = Client(sid, token, http_client=self._http).intelligence.v2

    @classmethod
    def of(cls, stage: str) -> Self:
        """Return the services and operators of the account whose secrets a deployment holds. Raises OpsError."""
        sid, token = (get(parameter(stage, name)) for name in ("twilio-account-sid", "twilio-auth-token"))
        return cls(sid, current_in(token), Settings.load().twilio_url)

    def put(self, service: Service) -> str:
        """Create or update a service; return its SID. Twilio fixes the language when it creates the service."""
        with asking():
            found = next((one for one in self._api.services.list() if one.unique_name == service.name), None)
            if found is None:
                made = self._api.services.create(
                    unique_name=service.name, language_code=service.language, **service.settings
                )
                return str(made.sid)
            # The version keeps this from overwriting a change that another program makes at the same time.
            self._api.services(found.sid).update(if_match=str(found.version), **service.settings)
        return str(found.sid)

    def attach(self, service: str, operators: Iterable[Operator]) -> list[str]:
        """Let a service run these operators, and create or update those with a prompt; return what was changed."""
        with asking():
            attached = set(self._api.operator_attachments(service).fetch().operator_sids or ())
            shipped = {one.friendly_name: str(one.sid) for one in self._api.prebuilt_operators.list()}
            own = {one.friendly_name: one for one in self._api.custom_operators.list()}
        changed: list[str] = []
        for operator in operators:
            sid, did = self._own(own, operator) if operator.prompt else (_shipped(shipped, operator), "")
            if sid not in attached:
                with asking():
                    self._api.operator_attachment(service, sid).create()
                did = did or "attached"
            changed += [f"{operator.name}: {did}"] if did else []
        return changed

    def _own(self, own: dict[Any, Any], operator: Operator) -> tuple[str, str]:
        """Return the SID of an operator with a prompt, and what was done to it."""
        found = own.get(operator.name)
        with asking():
            if found is None:
                made = self._api.custom_operators.create(operator.name, TYPE, operator.config)
                return str(made.sid), "created"
            if found.config == operator.config:
                return str(found.sid), ""
            self._api.custom_operators(found.sid).update(
                friendly_name=operator.name, config=operator.config, if_match=str(found.version)
            )
        return str(found.sid), "updated"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def _shipped(shipped: dict[Any, str], operator: Operator) -> str:
    if operator.name not in shipped:
        names = ", ".join(sorted(map(str, shipped)))
        raise OpsError(
            f"Twilio ships no operator {operator.name!r}.", f"Give it a prompt, or take one of these: {names}."
        )
    return shipped[operator.name]
