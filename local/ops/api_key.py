"""Makes the API key for Twilio's REST API: with it, no function needs the account's token.

Source: Twilio, "API keys": a standard key may do everything except manage accounts and keys.
"""

from local.ops.deployed import parameter
from local.ops.parameters import changed, put
from local.ops.speak import say
from local.ops.twilio_account import TwilioAccount

KEYS = ("twilio-api-key-sid", "twilio-api-key-secret")


def make_key(stage: str, twilio: TwilioAccount) -> None:
    """Make a key, unless one exists: Twilio shows the secret of a key only once. Raises OpsError."""
    places, name = [parameter(stage, key) for key in KEYS], f"hotline-{stage}"
    if len(changed(places)) == len(places):
        say("The API key exists already.")
        return
    for place, value in zip(places, twilio.new_key(name), strict=True):
        put(place, value)
    say(f"Made the API key {name}, and stored it in SSM.")
