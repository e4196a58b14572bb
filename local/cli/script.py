"""Runs a call by a script: the lines that are piped in, or the built-in script."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from local.aws.gateway_server import Gateway
from local.cli.commands import PIPED_HELP, Command, Hears, Interrupt, Plain, Refused, Say, read
from local.cli.terminal import Begin, carry_out
from local.dialer import DialError
from local.phone import Call, CallError, Event

SPEED = 3.0
"""How many times faster than on a real phone people speak. Handlers and the model run at their own speed."""

ANY_AGENT = ("Good evening. What are you?", "Tell me a long story about that.", "/interrupt Stop, thank you.")
"""The built-in script. It expects only that the agent answers."""


class Status(IntEnum):
    """The exit status of a scripted call: the first expectation that failed."""

    PASSED = 0
    USAGE = 2
    NOT_GREETED = 3
    NOT_ANSWERED = 4
    BROKE_OFF = 5
    NOT_HEARD = 6
    TWILIO_ERROR = 7
    HANDLER_FAILED = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """An expectation that failed, and the words for it."""

    status: Status
    words: str


class ScriptError(ValueError):
    """A line of a script cannot be run; `str(error)` names the line and says what is possible."""


def script(lines: Iterable[str]) -> tuple[Command, ...]:
    """Return the commands of a script; those of the built-in script if it has none. Raises ScriptError."""
    found = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    commands = []
    for number, line in found:
        match read(line):
            case Refused(reason):
                raise ScriptError(f"line {number}: {reason}\n{PIPED_HELP}")
            case Plain.CALL | Plain.ANSWER | Plain.HELP as command:
                raise ScriptError(f"line {number}: {command.value} is only for a terminal; a script is one call.")
            case command:
                commands.append(command)
    return tuple(commands) or tuple(read(line) for line in ANY_AGENT)


def play(begin: Begin, gateway: Gateway, commands: Sequence[Command], language: str = "") -> Status:
    """Run the call, and print its transcript and its times; return the expectation that failed first."""
    try:
        call = begin(_ignore)
    except DialError as error:
        print(error, file=sys.stderr)
        return Status.USAGE
    faults = _carry(call, gateway, commands, language)
    gateway.settled()
    print(_shown(call))
    faults += [
        *_expected(call),
        *(Fault(Status.HANDLER_FAILED, f"a handler failed: {one}") for one in gateway.failures),
    ]
    for fault in faults:
        print(f"wrong: {fault.words}", file=sys.stderr)
    return faults[0].status if faults else Status.PASSED


def _ignore(_: Event) -> None:
    """Print nothing: the transcript at the end has everything."""


def _carry(call: Call, gateway: Gateway, commands: Sequence[Command], language: str) -> list[Fault]:
    """Run the commands, then hang up; return what went wrong."""
    faults = []
    try:
        call.wait_until_quiet()
        for command, following in zip(commands, [*commands[1:], None], strict=True):
            if call.over or command is Plain.QUIT:
                break
            if isinstance(command, Hears) and command.text.lower() not in call.heard.lower():
                faults.append(Fault(Status.NOT_HEARD, f"the caller did not hear {command.text!r}"))
            _step(call, gateway, command, following, language)
        if not call.over:
            call.hang_up()
    except CallError as error:
        faults.append(Fault(Status.BROKE_OFF, f"the call broke off: {str(error).splitlines()[0]}"))
    return faults


def _step(call: Call, gateway: Gateway, command: Command, following: Command | None, language: str) -> None:
    """Run a command and listen to the answer, or only to its first words if the next command interrupts it."""
    if isinstance(command, Interrupt) and not call.speaking:
        command = Say(command.text) if command.text else Plain.NOTHING
    carry_out(call, command, print, language)
    if isinstance(following, Interrupt):
        before = call.heard
        call.wait_until(lambda one: one.over or one.heard != before)
    else:
        call.wait_until_quiet()
        gateway.settled()  # the end of a call follows the agent's last words
        call.catch_up()


def _shown(call: Call) -> str:
    """Return the call as it was heard, how it ended, and how long the caller waited each time."""
    cut = [turn.heard for turn in call.turns if turn.interrupted]
    spoken = [f"{line.who}: {line.text}{' —' if line.text in cut else ''}" for line in call.lines]
    ends = [f"[put through to {call.dialed}]"] if call.dialed else []
    waits = [f"  {_milliseconds(turn.first_text)}  {turn.prompt}" for turn in call.turns]
    return "\n".join(
        [*spoken, *ends, "", "Time from the end of the caller's words to the first word of the answer:", *waits]
    )


def _milliseconds(seconds: float | None) -> str:
    return "  none" if seconds is None else f"{seconds * 1000:4.0f} ms"


def _expected(call: Call) -> list[Fault]:
    faults = []
    if not call.lines or call.lines[0].who != "agent":
        faults.append(Fault(Status.NOT_GREETED, "the caller was not greeted"))
    for turn in call.turns:
        if turn.first_text is None and not turn.interrupted and turn is not call.turns[-1]:
            faults.append(Fault(Status.NOT_ANSWERED, f"{turn.prompt!r} was not answered"))
    if call.turns and call.turns[-1].first_text is None and not call.dialed:
        faults.append(Fault(Status.NOT_ANSWERED, f"{call.turns[-1].prompt!r} was not answered"))
    return faults + [Fault(Status.TWILIO_ERROR, f"Twilio would report {one.code}: {one.text}") for one in call.errors]
