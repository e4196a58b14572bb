"""A call that goes from one language to another."""

from collections.abc import Callable

import pytest

from functions.relay import Agent, Caller, Speak, Voice
from local.dev_stack import DevStack
from local.models.bedrock import BedrockServer
from local.models.steps import Finish, Text, Use
from tests.calls.conftest import SPEED, wait_until_reported

pytestmark = pytest.mark.slow

AGENT = Agent(
    "Answer.",
    greeting={"en-US": "Hello! Press 2 for Spanish.", "es-ES": "¡Hola! ¿En qué puedo ayudarle?"},
    voices={"en-US": Voice("Google", "en-US-Journey-O"), "es-ES": Voice("Google", "es-ES-Neural2-A")},
    keys={"2": Speak("es-ES")},
    silence=None,
)


def which(caller: Caller) -> str:
    """Tell which language is spoken."""
    return caller.language


def test_a_key_switches_the_language_and_greets_in_it(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer
) -> None:
    model.script(Text("Muy bien."), Finish())
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial().wait_until_quiet()
        call.press("2")
        call.hears("¿En qué puedo ayudarle?")
        assert call.say("Una mesa, por favor.", lang="es-ES") == "Muy bien."
    ours = [frame.message for frame in call.frames if frame.sender == "app"]
    assert ours[0] == {"type": "language", "ttsLanguage": "es-ES", "transcriptionLanguage": "es-ES"}
    assert {message["lang"] for message in ours[1:]} == {"es-ES"}
    assert call.errors == ()


def test_the_model_switches_and_a_lost_socket_does_not_switch_back(
    line: DevStack, answered_by: Callable[[Agent], str], model: BedrockServer
) -> None:
    model.script(Use("t1", "switch_language", ('{"language": "es-ES"}',)), Finish("tool_use"))
    model.script(Text("Claro que sí."), Finish())
    model.script(Text("Sigo aquí."), Finish())
    with line.phone(speed=SPEED, number=answered_by(AGENT)) as phone:
        call = phone.dial()
        assert call.say("¿Habla español?") == "Claro que sí."
        wait_until_reported(line, call)
        call.drop()
        assert call.say("¿Está ahí?", lang="es-ES") == "Sigo aquí."
    session = call.sessions[-1].id
    again = [frame.message for frame in call.frames if frame.sender == "app" and frame.session == session]
    assert [message["type"] for message in again] == ["language", "text"] or again[0]["type"] == "language"
    assert again[-1]["lang"] == "es-ES"
    assert call.errors == ()
