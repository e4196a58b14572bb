"""Answers a caller whom no session can take: with the agent's menu if it has one, else with an apology."""

import json
from collections.abc import Mapping

from functions.adapters import menu, twilio
from functions.relay import Agent
from functions.relay.agent.menu_script import script
from functions.relay.log.events import Entry, MenuAnswered
from functions.relay.log.keys import Key, call_log
from functions.webhooks.deps import WebhookDeps


def unanswered(name: str, agent: Agent, language: str = "", *, outbound: bool = False) -> str:
    """Return the TwiML of the menu of the agent with this name, in a language of the call; or of its apology.

    The language may be that of another agent, which had the call before. A person whom we have called hears the
    apology: nobody waits at the numbers of the menu for that call.
    """
    language = agent.nearest(language)
    if agent.menu is None or outbound:
        return twilio.farewell(agent.phrases_in(language or agent.language).unavailable, agent, language)
    return menu.document(menu.ask(script(agent, language), name))


def note_menu(deps: WebhookDeps, call: str) -> None:
    """Log, once in a call, that the caller hears the agent's menu."""
    deps.log.append(call_log(call), Entry(Key(0, "menu"), MenuAnswered()))


def without_session(deps: WebhookDeps, name: str, call: str, language: str = "", *, outbound: bool = False) -> str:
    """Return what `unanswered` does for the agent with this name, and log a menu in the call's log."""
    agent = deps.agents[name]
    if agent.menu and not outbound:
        note_menu(deps, call)
    return unanswered(name, agent, language, outbound=outbound)


def fallbacks(agents: Mapping[str, Agent], numbers: Mapping[str, str]) -> str:
    """Return JSON with the two documents of each number for `fallback`: the first, and that after a failed menu.

    For the calls that an agent places, it has the apology in each of its languages.
    """
    words = {
        name: (unanswered(name, agent), twilio.farewell(agent.phrases.unavailable, agent))
        for name, agent in agents.items()
    }
    placed = {
        f"{name} {code}": (unanswered(name, agent, code, outbound=True),) * 2
        for name, agent in agents.items()
        for code in agent.voices
    }
    return json.dumps(placed | {number: words[name] for number, name in numbers.items()}, sort_keys=True)
