"""The scripted call: greeting, answer, interruption, tool and hand-off, shown and checked."""

import sys

from local.dev_stack import DevStack
from local.phone import Call, CallError

SPEED = 3.0
"""How many times faster than on a real phone people speak; the handlers and the model keep their own time."""


def play(line: DevStack, cut_in_after: str) -> int:
    """Carry the call, print its transcript and times; return 0, or 1 when anything went wrong.

    The caller cuts in on the long answer once these words of it were heard.
    """
    with line.phone(speed=SPEED) as phone:
        call = phone.dial()
        try:
            _carry(call, cut_in_after)
        except CallError as error:
            print(f"The call broke off: {str(error).splitlines()[0]}", file=sys.stderr)
    line.gateway.settled()
    print(_shown(call))
    faults = _faults(call, line)
    for fault in faults:
        print(f"wrong: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _carry(call: Call, cut_in_after: str) -> None:
    call.say("Good evening. What are you?")
    call.say("Can you look up my booking K4T9?")
    call.speak("Tell me a story about the restaurant.")
    call.interrupt("Stop, thank you.", after=cut_in_after)
    call.wait_until_quiet()
    call.speak("Please let me talk to a human.")
    call.wait_until_over()


def _shown(call: Call) -> str:
    """Return the call as it was heard, what became of it, and how long the caller waited each time."""
    cut = [turn.heard for turn in call.turns if turn.interrupted]
    spoken = [f"{line.who}: {line.text}{' —' if line.text in cut else ''}" for line in call.lines]
    ends = [f"[put through to {noun.text}]" for verb in call.verbs for noun in verb.nouns]
    waits = [f"  {_seconds(turn.first_text)}  {turn.prompt}" for turn in call.turns]
    return "\n".join([*spoken, *ends, "", "To the first word, from the end of what the caller said:", *waits])


def _seconds(seconds: float | None) -> str:
    return "  none" if seconds is None else f"{seconds * 1000:4.0f} ms"


def _faults(call: Call, line: DevStack) -> list[str]:
    expected = {
        "the greeting was not heard": bool(call.lines) and call.lines[0].who == "agent",
        "the booking was not found": "Friday" in call.heard,
        "no answer was interrupted": any(turn.interrupted for turn in call.turns),
        "a turn was not answered": all(turn.first_text is not None for turn in call.turns),
        "the caller was not put through": any(verb.name == "Dial" for verb in call.verbs),
    }
    faults = [fault for fault, holds in expected.items() if not holds]
    faults += [f"Twilio would report {error.code}: {error.text}" for error in call.errors]
    return faults + [f"a handler failed: {failure}" for failure in line.gateway.failures]
