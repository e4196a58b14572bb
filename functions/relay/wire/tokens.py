"""The token of a Twilio account, and the next one while it is rotated.

One secret holds both, so that a forged request costs no second look for a token that is not there. The current token
comes first: callers' marks are made with it. Source: Twilio, "Auth Tokens and how to change them".
"""

BETWEEN = ","


def tokens_in(secret: str) -> tuple[str, ...]:
    """Return the tokens with which Twilio may sign: the current one, and the next one if there is one."""
    return tuple(one for one in secret.split(BETWEEN) if one)


def current_in(secret: str) -> str:
    """Return the token that Twilio signs with until the next one is promoted."""
    return secret.partition(BETWEEN)[0]


def with_next(secret: str, following: str) -> str:
    """Return the secret that accepts the next token beside the current one."""
    return f"{current_in(secret)}{BETWEEN}{following}"
