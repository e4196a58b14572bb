"""The core of Hotline: what a call is and how it goes on. Pure, and of the standard library alone."""

from functions.relay.agent import Agent, Recording, Silence
from functions.relay.making import ask_digits, tool
from functions.relay.memory import Memory
from functions.relay.outbound import Calling, opt_out
from functions.relay.outcomes import EndCall, HandOff, PassTo, Play, Say, SendDigits, Speak
from functions.relay.phrases import Phrases
from functions.relay.tools import AgentError, Caller, Digits, OptOut, Tool, ToolError
from functions.relay.voices import Voice

__all__ = [
    "Agent",
    "AgentError",
    "Caller",
    "Calling",
    "Digits",
    "EndCall",
    "HandOff",
    "Memory",
    "OptOut",
    "PassTo",
    "Phrases",
    "Play",
    "Recording",
    "Say",
    "SendDigits",
    "Silence",
    "Speak",
    "Tool",
    "ToolError",
    "Voice",
    "ask_digits",
    "opt_out",
    "tool",
]
