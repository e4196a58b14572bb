"""A call in the terminal: you type what the caller says, the agent's words appear as they would be spoken."""

import math
import select
import sys
from threading import Lock

from local.dev_stack import DevStack
from local.phone import Call, CallError, Closed, Event, Opened, Over, Pace, Phone, Speaking, Words

HELP = """Type what the caller says and press Enter; while the agent speaks that interrupts it.
  /interrupt [words]   break in           /dtmf 5    press a key
  /drop                lose the socket    /hangup    hang up (or Ctrl-C, or say goodbye)"""

PROMPT = "you: "
CLEAR = "\r\033[K"
"""Goes back to the start of the line and wipes it: the prompt stands there."""

WAIT_FOR_GOODBYE = 15.0

TYPED = Pace(caller=math.inf, settle=0.0)
"""What is typed has been said: nobody waits for it to be spoken."""


def talk(line: DevStack) -> int:
    """Carry a call until either side hangs up; return 0, or 1 when the application did something wrong."""
    print(HELP)
    screen = Screen()
    with line.phone(pace=TYPED) as phone:
        call = _dial(phone, screen)
        try:
            while _step(call, _typed(call)):
                continue
        except KeyboardInterrupt:
            print()
        if not call.over:
            call.hang_up()
    for error in call.errors:
        print(f"Twilio would report {error.code}: {error.text}", file=sys.stderr)
    return 1 if call.errors or line.gateway.failures else 0


def aside(text: str) -> None:
    """Print a note beside the call, and the prompt again."""
    print(f"\n[{text}]\n{PROMPT}", end="", flush=True)


def _dial(phone: Phone, screen: "Screen") -> Call:
    print("\nRinging …")
    return phone.dial(on_event=screen.show, listen=False)


def _typed(call: Call) -> str:
    """Return the next line that is typed; nothing once input or the call is over."""
    while not call.over:
        if select.select([sys.stdin], [], [], 0.1)[0]:
            return sys.stdin.readline()
    return ""


def _step(call: Call, typed: str) -> bool:
    """Do what was typed; return whether the call goes on."""
    command, _, rest = typed.strip().partition(" ")
    try:
        match command:
            case "/hangup":
                return False
            case "" if not typed:
                return False
            case "":
                return True
            case "/interrupt":
                call.interrupt(rest)
            case "/dtmf":
                call.press(rest)
            case "/drop":
                call.drop()
            case _ if command.startswith("/"):
                print(HELP)
            case _:
                call.speak(typed.strip())
                return not _is_goodbye(typed) or _parting(call)
    except CallError as error:
        print(f"That was not possible: {error}")
    return True


def _is_goodbye(typed: str) -> bool:
    return "goodbye" in typed.lower() or typed.strip().lower() == "bye"


def _parting(call: Call) -> bool:
    """Let the agent say goodbye too; the call is over then, whoever hangs up."""
    call.wait_until_quiet(timeout=WAIT_FOR_GOODBYE)
    return False


class Screen:
    """Prints a call's events as they happen; they come from the phone's thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._speaking = False

    def show(self, event: Event) -> None:
        """Print one event."""
        with self._lock:
            match event:
                case Words(text):
                    self._words(text)
                case Speaking("agent", False) if self._speaking:
                    self._speaking = False
                    self._write(f"\n{PROMPT}")
                case Opened(session):
                    self._write(f"{CLEAR}[session {session.id[:8]} …]\n")
                case Closed(session) if session.ended:
                    self._write(f"{CLEAR}[session {session.ended.status}]\n")
                case Over(outcome):
                    self._write(f"{CLEAR}[call {outcome}]\n")
                case _:
                    pass

    def _words(self, text: str) -> None:
        if not self._speaking:
            self._speaking = True
            self._write(f"{CLEAR}agent: ")
            text = text.lstrip()
        self._write(text)

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
