"""The lines that are typed or piped in during a call."""

import pytest

from local.cli.commands import Command, Hears, Interrupt, Plain, Press, Refused, Say, read
from local.cli.script import ANY_AGENT, ScriptError, script

LINES: dict[str, Command] = {
    "Hello there.\n": Say("Hello there."),
    "  well, goodbye  ": Say("well, goodbye"),
    "/interrupt": Interrupt(""),
    "/interrupt Stop it.": Interrupt("Stop it."),
    "/INTERRUPT now": Interrupt("now"),
    "/dtmf 12#*": Press("12#*"),
    "/drop": Plain.DROP,
    "/hangup\n": Plain.HANG_UP,
    "/call": Plain.CALL,
    "/answer": Plain.ANSWER,
    "/quit": Plain.QUIT,
    "/hears Friday at eight": Hears("Friday at eight"),
    "\n": Plain.NOTHING,
    "": Plain.NOTHING,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_command(line: str) -> None:
    assert read(line) == LINES[line]


@pytest.mark.parametrize(
    "line", ["/dtmf", "/dtmf abc", "/dtmf 1 2", "/hears", "/nonsense", "/drop now", "/", "/quit 5"]
)
def test_a_command_that_is_none_is_refused_with_what_there_is(line: str) -> None:
    match read(line):
        case Refused(reason):
            assert "/dtmf 5" in reason
        case other:
            pytest.fail(f"{other} was read")


def test_a_script_leaves_out_comments_and_empty_lines() -> None:
    assert script(["# who calls", "", "Hello?\n", "/hears Rosa"]) == (Say("Hello?"), Hears("Rosa"))


def test_without_a_line_there_is_a_script_for_any_agent() -> None:
    assert script([]) == script(["\n"]) == tuple(read(line) for line in ANY_AGENT)


@pytest.mark.parametrize("line", ["/dtmf abc", "/nonsense", "/call", "/answer", "/help"])
def test_a_line_that_no_script_has_is_named(line: str) -> None:
    with pytest.raises(ScriptError, match="line 2: "):
        script(["Hello?", line])
