"""Tests of an agent that read as a call: a pytest plugin with the fixtures `phone` and `model`.

def test_a_caller_hears_their_booking(phone: AgentPhone, model: Script) -> None:
    model.calls("find_booking", reference="K4T9")
    model.says("It is on Friday at eight.")
    call = phone.dial("front_desk")
    call.say("What about booking K4T9?").calls_tool("find_booking").hears("Friday")
"""

from local.testing.call import AgentCall, Answer
from local.testing.checks import ExpectationError
from local.testing.log import ToolCall
from local.testing.phone import AgentPhone
from local.testing.script import Reply, Script, ScriptError

__all__ = ["AgentCall", "AgentPhone", "Answer", "ExpectationError", "Reply", "Script", "ScriptError", "ToolCall"]
