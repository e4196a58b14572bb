"""The pages of commands: the port that they are served on."""

import argparse
import socket
from collections.abc import Iterator

import pytest
from aiohttp import web

from local.arguments import port_number
from local.ops.pages import serve
from local.ops.speak import OpsError


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program uses."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_its_cure(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OpsError, match=rf"port {taken}\. .* another port: PORT={taken + 1}"):
        serve(web.Application(), taken, "The calls of dev:")
    assert capsys.readouterr().out == "", "no address is printed that nothing answers"


@pytest.mark.parametrize("text", ["", "0", "-1", "65536", "9" * 5000, "http", "٣٠", "80.0"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a port: give a number from 1 to 65535"):
        port_number(text)


def test_a_port_is_read() -> None:
    assert (port_number("1"), port_number("65535")) == (1, 65_535)
