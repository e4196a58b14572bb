"""Checks whether Twilio has signed a request. Source: Twilio, "Webhooks security"."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from functions.relay.wire.tokens import tokens_in


def is_signed(secret: str, url: str, form: Mapping[str, str] | str, signature: str) -> bool:
    """Return whether Twilio signed a request to this URL, which is exactly the URL that Twilio was given.

    `form` is the JSON itself for a request whose URL has its hash.
    `secret` is the account's token; while it is rotated, the current one and the next, see `tokens_in`.
    """
    tokens = tokens_in(secret) if signature else ()
    return any(RequestValidator(one).validate(url, form, signature) for one in tokens)
