"""The core of Hotline: what a call is and how it continues. It is pure and imports only the standard library."""

from functions.relay.agent.after import After
from functions.relay.agent.agent import Agent
from functions.relay.agent.call_back import CallBack
from functions.relay.agent.call_settings import Recording, Silence
from functions.relay.agent.caller import Caller
from functions.relay.agent.hand_off import HandOff
from functions.relay.agent.hours import Hours
from functions.relay.agent.intelligence import Intelligence, Operator, when
from functions.relay.agent.menu import Menu, Option
from functions.relay.agent.needs import Allow, Needs
from functions.relay.agent.outcomes import EndCall, PassTo, Play, Say, SendDigits, Speak
from functions.relay.agent.phrases import Phrases
from functions.relay.agent.sms import Sms
from functions.relay.agent.tool_factory import ask_digits, tool
from functions.relay.agent.tools import AgentError, Digits, OptOut, Tool, ToolError
from functions.relay.agent.topics import Topics
from functions.relay.agent.voices import Voice
from functions.relay.cost_limits import Limits
from functions.relay.log.earlier import EarlierCall
from functions.relay.log.memory import Memory
from functions.relay.outbound import Calling, opt_out
from functions.relay.record.call_record import CallEnding, CallRecord

__all__ = [
    "After",
    "Agent",
    "AgentError",
    "Allow",
    "CallBack",
    "CallEnding",
    "CallRecord",
    "Caller",
    "Calling",
    "Digits",
    "EarlierCall",
    "EndCall",
    "HandOff",
    "Hours",
    "Intelligence",
    "Limits",
    "Memory",
    "Menu",
    "Needs",
    "Operator",
    "OptOut",
    "Option",
    "PassTo",
    "Phrases",
    "Play",
    "Recording",
    "Say",
    "SendDigits",
    "Silence",
    "Sms",
    "Speak",
    "Tool",
    "ToolError",
    "Topics",
    "Voice",
    "ask_digits",
    "opt_out",
    "tool",
    "when",
]
