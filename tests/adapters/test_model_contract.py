"""What every model must do. Doubles that speak the real wire play the services."""

import json
import traceback
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from time import monotonic, sleep
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.offline import Offline
from functions.relay.cancel_scope import CancelScope
from functions.relay.ports import Model
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Finished,
    Message,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
    Usage,
)
from local.models import (
    AnthropicServer,
    BedrockServer,
    Drop,
    Fail,
    Finish,
    Garbage,
    ModelServer,
    OpenAIServer,
    Pause,
    Refuse,
    Stall,
    Step,
    Text,
    Thought,
    Use,
    spoken,
)
from tests.endpoint import WAIT_S
from tests.servers.models import bedrock_model, claude_model, openai_model

pytestmark = pytest.mark.slow

FIND = ToolSpec(
    "find_booking",
    "Look up a booking by its reference, such as K4T9.",
    {"type": "object", "properties": {"reference": {"type": "string"}}, "required": ["reference"]},
)
HELLO = Request("You answer the phone.", (CallerMessage("Good evening"),), (FIND,))
BOOKING = Request("You answer the phone.", (CallerMessage("What about booking K4T9?"),), (FIND,))
ASK = ToolCall("use-1", "find_booking", '{"reference": "K4T9"}')
ANSWERED = Request(
    "You answer the phone.",
    (*BOOKING.messages, AgentMessage("", (ASK,)), ToolResults((ToolResult("use-1", "Friday at eight."),))),
    (FIND,),
)

Answered = Callable[..., AbstractContextManager[Model]]


@contextmanager
def offline(*_: Step) -> Iterator[Model]:
    yield Offline(first=0, between=0)


@contextmanager
def on_bedrock(*steps: Step) -> Iterator[Model]:
    with BedrockServer() as server, bedrock_model(server) as model:
        server.script(*steps)
        yield model


@contextmanager
def on_claude(*steps: Step) -> Iterator[Model]:
    with AnthropicServer() as server, claude_model(server) as model:
        server.script(*steps)
        yield model


@contextmanager
def on_openai(*steps: Step) -> Iterator[Model]:
    with OpenAIServer() as server, openai_model(server) as model:
        server.script(*steps)
        yield model


@contextmanager
def on_a_compatible_server(*steps: Step) -> Iterator[Model]:
    with OpenAIServer(knows=OpenAIServer.CHAT_ONLY) as server, openai_model(server, "llama3.2:1b") as model:
        server.script(*steps)
        yield model


@pytest.fixture(params=[offline, on_bedrock, on_claude, on_openai, on_a_compatible_server])
def answering(request: pytest.FixtureRequest) -> Answered:
    chosen: Answered = request.param
    return chosen


def said(pieces: list[StreamEvent]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextDelta))


def test_words_come_first_and_the_end_comes_once(answering: Answered) -> None:
    with answering(*spoken("Good evening to you!"), Finish()) as model:
        *words, end = model.ask(HELLO)
    assert len(words) > 3
    assert all(isinstance(word, TextDelta) and word.text for word in words)
    assert isinstance(end, Finished)
    assert end.reason == "end"
    assert "ood evening" in said(words)


def test_a_tool_is_asked_for_by_name_with_an_object(answering: Answered) -> None:
    with answering(Use("use-1", "find_booking", ('{"refe', 'rence": "K4', 'T9"}')), Finish("tool_use")) as model:
        ask, end = model.ask(BOOKING)
    assert isinstance(ask, ToolCall)
    assert ask.id
    assert (ask.name, json.loads(ask.arguments)) == ("find_booking", {"reference": "K4T9"})
    assert isinstance(end, Finished)
    assert end.reason == "tools"


def test_a_tools_answer_is_put_to_the_caller(answering: Answered) -> None:
    with answering(*spoken("It is on Friday at eight."), Finish()) as model:
        assert "Friday at eight" in said(list(model.ask(ANSWERED)))


def test_an_answer_that_is_closed_leaves_the_next_one_alone(answering: Answered) -> None:
    with answering(*spoken("Good evening to you!"), Finish()) as model:
        whole = said(list(model.ask(HELLO)))
        broken_off = model.ask(HELLO)
        next(broken_off)
        broken_off.close()
        assert list(broken_off) == []
        assert said(list(model.ask(HELLO))) == whole


def test_two_answers_at_once_do_not_mix(answering: Answered) -> None:
    with answering(*spoken("Good evening to you!"), Finish()) as model:
        one, other = list(model.ask(HELLO)), list(model.ask(HELLO))
        mixed = list(zip(model.ask(HELLO), model.ask(HELLO), strict=True))
    assert [first for first, _ in mixed] == one
    assert [second for _, second in mixed] == other


class Service:
    """A model behind the double of its service, with that service's own words for each fault."""

    def __init__(self, server: ModelServer, model: Model, names: dict[str, str]) -> None:
        self.server, self.model, self.names = server, model, names

    def answer(self, *steps: Step, request: Request = HELLO) -> list[StreamEvent]:
        self.server.script(*steps)
        return list(self.model.ask(request))

    def failure(self, *steps: Step, request: Request = HELLO) -> ModelError:
        with pytest.raises(ModelError) as raised:
            self.answer(*steps, request=request)
        return raised.value


@contextmanager
def bedrock_service(**options: Any) -> Iterator[Service]:
    names = {
        "throttled": "throttlingException",
        "overloaded": "serviceUnavailableException",
        "broken": "modelStreamErrorException",
        "refused": "validationException",
        "refusal": "guardrail_intervened",
    }
    with BedrockServer() as server, bedrock_model(server, **options) as model:
        yield Service(server, model, names)


@contextmanager
def claude_service(**options: Any) -> Iterator[Service]:
    names = {
        "throttled": "rate_limit_error",
        "overloaded": "overloaded_error",
        "broken": "api_error",
        "refused": "invalid_request_error",
        "refusal": "refusal",
    }
    with AnthropicServer() as server, claude_model(server, **options) as model:
        yield Service(server, model, names)


@contextmanager
def openai_service(knows: tuple[str, ...] = OpenAIServer.BOTH, **options: Any) -> Iterator[Service]:
    names = {
        "throttled": "rate_limit_exceeded",
        "overloaded": "server_is_overloaded",
        "broken": "server_error",
        "refused": "invalid_prompt",
        "refusal": "refusal",
    }
    with OpenAIServer(knows=knows) as server, openai_model(server, **options) as model:
        yield Service(server, model, names)


@contextmanager
def chat_service(**options: Any) -> Iterator[Service]:
    """A compatible server that has answered once, so that it is known to have only Chat Completions."""
    with openai_service(knows=OpenAIServer.CHAT_ONLY, **options) as service:
        service.answer(Finish())
        service.server.forget()
        yield service


Opening = Callable[..., AbstractContextManager[Service]]

SERVICES: list[Opening] = [bedrock_service, claude_service, openai_service, chat_service]


@pytest.fixture(params=SERVICES)
def opening(request: pytest.FixtureRequest) -> Opening:
    chosen: Opening = request.param
    return chosen


@pytest.fixture
def service(opening: Opening) -> Generator[Service, None, None]:
    with opening() as opened:
        yield opened


def test_pieces_keep_their_order_and_their_spaces(service: Service) -> None:
    pieces = service.answer(Text("A table"), Text(" for "), Text("four,\n"), Text("è prenotato."), Finish())
    assert pieces[:-1] == [TextDelta("A table"), TextDelta(" for "), TextDelta("four,\n"), TextDelta("è prenotato.")]


def test_an_empty_piece_is_no_word(service: Service) -> None:
    assert service.answer(Text(""), Text("Yes."), Finish())[:-1] == [TextDelta("Yes.")]


def test_thoughts_stay_unspoken(service: Service) -> None:
    assert service.answer(Thought("The caller seems upset."), Text("Sorry."), Finish())[:-1] == [TextDelta("Sorry.")]


def test_several_tools_in_one_answer_follow_its_words(service: Service) -> None:
    first, second = Use("use-1", "find_booking", ('{"reference"', ': "K4T9"}')), Use("use-2", "say_goodbye")
    pieces = service.answer(Text("Let me look."), first, second, Finish("tool_use"))
    assert pieces == [TextDelta("Let me look."), ASK, ToolCall("use-2", "say_goodbye", "{}"), Finished("tools")]


def test_a_tool_is_asked_for_before_the_stream_ends(service: Service) -> None:
    service.server.script(Use("use-1", "find_booking", ('{"reference": "K4T9"}',)), Text("So"), Stall())
    answer = service.model.ask(HELLO)
    assert next(answer) == ASK
    answer.close()


@pytest.mark.parametrize("written", [(), ("{",), ('{"no',), ("{}",)], ids=["none", "one sign", "half", "all"])
@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded", "refusal"])
def test_a_call_that_was_cut_is_not_run(service: Service, written: tuple[str, ...], reason: str) -> None:
    """No service says whether a limit or the model ended its block. `hang_up` needs no arguments."""
    whole, cut = Use("use-1", "find_booking", ('{"reference": "K4T9"}',)), Use("use-2", "hang_up", written)
    events = service.answer(Text("Well."), whole, cut, Finish(service.names.get(reason, reason)))
    assert events[:-1] == [TextDelta("Well."), ASK]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == ("refused" if reason == "refusal" else "length")


def test_tokens_are_counted(service: Service) -> None:
    spent = Finish(input=812, output=24, cache_read=600, cache_write=40)
    assert service.answer(Text("Yes."), spent)[-1] == Finished("end", Usage(812, 24, 600, 40))


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "end"),
        ("tool_use", "tools"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
    ],
)
def test_the_end_has_its_reason(service: Service, reason: str, meaning: str) -> None:
    use = [Use("use-1", "find_booking")] if meaning == "tools" else []
    *_, end = service.answer(*use, Finish(reason))
    assert isinstance(end, Finished)
    assert end.reason == meaning


def test_a_refusal_is_an_end(service: Service) -> None:
    assert service.answer(Text("I"), Finish(service.names["refusal"])) == [TextDelta("I"), Finished("refused")]


@pytest.mark.parametrize("trouble", ["throttled", "overloaded", "broken", "refused"])
def test_an_error_in_the_middle_comes_after_the_words_before_it(service: Service, trouble: str) -> None:
    service.server.script(Text("One"), Text(" moment"), Fail(service.names[trouble]))
    answer = service.model.ask(HELLO)
    assert [next(answer), next(answer)] == [TextDelta("One"), TextDelta(" moment")]
    with pytest.raises(ModelError) as raised:
        next(answer)
    assert raised.value.kind == trouble
    assert service.names[trouble] in str(raised.value)


@pytest.mark.parametrize("steps", [(Text("One"), Stall()), (Stall(),)], ids=["in the middle", "before the stream"])
def test_silence_is_a_stall(opening: Opening, steps: tuple[Step, ...]) -> None:
    with opening(seconds=0.2) as service:
        assert service.failure(*steps).kind == "stalled"
        assert service.server.requests[-1].left.wait(5)


def test_a_pause_within_the_patience_is_none(opening: Opening) -> None:
    with opening(seconds=2) as service:
        assert service.answer(Pause(0.05), Text("Yes."), Pause(0.05), Finish())[0] == TextDelta("Yes.")


@pytest.mark.parametrize("steps", [(Text("One"), Drop()), (Drop(),)], ids=["in the middle", "before the stream"])
def test_a_dropped_connection_is_an_error(service: Service, steps: tuple[Step, ...]) -> None:
    assert service.failure(*steps).kind == "broken"


def test_a_stream_without_a_reason_is_broken(service: Service) -> None:
    assert service.failure(Text("One")).kind == "broken"


def test_bytes_that_are_no_event_are_an_error(service: Service) -> None:
    garbage = Garbage(b"event: content_block_delta\ndata: {not json\n\n")
    assert service.failure(Text("One"), garbage, Finish()).kind == "broken"


def test_a_server_that_does_not_listen_is_an_error(service: Service) -> None:
    service.server.stop()
    with pytest.raises(ModelError) as raised:
        next(service.model.ask(HELLO))
    assert raised.value.kind == "broken"


def test_closing_the_answer_closes_the_connection_at_once(service: Service) -> None:
    service.server.script(Text("One"), Stall())
    answer = service.model.ask(HELLO)
    next(answer)
    assert not service.server.requests[-1].left.is_set()
    answer.close()
    assert service.server.requests[-1].left.wait(5)


@pytest.mark.parametrize("steps", [(Text("One"), Stall()), (Stall(),)], ids=["in the middle", "before the stream"])
def test_another_task_ends_the_wait_for_a_silent_model(opening: Opening, steps: tuple[Step, ...]) -> None:
    with opening(seconds=WAIT_S) as service, ThreadPoolExecutor(1) as pool:
        service.answer(Text("Yes."), Finish())  # the next request goes over an open connection
        service.server.script(*steps)
        scope, asked = CancelScope(), len(service.server.requests) + 1
        answer = pool.submit(within, scope, service.model)
        waited_for(service.server, asked)
        at = monotonic()
        scope.cancel()
        assert isinstance(answer.exception(WAIT_S), ModelError)
        assert monotonic() - at < WAIT_S / 2
        assert service.server.requests[-1].left.wait(WAIT_S)
        assert len(service.server.requests) == asked


def waited_for(server: ModelServer, requests: int) -> None:
    """Wait until so many requests have arrived."""
    until = monotonic() + WAIT_S
    while len(server.requests) < requests:
        assert monotonic() < until
        sleep(0.005)


def within(scope: CancelScope, model: Model) -> list[StreamEvent]:
    with scope:
        return list(model.ask(HELLO))


def test_a_request_that_is_cancelled_before_it_is_sent_ends_as_well(opening: Opening) -> None:
    with opening(seconds=WAIT_S) as service:
        service.server.script(Stall())
        scope = CancelScope()
        scope.cancel()
        with pytest.raises(ModelError):
            within(scope, service.model)


def test_a_cancelled_request_leaves_the_next_one_alone(service: Service) -> None:
    service.server.script(Stall())
    scope, asked = CancelScope(), len(service.server.requests) + 1
    scope.cancel()
    with pytest.raises(ModelError):
        within(scope, service.model)
    waited_for(service.server, asked)
    assert service.answer(Text("Yes."), Finish())[0] == TextDelta("Yes.")


def test_an_answer_read_to_its_end_keeps_the_connection(service: Service) -> None:
    service.answer(Text("Yes."), Finish())
    service.answer(Text("No."), Finish())
    assert len({asked.connection for asked in service.server.requests}) == 1


@pytest.mark.parametrize("where", ["before the stream", "in the middle"])
def test_what_was_said_is_in_no_error(service: Service, where: str) -> None:
    request = Request("You answer the phone.", (CallerMessage("My card is 4929"),))
    code, echo = service.names["refused"], "invalid content: My card is 4929"
    step: Step = Fail(code, echo) if where == "in the middle" else Refuse(400, code, echo)
    error = service.failure(step, request=request)
    assert error.kind == "refused"
    assert "4929" not in "".join(traceback.format_exception(error))


ARGUMENTS = st.sampled_from(['{"reference": "K4T9"}', "", "[1]", '{"refer'])
TEXTS = st.sampled_from(["", "  ", "Good evening", "K4T9, please"])


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """The caller's words first, and the caller's or a tool's last; anything may be blank, and the agent silent."""
    lines: list[Message] = [CallerMessage(draw(TEXTS))]
    for number in range(draw(st.integers(0, 4))):
        asks = tuple(
            ToolCall(
                f"use-{number}-{place}", "find_booking", draw(st.sampled_from(['{"reference": "K4"}', "", "[1]"]))
            )
            for place in range(draw(st.integers(0, 2)))
        )
        lines.append(AgentMessage(draw(TEXTS), asks))
        if asks:
            lines.append(ToolResults(tuple(ToolResult(ask.id, draw(TEXTS), draw(st.booleans())) for ask in asks)))
        if not asks or draw(st.booleans()):
            lines.append(CallerMessage(draw(TEXTS)))
    return tuple(lines)


@pytest.mark.parametrize("opening", [openai_service, chat_service])
def test_any_conversation_is_one_that_openai_accepts(opening: Opening) -> None:
    """The double itself refuses what OpenAI refuses."""
    with opening() as service:
        service.server.script(Finish())

        @settings(max_examples=60, deadline=None)
        @given(conversations())
        def accepted(lines: tuple[Message, ...]) -> None:
            list(service.model.ask(Request("You answer the phone.", lines, (FIND,))))

        accepted()


@pytest.mark.parametrize("opening", [bedrock_service, claude_service])
def test_any_conversation_is_one_that_the_services_accept(opening: Opening) -> None:
    with opening() as service:
        service.server.script(Finish())

        @settings(max_examples=60, deadline=None)
        @given(conversations())
        def accepted(lines: tuple[Message, ...]) -> None:
            list(service.model.ask(Request("You answer the phone.", lines, (FIND,))))
            messages = service.server.requests[-1].body["messages"]
            assert [message["role"] for message in messages] == alternating(len(messages))
            assert len(messages) % 2 == 1
            assert "" not in [text.strip() for text in texts(messages)]
            assert answers_lead(messages)
            assert all(isinstance(given, dict) for given in inputs(messages))

        accepted()


def alternating(number: int) -> list[str]:
    return [("user", "assistant")[place % 2] for place in range(number)]


def texts(value: Any) -> Iterator[str]:
    """Every text and every content of a tool result, on both wires."""
    match value:
        case {"text": str(text)} | {"content": str(text)}:
            yield text
        case dict():
            for item in value.values():
                yield from texts(item)
        case list():
            for item in value:
                yield from texts(item)
        case _:
            pass


def inputs(messages: list[Any]) -> list[Any]:
    """The arguments of every tool that was asked for."""
    uses = [block.get("toolUse", block) for message in messages for block in message["content"]]
    return [use["input"] for use in uses if "input" in use]


def answers_lead(messages: list[Any]) -> bool:
    """Whether the tool results are before the words in each message, as both services require."""
    kinds = [
        ["toolResult" in block or block.get("type") == "tool_result" for block in m["content"]] for m in messages
    ]
    return all(kind == sorted(kind, reverse=True) for kind in kinds)
