"""Reads a request to place a call from an invocation of the function `calls`."""

import re
from collections.abc import Mapping
from typing import Any

from functions.relay.agent.call_back import LANGUAGE
from functions.relay.dataclass import dataclass
from functions.relay.outbound import CallRefused
from functions.relay.wire.messages import MOST_NAME_CHARACTERS, MOST_PARAMETERS, TICKET

RESERVED = frozenset({"agent", TICKET})
"""The parameters that Hotline sets on every call."""

MOST_CONSENT_CHARACTERS = 500
"""Most characters of the legal basis of a call."""

MOST_RETRIES = 5
"""Most retries of an order."""

_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)

OPTIONAL = frozenset({"at", "from", "parameters", "consent", "dlt", "request", "retries"})
"""What a payload may have besides `to` and `agent`."""

NEEDS_DLT = "IN"
"""The country in which a call needs ids from the registry of senders (DLT). Source: TRAI, TCCCPR 2018."""


@dataclass(frozen=True, slots=True)
class Dlt:
    """The ids of the caller and of the text in an Indian operator's registry (DLT)."""

    header: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A request to place a call."""

    to: str
    agent: str
    sender: str = ""
    """The number from which the call comes, in E.164; empty for the deployment's own."""

    parameters: tuple[tuple[str, str], ...] = ()
    consent: str = ""
    """The legal basis of the call, in the operator's words, such as `asked for a reminder on 2026-11-02`."""

    dlt: Dlt = Dlt()
    request: str = ""
    """The id of the order, such as `reminders-may`: with it, a number is called once. Empty: no id."""

    retries: int = 0
    """How often an order with a time is tried again, an hour later each, if the line is busy or nobody answers."""

    @property
    def language(self) -> str:
        """The language in which the call begins; empty for the agent's first."""
        return dict(self.parameters).get(LANGUAGE, "")

    @classmethod
    def read(cls, payload: Any) -> "CallOrder | CallRefused":
        """Return the order in an invocation's payload, or a refusal that says what is wrong with it."""
        match payload:
            case {"to": str(to), "agent": str(agent), **more} if more.keys() <= OPTIONAL:
                given, sender, dlt = more.get("parameters", {}), more.get("from", ""), _dlt(more.get("dlt", {}))
                consent, request = more.get("consent", ""), more.get("request", "")
                retries = _retries(more.get("retries", 0), "at" in more)
                if (
                    isinstance(sender, str)
                    and isinstance(given, dict)
                    and isinstance(consent, str)
                    and retries is not None
                    and dlt
                ):
                    fault, pairs = _fault(given) or _long(consent) or _fault_of_id(request), sorted(given.items())
                    return fault or cls(to, agent, sender, tuple(pairs), consent, dlt, str(request), retries)
        optional = f'"from", "parameters", "consent", "request", "at", "retries" (with "at", 0 to {MOST_RETRIES})'
        more_optional = 'and "dlt": {"header": "…", "template": "…"} are optional.'
        return CallRefused("bad request", f'Send {{"to": "+1…", "agent": "…"}}; {optional} {more_optional}')

    def lacks(self, country: str, consent_needed: bool) -> CallRefused | None:
        """Return what the law of a country requires and this order lacks; None if it lacks nothing."""
        if consent_needed and not self.consent.strip():
            words = (
                'Name the legal basis: "consent": "asked for a reminder on 2026-11-02". Or deploy with consent=off.'
            )
            return CallRefused("no consent", words)
        if country == NEEDS_DLT and not (self.dlt.header and self.dlt.template):
            words = 'Calls to India need ids of the operator\'s DLT: "dlt": {"header": "…", "template": "…"}.'
            return CallRefused("no DLT ids", words)
        return None


def _dlt(given: Any) -> Dlt | None:
    """Return the ids in a payload; None if they are not valid."""
    if not isinstance(given, dict) or not given.keys() <= {"header", "template"}:
        return None
    return Dlt(**given) if all(_is_text(one) for one in given.values()) else None


def _is_text(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and len(text) <= MOST_CONSENT_CHARACTERS


def _long(consent: str) -> CallRefused | None:
    if _is_text(consent):
        return None
    return CallRefused(
        "bad request", f"consent must be a printable text of up to {MOST_CONSENT_CHARACTERS} characters."
    )


def _fault_of_id(request: object) -> CallRefused | None:
    """Return what is wrong with the id of an order. It becomes a part of URLs."""
    if isinstance(request, str) and (not request or _ID.fullmatch(request)):
        return None
    return CallRefused(
        "bad request", "request must be an id of 8 to 64 letters, digits, dots, hyphens or underscores."
    )


def _retries(given: object, planned: bool) -> int | None:
    """Return the retries of an order; None if they are not valid. An order that is placed now has none."""
    if type(given) is int and 0 <= given <= MOST_RETRIES and (planned or not given):
        return given
    return None


def _fault(parameters: Mapping[Any, Any]) -> CallRefused | None:
    """Return what is wrong with an order's parameters; None if TwiML can carry them besides Hotline's own one."""
    if taken := RESERVED & parameters.keys():
        return CallRefused("bad request", f"Hotline sets the parameter {min(taken)} itself; use another name.")
    if len(parameters) >= MOST_PARAMETERS:
        return CallRefused("bad request", f"A call takes at most {MOST_PARAMETERS - 1} parameters.")
    texts = [text for pair in parameters.items() for text in pair]
    if all(isinstance(text, str) and text.isprintable() and len(text) <= MOST_NAME_CHARACTERS for text in texts):
        return None
    return CallRefused(
        "bad request", f"Parameters must be printable texts of up to {MOST_NAME_CHARACTERS} characters."
    )
