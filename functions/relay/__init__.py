"""The core of Hotline: what a call is and how it goes on. Pure, and of the standard library alone."""

from functions.relay.agent import Agent, Voice
from functions.relay.phrases import Phrases
from functions.relay.tools import AgentError, Caller, EndCall, HandOff, Tool, ToolError, tool

__all__ = [
    "Agent",
    "AgentError",
    "Caller",
    "EndCall",
    "HandOff",
    "Phrases",
    "Tool",
    "ToolError",
    "Voice",
    "tool",
]
