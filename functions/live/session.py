"""What one frame of a session makes happen: it is put into the log, and a setup or a prompt is acted upon."""

import logging

from functions.live.deps import Deps, Frame
from functions.live.dtmf import check_digits, press
from functions.live.opening import open_session
from functions.live.reminders import (
    AnswerReminder,
    DigitsReminder,
    NoiseReminder,
    Reminder,
    SilenceReminder,
    TimeLimitReminder,
)
from functions.live.reply import check, reply
from functions.live.silence import check_noise, check_silence, check_time, fell_silent, was_interrupted
from functions.relay.call.floor import VOICES
from functions.relay.log.events import Entry
from functions.relay.wire.messages import (
    Dtmf,
    Incoming,
    Info,
    Interrupt,
    Partial,
    Problem,
    Prompt,
    Setup,
    Unknown,
    read,
)

STOPPED = tuple(Info(name, "off") for name in VOICES)
"""The line's word that the agent or the caller has stopped speaking."""

logger = logging.getLogger("hotline")


class Sessions(Deps):
    """Runs sessions."""

    __slots__ = ()

    def receive(self, frame: Frame) -> str:
        """Take in one frame; return in a word what was done. Raises LogError."""
        message = read(frame.body)
        match message:
            case Setup():
                return open_session(self, frame, message)
            case Prompt(text) if text.strip():
                return self.with_tasks(lambda tasks: reply(self, frame, message, tasks))
            case Dtmf():
                return self.with_tasks(lambda tasks: press(self, frame, message, tasks))
            case _:
                self.ports.log.append(frame.log, Entry(frame.key, message))
                if isinstance(message, Interrupt):
                    was_interrupted(self, frame)
                if message in STOPPED or isinstance(message, Interrupt):
                    fell_silent(self, frame)
                _tell_of(message)
                return type(message).__name__.lower()

    def check(self, note: Reminder) -> str:
        """Do what a note that has come back is about, if it still matters; return what was done. Raises LogError."""
        match note:
            case AnswerReminder():
                return self.with_tasks(lambda tasks: check(self, note, tasks))
            case SilenceReminder():
                return self.with_tasks(lambda tasks: check_silence(self, note, tasks))
            case NoiseReminder():
                return self.with_tasks(lambda tasks: check_noise(self, note, tasks))
            case DigitsReminder():
                return self.with_tasks(lambda tasks: check_digits(self, note, tasks))
            case TimeLimitReminder():
                return self.with_tasks(lambda tasks: check_time(self, note, tasks))

    def warm(self) -> None:
        """Open the connection to the table, so that the first prompt need not."""
        self.ports.log.read("warm")


def _tell_of(message: Incoming) -> None:
    """Tell the operator of what ought not to come in."""
    match message:
        case Problem():
            logger.warning("Twilio reported a problem, code %s", message.code)
        case Unknown():
            logger.warning("a frame was no message that is known here; its beginning was put into the log")
        case Setup() | Prompt() | Partial() | Interrupt() | Dtmf() | Info():
            pass
