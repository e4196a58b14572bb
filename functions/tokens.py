"""Makes tokens with which a browser or an app calls this deployment. Only an IAM principal can invoke it.

It answers {"identity": "alice"} with {"token": "…", "identity": "alice", "seconds": 3600}. The caller is then
`client:alice`. Your own server decides who that is, because only your server can ask for a token.
"""

import re
from typing import Any

from functions.adapters import metrics
from functions.adapters.client_token import ClientApp
from functions.adapters.secrets import ParameterSecrets
from functions.relay.error_location import location_of
from functions.relay.ports import Secrets
from functions.settings import Settings

TOKEN_VALID_S = 3600
"""Seconds for which a token is valid. A call that it began continues after that."""

IDENTITY = re.compile(r"[A-Za-z0-9_]{1,121}", re.ASCII)
"""The names of clients that Twilio accepts. Source: Twilio, "Voice JavaScript SDK", "identity"."""

logger = metrics.logger()
settings = Settings.load()
secrets: Secrets = ParameterSecrets(settings.secrets)


def handler(event: Any, _: object) -> dict[str, Any]:
    """Return a token for a client's name, or an error that says what is missing."""
    match event:
        case {"identity": str(identity)} if IDENTITY.fullmatch(identity):
            return _token(identity)
        case _:
            return {"error": 'Send {"identity": "alice"}: 1 to 121 letters, digits and underscores.'}


def _token(identity: str) -> dict[str, Any]:
    try:
        token = _app().token(identity, TOKEN_VALID_S)
    except Exception as error:  # noqa: BLE001 - its own text may hold a secret
        logger.error("the token of a client was not made: %s", location_of(error))
        return {"error": "No token could be made. Set up the client app: make client-app"}
    return {"token": token, "identity": identity, "seconds": TOKEN_VALID_S}


def _app() -> ClientApp:
    names = ("twilio-account-sid", "twilio-api-key-sid", "twilio-api-key-secret", "twilio-app-sid")
    return ClientApp(*(secrets.get(name) for name in names))
