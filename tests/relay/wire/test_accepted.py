from dataclasses import replace

import pytest

from functions.relay.wire.accepted import (
    BEGINNING,
    GO_ON,
    GONE,
    INAUDIBLE,
    MOST_TOOLS,
    NO_RESULT,
    NOTHING,
    UNNAMED,
    accepted_request,
    arguments_of,
    ids_in,
    tool_name,
)
from functions.relay.wire.model import (
    AgentMessage,
    CallerMessage,
    Message,
    Request,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSpec,
)

HI = CallerMessage("Hello?")
FIND = ToolSpec("find", "Look up a booking.", {"type": "object", "properties": {}})


def call(id: str = "t1", name: str = "find", arguments: str = "{}") -> ToolCall:
    return ToolCall(id, name, arguments)


def asked(*calls: ToolCall, text: str = "") -> AgentMessage:
    return AgentMessage(text, calls)


def found(*ids: str) -> ToolResults:
    return ToolResults(tuple(ToolResult(one, f"found {number}") for number, one in enumerate(ids, 1)))


def messages(*given: Message) -> tuple[Message, ...]:
    return accepted_request(Request("You answer.", given, (FIND,))).messages


def calls_of(*given: Message) -> list[ToolCall]:
    return [one for message in messages(*given) if isinstance(message, AgentMessage) for one in message.tool_calls]


def results_of(*given: Message) -> list[ToolResult]:
    return [one for message in messages(*given) if isinstance(message, ToolResults) for one in message.results]


def test_a_sound_request_stays_as_it_is() -> None:
    sound = Request("You answer.", (HI, asked(call("a"), call("b"), text="One moment."), found("a", "b")), (FIND,))
    assert accepted_request(sound) == sound


@pytest.mark.parametrize("text", ["", " \n"])
def test_blank_words_are_none(text: str) -> None:
    given = (CallerMessage(text), AgentMessage(text), HI, asked(call(), text=text), found("t1"))
    assert messages(*given) == (CallerMessage(INAUDIBLE), HI, asked(call()), found("t1"))


def test_a_blank_result_says_so() -> None:
    assert results_of(HI, asked(call()), ToolResults((ToolResult("t1", " "),))) == [ToolResult("t1", NOTHING)]


def test_half_a_surrogate_pair_is_replaced() -> None:
    given = (CallerMessage("\ud800"), asked(call(), text="\ud800"), ToolResults((ToolResult("t1", "\ud800"),)))
    assert messages(*given) == (CallerMessage("?"), asked(call(), text="?"), ToolResults((ToolResult("t1", "?"),)))
    assert accepted_request(Request("\ud800", (HI,))).prompt == "?"


def test_the_caller_begins_and_ends() -> None:
    assert messages() == (BEGINNING,)
    assert messages(AgentMessage("Hello!")) == (BEGINNING, AgentMessage("Hello!"), GO_ON)
    assert messages(AgentMessage("Hello!"), HI) == (BEGINNING, AgentMessage("Hello!"), HI)


def test_two_calls_with_one_id_each_have_their_own_result() -> None:
    given = (HI, asked(call("book"), call("book")), found("book", "book"))
    assert [one.id for one in calls_of(*given)] == ["book", "call00002"]
    assert results_of(*given) == [ToolResult("book", "found 1"), ToolResult("call00002", "found 2")]


def test_an_id_of_an_earlier_round_is_taken() -> None:
    given = (HI, asked(call()), found("t1"), asked(call()), found("t1"))
    assert [one.id for one in results_of(*given)] == ["t1", "call00002"]


def test_a_number_that_is_taken_is_skipped() -> None:
    assert [one.id for one in calls_of(HI, asked(call("call00002"), call(""), call("")))] == [
        "call00002",
        "call00003",
        "call00004",
    ]
    assert [one.id for one in calls_of(HI, asked(call("call00002"), call("call00002")))] == ["call00002", "call00003"]


@pytest.mark.parametrize("id", ["", "a b", "book:1", "ä", "x" * 41, "t1\n"])
def test_an_ill_formed_id_is_replaced(id: str) -> None:
    assert results_of(HI, asked(call(id)), found(id)) == [ToolResult("call00001", "found 1")]


def test_a_tool_call_without_a_result_says_so() -> None:
    given = (HI, asked(call("a"), call("b")), found("b"))
    assert results_of(*given) == [ToolResult("a", NO_RESULT, failed=True), ToolResult("b", "found 1")]
    assert results_of(HI, asked(call()), HI, found("t1")) == [ToolResult("t1", NO_RESULT, failed=True)]
    assert results_of(HI, asked(call())) == [ToolResult("t1", NO_RESULT, failed=True)]


def test_a_result_without_a_call_is_left_out() -> None:
    assert messages(HI, found("t1"), asked(call("a")), found("b", "a"), found("c")) == (
        HI,
        asked(call("a")),
        ToolResults((ToolResult("a", "found 2"),)),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("book_table-2", "book_table-2"),
        ("book.table", "book_table"),
        ("$FUNCTIONS.book_table", "_FUNCTIONS_book_table"),
        ("büchen", "b_chen"),
        ("", UNNAMED),
        ("x" * 200, "x" * 64),
    ],
)
def test_a_name_is_written_as_services_take_it(written: str, read: str) -> None:
    assert tool_name(written) == read
    assert calls_of(HI, asked(call(name=written)))[0].name == read


def test_tools_that_only_the_history_names_are_declared() -> None:
    given = (HI, asked(call("a", "gone"), call("b", "find"), call("c", "gone")), found("a", "b", "c"), HI)
    assert accepted_request(Request("You answer.", given, (FIND,))).tools == (
        FIND,
        ToolSpec("gone", GONE, {"type": "object", "properties": {}}),
    )
    assert [tool.name for tool in accepted_request(Request("You answer.", given)).tools] == ["gone", "find"]


@pytest.mark.parametrize("own", [0, 1, MOST_TOOLS - 1, MOST_TOOLS])
def test_no_history_makes_a_request_declare_too_many_tools(own: int) -> None:
    tools = tuple(replace(FIND, name=f"find_{number}") for number in range(own))
    given = (HI, asked(*(call(f"t{number}", f"made_up_{number}") for number in range(MOST_TOOLS + 1))), HI)
    declared = accepted_request(Request("You answer.", given, tools)).tools
    assert (len(declared), declared[:own]) == (MOST_TOOLS, tools)


@pytest.mark.parametrize(
    "arguments",
    ["", "[1]", '{"day": ', '{"day": NaN}', '{"day": 1e999}', r'{"day": "\ud800"}', '{"day": ' + "[" * 99_999],
)
def test_arguments_that_are_no_object_are_an_empty_one(arguments: str) -> None:
    assert arguments_of(call(arguments=arguments)) == {}
    assert calls_of(HI, asked(call(arguments=arguments)))[0].arguments == "{}"


def test_arguments_stay_as_the_model_wrote_them() -> None:
    assert calls_of(HI, asked(call(arguments='{ "day":1 }')))[0].arguments == '{ "day":1 }'
    assert arguments_of(call(arguments='{ "day":1 }')) == {"day": 1}


def test_the_ids_of_a_history_are_those_of_its_tool_calls() -> None:
    assert list(ids_in((HI, asked(call("a"), call("b")), found("a", "b"), HI, asked(call("c"))))) == ["a", "b", "c"]


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_prompt_or_situation_is_empty(blank: str) -> None:
    request = accepted_request(Request(blank, (HI,), situation=blank))
    assert (request.prompt, request.situation) == ("", "")


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\x85", "\u202e", "\U000e0041"])
def test_no_text_has_control_characters(hidden: str) -> None:
    text = f"a{hidden}b"
    results = ToolResults((ToolResult("t1", text),))
    request = Request(text, (CallerMessage(text), asked(call(), text=text), results), situation=text)
    assert repr(accepted_request(request)).count("a b") == 5
    assert accepted_request(Request("a", (CallerMessage(hidden),))).messages == (CallerMessage(INAUDIBLE),)
