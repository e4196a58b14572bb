"""A stranger who is not Twilio is refused, and so is a call that no webhook announced."""

from collections.abc import Mapping

import pytest

from local.dev_stack import DevStack
from local.environment import TOKEN
from local.phone.forms import Signer

pytestmark = pytest.mark.slow


def forged_for(prefix: str) -> object:
    """Sign all requests except those to URLs that begin so."""
    real = Signer(TOKEN)

    def sign(url: str, form: Mapping[str, str]) -> str | None:
        return "Zm9yZ2Vk" if url.startswith(prefix) else real(url, form)

    return sign


def test_a_forged_webhook_is_refused(line: DevStack) -> None:
    with line.phone(speed=10.0, sign=forged_for("https://")) as phone:
        call = phone.dial()
    assert call.outcome == "busy"
    assert call.sessions == ()


def test_a_forged_handshake_is_refused(line: DevStack) -> None:
    with line.phone(speed=10.0, sign=forged_for("wss://")) as phone:
        call = phone.dial()
    assert call.outcome == "busy"
    assert [error.code for error in call.errors] == [64102]
    assert call.frames == ()


def test_an_unsigned_handshake_is_refused(line: DevStack) -> None:
    with line.phone(
        speed=10.0, sign=lambda url, form: None if url.startswith("wss") else Signer(TOKEN)(url, form)
    ) as phone:
        assert phone.dial().outcome == "busy"
