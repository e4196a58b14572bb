"""Keeps moto from loading services that nobody asks for: its SSM imports the whole of EC2, which takes a second."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

EC2 = "moto.ec2"


class LateBackends:
    """The backends of one of moto's services, which is imported when the first of them is asked for."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getitem__(self, account: str) -> Any:
        """Return the backends of an account, by Region."""
        backends = import_module("moto.backends")
        return backends.get_backend(self._service)[account]


def leave_ec2_out() -> None:
    """Let moto's SSM import EC2 only for what is sent to instances."""
    if EC2 in sys.modules:
        return
    late = ModuleType(EC2)
    late.ec2_backends = LateBackends("ec2")  # type: ignore[attr-defined]
    sys.modules[EC2] = late
    try:
        import_module("moto.ssm.models")
    finally:
        del sys.modules[EC2]
