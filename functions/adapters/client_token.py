"""Makes access tokens, with which a browser or an app calls this deployment through Twilio's Voice SDK.

Source: Twilio, "Access Tokens" and "Voice SDKs".
"""

from dataclasses import dataclass

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant


@dataclass(frozen=True, slots=True)
class ClientApp:
    """A Twilio account, one of its API keys, and the TwiML App whose URL is this deployment's webhook."""

    account: str
    key: str
    key_secret: str
    app: str

    def token(self, identity: str, seconds: int) -> str:
        """Return a token that is valid for `seconds`. It allows calls as `client:<identity>`, only to this app."""
        token = AccessToken(self.account, self.key, self.key_secret, identity=identity, ttl=seconds)
        token.add_grant(VoiceGrant(outgoing_application_sid=self.app))
        return str(token.to_jwt())
