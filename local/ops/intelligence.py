"""`make intelligence`: lets Twilio's Conversational Intelligence transcribe and analyse a deployment's calls.

Each agent with `intelligence` gets an Intelligence service in its first language. The service redacts personal data,
keeps calls out of Twilio's training, and posts its results to the deployment. Operators with a prompt are created or
updated. A second run changes only what has changed in the agents' files.
"""

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing

from functions.agents import AGENTS
from functions.relay import Agent
from functions.relay.agent.intelligence import SERVICES, services_text
from local.arguments import add_yes, stage_name, yes_no
from local.ops.account import account
from local.ops.api_key import make_key
from local.ops.deployed import Deployed, parameter
from local.ops.parameters import put
from local.ops.speak import OpsError, agreed, say
from local.ops.twilio_account import TwilioAccount
from local.ops.twilio_intelligence import Service, TwilioIntelligence

NO_AGENT = "No agent has intelligence."
CURE = "Add it to an agent: intelligence=Intelligence([…]), see docs/agents.md."


def main(arguments: list[str] | None = None, agents: Mapping[str, Agent] = AGENTS) -> int:
    """Set up the services; return 0, 1 if the user said no, 2 if it was not possible."""
    given = _parser().parse_args(arguments)
    try:
        return _set_up(given.stage, given.recordings, given.yes, agents)
    except OpsError as error:
        say(str(error))
        return 2


def _set_up(stage: str, recordings: bool, yes: bool, agents: Mapping[str, Agent]) -> int:
    wanted = {name: agent for name, agent in agents.items() if agent.intelligence}
    if not wanted:
        raise OpsError(NO_AGENT, CURE)
    if recordings and len(wanted) > 1:
        raise OpsError(
            "Twilio would transcribe and charge each recording once for each of these agents: " + ", ".join(wanted),
            "Leave RECORDINGS out, or give intelligence to one agent only.",
        )
    say(f"Reading Hotline ({stage}) in {account()}.")
    webhook = Deployed.read(stage).status_url.replace("/call-status", "/analysed")
    with closing(TwilioAccount.of(stage)) as twilio:
        what = ", and transcribe ALL recordings of this Twilio account" if recordings else ""
        if not agreed(f"Set up Conversational Intelligence in {twilio.name()}{what}?", yes):
            return 1
        make_key(stage, twilio)
    # Another language is another service: Twilio fixes a service's language when it creates the service.
    services = {
        name: Service(f"hotline-{stage}-{name}-{agent.language}", agent.language, webhook, recordings)
        for name, agent in wanted.items()
    }
    with closing(TwilioIntelligence.of(stage)) as intelligence:
        sids = {name: _put(intelligence, services[name], agent) for name, agent in wanted.items()}
    put(parameter(stage, SERVICES), services_text(sids))
    say("Within five minutes, Twilio begins to transcribe calls of these agents. It charges for each minute.")
    return 0


def _put(intelligence: TwilioIntelligence, service: Service, agent: Agent) -> str:
    """Create or update the service of an agent; return its SID."""
    assert agent.intelligence
    sid = intelligence.put(service)
    changed = intelligence.attach(sid, agent.intelligence.operators)
    say(f"{service.name}: {sid}" + "".join(f"\n  {one}" for one in changed))
    return sid


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make intelligence", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--recordings", type=yes_no, default=False, help="also transcribe all recordings: yes or no")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
