"""The doubles of the services: they follow their scripts and leave no thread behind."""

import threading

import pytest

from functions.relay.wire.model import CallerMessage, Request, TextDelta
from local.models import BedrockServer, Finish, Stall, Text, spoken
from tests.servers.models import bedrock_model

pytestmark = pytest.mark.slow

HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),))


def test_scripts_are_taken_in_turn_and_the_last_one_stays() -> None:
    heard = []
    with BedrockServer() as server, bedrock_model(server) as model:
        heard.append(next(model.ask(HELLO)))
        server.script(Text("One."), Finish())
        server.script(Text("Two."), Finish())
        heard += [next(model.ask(HELLO)) for _ in range(3)]
        server.script(Text("Three."), Finish())
        heard.append(next(model.ask(HELLO)))
    assert heard == [TextDelta("Yes."), TextDelta("One."), TextDelta("Two."), TextDelta("Two."), TextDelta("Three.")]


def lasting() -> list[threading.Thread]:
    """The threads that keep a process from ending. Others, such as moto's, may start and end during this test."""
    return [thread for thread in threading.enumerate() if not thread.daemon]


def test_stopping_ends_every_thread_and_is_no_client_hang_up() -> None:
    before = lasting()
    with BedrockServer() as server, bedrock_model(server) as model:
        server.script(Text("One."), Stall())
        answer = model.ask(HELLO)
        next(answer)
        server.stop()
        assert lasting() == before
        assert not server.requests[0].left.is_set()
        answer.close()


def test_a_sentence_is_spoken_word_by_word() -> None:
    assert spoken("Good evening to you!") == (Text("Good"), Text(" evening"), Text(" to"), Text(" you!"))
    assert spoken("Yes") == (Text("Yes"),)
