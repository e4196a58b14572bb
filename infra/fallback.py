"""Writes `fallback.json` and `menu.json`: the words of the functions that do not load the agents."""

import subprocess
import sys

from infra.packages import ROOT, say

FALLBACKS = """
from functions.agents import AGENTS, DEFAULT, NUMBERS
from functions.webhooks.unanswered import fallbacks

print(fallbacks(AGENTS, {"": DEFAULT, **NUMBERS}))
"""

MENUS = """
from functions.agents import AGENTS
from functions.relay.agent.menu_script import scripts, written

print(written(scripts(AGENTS)))
"""


def fallbacks(source: str = FALLBACKS) -> bytes:
    """Return `fallback.json` for the agents of functions/agents; an empty one if they do not load on this machine."""
    return _printed(source, "the fallback speaks English")


def menus(source: str = MENUS) -> bytes:
    """Return `menu.json` for the agents of functions/agents; an empty one if they do not load on this machine."""
    return _printed(source, "there is no menu")


def _printed(source: str, otherwise: str) -> bytes:
    """Return what `source` prints in another process: the code of agents must not run inside CDK."""
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        *_, why = done.stderr.decode(errors="replace").splitlines() or [""]
        say(f"{otherwise}, since the agents do not load here: {why}")
        return b"{}"
    return done.stdout
