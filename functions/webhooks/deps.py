"""What every webhook needs, and the answers that API Gateway takes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.adapters.twilio import CallbackUrls
from functions.relay import Agent
from functions.relay.log.events import Announced, Entry, HandedOff
from functions.relay.ports import Log

Response = dict[str, Any]

NO_CONTENT: Response = {"statusCode": 204}
"""The answer to a callback that only reports something."""


@dataclass(frozen=True, slots=True)
class WebhookDeps:
    """The table, the agents and the URLs of a deployment.

    `answering` returns the name of the agent of a number, of the default one for "";
    `secret` reads the secrets of agents, `warm` starts an environment of the session's function.
    """

    log: Log
    agents: Mapping[str, Agent]
    answering: Callable[[str], str]
    public_url: str
    urls: CallbackUrls
    warm: Callable[[], None]
    secret: Callable[[str], str]

    def announced(self, entries: Iterable[Entry]) -> Announced:
        """Return the newest announcement in a call's log."""
        found = [one.event for one in entries if isinstance(one.event, Announced)]
        return found[-1] if found else Announced(self.answering(""), "", "")

    def hand_off_url(self, path: str, hand_off: HandedOff) -> str:
        """Return the URL of a webhook about a hand-off. It holds an id alone, since many parties see URLs."""
        return f"{self.public_url}{path}?{urlencode({'hand_off': hand_off.id})}"


def twiml(document: str) -> Response:
    """Return the answer that carries a TwiML document."""
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": document}
