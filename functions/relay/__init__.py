"""The core of Hotline: what a call is and how it goes on. Pure, and of the standard library alone."""

from functions.relay.agent import Agent, Voice
from functions.relay.outbound import Calling, opt_out
from functions.relay.phrases import Phrases
from functions.relay.tools import AgentError, Caller, EndCall, HandOff, OptOut, Tool, ToolError, tool

__all__ = [
    "Agent",
    "AgentError",
    "Caller",
    "Calling",
    "EndCall",
    "HandOff",
    "OptOut",
    "Phrases",
    "Tool",
    "ToolError",
    "Voice",
    "opt_out",
    "tool",
]
