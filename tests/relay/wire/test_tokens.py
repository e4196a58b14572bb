"""A secret that holds the account's token, and the next one while it is rotated."""

import pytest

from functions.relay.wire.tokens import current_in, tokens_in, with_next


@pytest.mark.parametrize(("secret", "tokens"), [("a", ("a",)), ("a,b", ("a", "b")), ("", ()), ("a,", ("a",))])
def test_each_token_is_accepted(secret: str, tokens: tuple[str, ...]) -> None:
    assert tokens_in(secret) == tokens


def test_the_next_token_comes_after_the_current_one() -> None:
    assert (with_next("a", "b"), with_next("a,b", "c"), current_in("a,b")) == ("a,b", "a,c", "a")
