"""The plugin for tests of agents, in runs of its own: what passes, what fails, and in which words."""

import re
from collections.abc import Iterator

import pytest

AGENT = '''
import pytest
from functions.relay import Agent, EndCall, HandOff, Voice

def when(name: str) -> str:
    """Look up a booking."""
    return f"Friday, {name}"

def transfer() -> HandOff:
    """Put through."""
    return HandOff("asked", to="+15550100")

def bye() -> EndCall:
    """Hang up."""
    return EndCall()

agent = Agent("Be brief.", "Rosa's!", {"en-US": Voice("Google", "en-US-Neural2-A")}, tools=[when, transfer, bye])
'''
