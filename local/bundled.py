"""Gives two handlers what synth writes into their bundles, for the agents as they are at each request."""

import json
from types import ModuleType
from typing import Any

from functions.relay.agent.menu_script import scripts
from functions.webhooks.unanswered import fallbacks
from local.aws.gateway_server import Function
from local.page.agents import agents_now


def fallback(module: ModuleType) -> Function:
    """Return the handler of the fallback URL."""

    def handler(event: dict[str, Any], context: Any) -> Any:
        agents = agents_now()
        answers = json.loads(fallbacks(agents.AGENTS, {"": agents.DEFAULT, **agents.NUMBERS}))
        return module.handler(event, context, answers)

    return Function(handler, "functions-fallback")


def menu(module: ModuleType) -> Function:
    """Return the handler of menus."""

    def handler(event: dict[str, Any], context: Any) -> Any:
        return module.handler(event, context, scripts(agents_now().AGENTS))

    return Function(handler, "functions-menu")
