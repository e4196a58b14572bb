"""Runs calls in the terminal: you type what the caller says, and see the agent's words as they are spoken.

The line that you type stays below all other lines, so that no event of the call mixes with its letters.
"""

import math
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from functions.relay.log.events import SessionOpened, ToolCalled, ToolReturned
from local.cli.commands import HELP, Command, Interrupt, Plain, Press, Refused, Say, read
from local.dialer import DialError
from local.page.observations import EntryAppended, Observation
from local.phone import Call, CallError, Closed, Event, Opened, Over, Pace, Speaking, Words

PROMPT = "you: "

AGAIN = "Press Enter to call again; /quit or Ctrl-D ends."

TYPED = Pace(caller=math.inf, settle=0.0)
"""Typed words count as spoken at once: the caller takes no time to speak them."""

Begin = Callable[[Callable[[Event], None]], Call]
"""Begins a call whose events go to a listener. Raises DialError."""


class Screen:
    """Shows whole lines above the line that is typed, and the words that are being spoken right above it.

    Any thread may call its methods.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._sounding = ""
        self._agent = ""
        self.redraw: Callable[[], object] = lambda: None

    @property
    def prompt(self) -> str:
        """The prompt before the line that is typed."""
        with self._lock:
            return f"agent: {self._sounding}\n{PROMPT}" if self._sounding else PROMPT

    def note(self, text: str) -> None:
        """Show a note."""
        self._print(f"[{text}]")

    def echo(self, text: str) -> None:
        """Show a line that was typed."""
        self._print(f"{PROMPT}{text}")

    def show(self, event: Event) -> None:
        """Show an event of the phone."""
        match event:
            case Words(text):
                with self._lock:
                    self._sounding = f"{self._sounding}{text}".lstrip()
            case Speaking("agent", False):
                self._finish_line()
            case Opened(session):
                self.note(f"session {session.id[:8]} …")
            case Closed(session) if session.ended:
                self._finish_line()
                self.note(f"session {session.ended.status}")
            case Over():
                self._finish_line()
            case _:
                pass
        self.redraw()

    def see(self, seen: Observation) -> None:
        """Show what the handlers do: tool calls, and an agent that takes over."""
        match seen:
            case EntryAppended(entry=entry):
                pass
            case _:
                return
        match entry.event:
            case ToolCalled(name=name, arguments=arguments):
                self.note(f"tool {name} {arguments}")
            case ToolReturned(text=text, failed=failed):
                self.note(f"{'failed' if failed else 'returned'}: {text}")
            case SessionOpened(agent=agent) if agent != self._agent:
                self._agent = agent
                self.note(f"agent {agent}")
            case _:
                pass

    def _finish_line(self) -> None:
        with self._lock:
            words, self._sounding = self._sounding, ""
        if words:
            self._print(f"agent: {words}")

    def _print(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


class Terminal:
    """Runs one call after another, until the user ends it."""

    def __init__(self, begin: Begin, answer: Begin, screen: Screen, language: str = "") -> None:
        """`begin` begins a call, and `answer` takes a planned one that rings.

        `language` is the language in which the caller speaks (BCP-47).
        """
        self._begin, self._answer, self._screen, self._language = begin, answer, screen, language
        self._call: Call | None = None
        self._session: PromptSession[str] = PromptSession(erase_when_done=True)
        self._session.default_buffer.on_text_changed += lambda buffer: self._typed(buffer.text)
        screen.redraw = self._session.app.invalidate

    def run(self) -> int:
        """Run calls; return 0, or 1 if the application made a mistake in one of them."""
        print(HELP)
        faults = 0
        with patch_stdout(raw=True):
            self._dial(self._begin)
            while (line := self._next_line()) is not None:
                command = read(line)
                if command is not Plain.NOTHING:
                    self._screen.echo(line.strip())
                if command is Plain.QUIT:
                    break
                self._do(command)
                faults += self._count_faults()
            faults += self._hang_up()
        return 1 if faults else 0

    def _next_line(self) -> str | None:
        try:
            return self._session.prompt(lambda: self._screen.prompt)
        except (KeyboardInterrupt, EOFError):
            return None

    def _typed(self, text: str) -> None:
        """Tell the line that the caller is speaking, so that a slow typist does not count as silent."""
        if self._call and not self._call.over:
            with suppress(CallError):
                self._call.compose(bool(text.strip()) and not text.startswith("/"))

    def _do(self, command: Command) -> None:
        call = self._call
        try:
            match command:
                case Refused(reason):
                    self._screen.note(reason)
                case Plain.HELP:
                    print(HELP)
                case _ if call is None or call.over:
                    self._after_the_call(command)
                case Plain.CALL | Plain.ANSWER:
                    self._screen.note("A call is going on; /hangup first.")
                case _:
                    carry_out(call, command, self._screen.note, self._language)
        except CallError as error:
            self._screen.note(f"That was not possible: {str(error).splitlines()[0]}.")

    def _after_the_call(self, command: Command) -> None:
        match command:
            case Plain.NOTHING | Plain.CALL:
                self._dial(self._begin)
            case Plain.ANSWER:
                self._dial(self._answer)
            case _:
                self._screen.note(f"There is no call. {AGAIN}")

    def _dial(self, begin: Begin) -> None:
        print("Ringing …")
        try:
            self._call = begin(self._heard)
        except DialError as error:
            self._screen.note(str(error))

    def _heard(self, event: Event) -> None:
        self._screen.show(event)
        if isinstance(event, Over):
            if self._call and self._call.dialed:
                self._screen.note(f"put through to {self._call.dialed}")
            self._screen.note(f"call {event.outcome}")
            self._screen.note(AGAIN)

    def _hang_up(self) -> int:
        if self._call and not self._call.over:
            self._call.hang_up()
        return self._count_faults()

    def _count_faults(self) -> int:
        """Return how many errors Twilio would report about a call that is over; print them the first time."""
        if self._call is None or not self._call.over:
            return 0
        errors, self._call = self._call.errors, None
        for error in errors:
            self._screen.note(f"Twilio would report {error.code}: {error.text}")
        return len(errors)


def carry_out(call: Call, command: Command, say: Callable[[str], object], language: str = "") -> None:
    """Run a command on a call. `say` gets the reason if the command is not possible. Raises CallError."""
    match command:
        case Say(text):
            call.speak(text, lang=language or None)
        case Interrupt(text) if call.speaking:
            call.speak(text, lang=language or None)
        case Interrupt():
            say("The agent is silent: there is nothing to interrupt. Type what the caller says.")
        case Press(keys):
            call.press(keys)
        case Plain.DROP:
            call.drop()
        case Plain.HANG_UP:
            call.hang_up()
        case _:
            pass
