"""Writes what the fallback says: the apology of each agent, since the function itself imports none of them."""

import subprocess
import sys

from infra.packages import ROOT, say

WRITE = """
from functions.adapters.twilio import apologies
from functions.agents import AGENTS, DEFAULT, NUMBERS

print(apologies(AGENTS, {"": DEFAULT, **NUMBERS}))
"""


def apologies(source: str = WRITE) -> bytes:
    """Return `fallback.json` for the agents of functions/agents; an empty one if they do not load on this machine.

    A process of its own runs `source`, since the code of agents must not run inside CDK.
    """
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        *_, why = done.stderr.decode(errors="replace").splitlines() or [""]
        say(f"the fallback speaks English, since the agents do not load here: {why}")
        return b"{}"
    return done.stdout
