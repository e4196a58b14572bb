"""Servers that cannot choose a port themselves get one that no connection takes meanwhile."""

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deployed.process import CheckError, server
from tests.ports import free_port, free_ports

pytestmark = pytest.mark.slow


def test_free_ports_differ_and_are_handed_to_no_client() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert max(ports) < 32_768, "from here on, Linux gives ports to clients"


def test_a_port_in_use_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as used:
        for port in free_ports(2):
            used.enter_context(socket.create_server(("127.0.0.1", port)))
        free = free_port()
        monkeypatch.setattr("tests.ports.BELOW_CLIENTS", (port, free))
        assert free_port() == free


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    program = (sys.executable, "-c", "raise SystemExit('EADDRINUSE')")
    with (
        pytest.raises(CheckError, match="EADDRINUSE"),
        server(*program, log=tmp_path / "log", ready="http://127.0.0.1:1", environment={}),
    ):
        pytest.fail("it was taken for ready")
