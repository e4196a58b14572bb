"""A request to place a call, as an invocation of the function `calls` brings it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.relay.outbound import CallRefused
from functions.relay.wire.messages import LONGEST_NAME, MOST_PARAMETERS, TICKET

RESERVED = frozenset({"agent", TICKET})
"""The parameters that Hotline sets on every call."""

LANGUAGE = "language"
"""The parameter of an order that says in which language the call begins."""

LONGEST_CONSENT = 500
"""Characters that the legal basis of a call may have."""

OPTIONAL = frozenset({"from", "parameters", "consent", "dlt"})
"""What a payload may hold beside `to` and `agent`."""

NEEDS_DLT = "IN"
"""The country whose calls need ids of its registry of senders (DLT). Source: TRAI, TCCCPR 2018."""


@dataclass(frozen=True, slots=True)
class Dlt:
    """The ids under which an Indian operator's registry (DLT) knows who calls and what is said."""

    header: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A request to place a call; `sender` is the number that it comes from, if not the usual one."""

    to: str
    agent: str
    sender: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    consent: str = ""
    """The legal basis of the call, in the operator's words, such as `asked for a reminder on 2026-11-02`."""

    dlt: Dlt = Dlt()

    @property
    def language(self) -> str:
        """The language that the call is to begin in; empty for the agent's first one."""
        return dict(self.parameters).get(LANGUAGE, "")

    @classmethod
    def read(cls, payload: Any) -> "CallOrder | CallRefused":
        """Return the order in an invocation's payload, or what is wrong with it."""
        match payload:
            case {"to": str(to), "agent": str(agent), **more} if more.keys() <= OPTIONAL:
                given, sender, dlt = more.get("parameters", {}), more.get("from", ""), _dlt(more.get("dlt", {}))
                consent = more.get("consent", "")
                if isinstance(sender, str) and isinstance(given, dict) and isinstance(consent, str) and dlt:
                    fault = _fault(given) or _long(consent)
                    return fault or cls(to, agent, sender, tuple(sorted(given.items())), consent, dlt)
        optional = '"from", "parameters", "consent" and "dlt": {"header": "…", "template": "…"} are optional.'
        return CallRefused("bad request", f'Send {{"to": "+1…", "agent": "…"}}; {optional}')

    def lacks(self, country: str, consent_needed: bool) -> CallRefused | None:
        """Return what an order to call somebody in a country lacks of what the law wants to be known."""
        if consent_needed and not self.consent.strip():
            words = (
                'Name the legal basis: "consent": "asked for a reminder on 2026-11-02". Or deploy with consent=off.'
            )
            return CallRefused("no consent", words)
        if country == NEEDS_DLT and not (self.dlt.header and self.dlt.template):
            words = 'Calls to India name ids of the operator\'s DLT: "dlt": {"header": "…", "template": "…"}.'
            return CallRefused("no DLT ids", words)
        return None


def _dlt(given: Any) -> Dlt | None:
    """Return the ids in a payload; None for what cannot be ids."""
    if not isinstance(given, dict) or not given.keys() <= {"header", "template"}:
        return None
    return Dlt(**given) if all(_is_text(one) for one in given.values()) else None


def _is_text(text: object) -> bool:
    return isinstance(text, str) and text.isprintable() and len(text) <= LONGEST_CONSENT


def _long(consent: str) -> CallRefused | None:
    if _is_text(consent):
        return None
    return CallRefused("bad request", f"consent is a printable text of up to {LONGEST_CONSENT} characters.")


def _fault(parameters: Mapping[Any, Any]) -> CallRefused | None:
    """Return what keeps parameters from standing in TwiML, whose own one comes on top."""
    if taken := RESERVED & parameters.keys():
        return CallRefused("bad request", f"Hotline sets the parameter {min(taken)} itself; use another name.")
    if len(parameters) >= MOST_PARAMETERS:
        return CallRefused("bad request", f"A call takes at most {MOST_PARAMETERS - 1} parameters.")
    texts = [text for pair in parameters.items() for text in pair]
    if all(isinstance(text, str) and text.isprintable() and len(text) <= LONGEST_NAME for text in texts):
        return None
    return CallRefused("bad request", f"Parameters must be printable texts of up to {LONGEST_NAME} characters.")
