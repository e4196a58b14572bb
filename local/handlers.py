"""Imports the handlers as Lambda does, and puts them behind the routes of the laptop's gateway."""

import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from functions.adapters.reminders import LazySqsTimer
from functions.webhooks.paths import WEBHOOKS
from local import bundled
from local.aws.gateway_server import Gateway
from local.environment import CALLS_FUNCTION, SESSION_FUNCTION

NAMES = ("twiml", "fallback", "menu", "connect", "default", "disconnect", "reminders", "calls", "after")
"""The handlers' modules, below `functions`."""


def handlers() -> Mapping[str, ModuleType]:
    """Import the handlers' modules as a new Lambda environment does."""
    for name in NAMES:
        sys.modules.pop(f"functions.{name}", None)
    modules = {name: importlib.import_module(f"functions.{name}") for name in NAMES}
    for name, module in modules.items():
        make_late_clients(name, module)
    return modules


def make_late_clients(name: str, module: Any) -> None:
    """Make the clients that a handler makes late in Lambda: the environment is this one only now."""
    match name:
        case "default" | "reminders":
            sessions = module.start.sessions()
            if sessions and isinstance(sessions.ports.timer, LazySqsTimer):
                sessions.ports.timer.made()
        case "after":
            module.deps.scheduler()
        case _:
            pass


def route(gateway: Gateway, modules: Mapping[str, ModuleType]) -> None:
    """Put the handlers behind the routes that the Service stack gives them."""
    gateway.route(
        websocket={f"${name}": modules[name].handler for name in ("connect", "default", "disconnect")},
        http={f"POST {path}": modules["twiml"].handler for path in WEBHOOKS}
        | {"POST /fallback": bundled.fallback(modules["fallback"]), "POST /menu": bundled.menu(modules["menu"])},
        functions={SESSION_FUNCTION: modules["default"].handler, CALLS_FUNCTION: modules["calls"].handler},
    )
