"""Holds what every webhook needs, and the responses for API Gateway."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from functions.adapters.twilio import CallbackUrls
from functions.relay import Agent
from functions.relay.call_context import about
from functions.relay.cost_limits import Limits
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Announced, Entry
from functions.relay.log.keys import announcement, call_log
from functions.relay.ports import Counters, Log, Records
from functions.relay.text.private import NoRecognizer, Recognizer

HttpResponse = dict[str, Any]

TICKET_BYTES = 24
"""Random bytes of a ticket: too many to guess it within its minute."""

NO_CONTENT: HttpResponse = {"statusCode": 204}
"""The response to a callback that only reports something."""


@dataclass(frozen=True, slots=True)
class WebhookDeps:
    """The table, the agents and the URLs of a deployment."""

    log: Log
    agents: Mapping[str, Agent]
    answering: Callable[[str], str]
    """Returns the name of the agent that answers a number; that of the default agent for ""."""

    public_url: str
    urls: CallbackUrls
    warm: Callable[[], None]
    """Starts an environment of the session's function."""

    end_for_machine: Callable[[str, str], None]
    """Ends the session of a connection, because a machine has answered; the second is Twilio's AnsweredBy."""

    secret: Callable[[str], str]
    """Reads a secret for an agent's tools."""

    limits: Limits
    counters: Counters | None
    """Count calls and money up to `limits`; None if nothing is limited."""

    pepper: Callable[[], str]
    """Returns the secret with which counters hash numbers."""

    number_key: Callable[[], str]
    """Returns the secret with which the calls of a person are found. It is never changed."""

    records: Records
    """The records of earlier calls."""

    recognizer: Recognizer = NoRecognizer()
    """Recognises private data in what agents' functions say."""

    caller_id: str = ""
    """The deployment's number, for callers without one who are put through; empty if it has none."""

    def announced(self, entries: Iterable[Entry]) -> Announced:
        """Return the newest announcement in a call's log."""
        found = [one.event for one in entries if isinstance(one.event, Announced)]
        return found[-1] if found else Announced(self.answering(""), "", "")

    def announce(self, call: str, announced: Announced, entries: Iterable[Entry] = ()) -> Announced:
        """Log that a session may have the call, and return its announcement with the ticket. Raises LogError.

        `entries` are the known entries of the call's log. A webhook that comes twice gets the ticket of its first
        answer. So a request that is replayed later gets a ticket that is used up.
        """
        version = self.agents[announced.agent].version
        about(agent=announced.agent)
        announced = replace(announced, ticket=token_urlsafe(TICKET_BYTES), version=version)
        while True:
            known = [one.event for one in entries if isinstance(one.event, Announced)]
            if answered := next((one for one in known if one.follows == announced.follows), None):
                return answered
            if self.log.append(call_log(call), Entry(announcement(len(known)), announced)):
                return announced
            entries = self.log.read(call_log(call))


def twiml(document: str) -> HttpResponse:
    """Return the response with a TwiML document."""
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": document}
