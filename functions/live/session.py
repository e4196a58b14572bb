"""Decides what happens when a frame arrives or a reminder returns."""

import logging
from functools import partial

from functions.live.answering_machine import check_machine, end_if_machine
from functions.live.call_time_limit_check import check_time
from functions.live.deps import Deps, Frame
from functions.live.draft import note_partial
from functions.live.dtmf import check_digits, press
from functions.live.noise_check import check_noise, start_noise_timer
from functions.live.opening import open_session
from functions.live.private import without_numbers
from functions.live.reminders import (
    AnswerReminder,
    DigitsReminder,
    NoiseReminder,
    Reminder,
    SilenceReminder,
    TimeLimitReminder,
)
from functions.live.reply import check, reply
from functions.live.silence_check import check_silence
from functions.relay.answer.guarding import guard_of
from functions.relay.answer.spoken_reply import SpokenReply
from functions.relay.call_context import begin
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

logger = logging.getLogger("hotline")


class Sessions(Deps):
    """Handles the frames and the reminders of all sessions."""

    __slots__ = ()

    def receive(self, frame: Frame) -> str:
        """Handle one frame; return one word for the debug log. Raises LogError."""
        message = read(frame.body)
        match message:
            case Setup():
                done = open_session(self, frame, message)
                with self.task_group() as tasks:
                    return end_if_machine(self, frame, message, tasks) or done
            case Prompt(text) if text.strip():
                with self.task_group() as tasks:
                    return reply(self, frame, message, tasks)
            case Dtmf():
                with self.task_group() as tasks:
                    return press(self, frame, message, tasks)
            case Partial():
                with self.task_group() as tasks:
                    return note_partial(self, frame, message, tasks)
            case _:
                return self._note(frame, message)

    def check(self, reminder: Reminder) -> str:
        """Act on a reminder if the log says that it still matters; return one word for the debug log.

        Raises LogError.
        """
        begin(session=reminder.connection)
        with self.task_group() as tasks:
            match reminder:
                case AnswerReminder():
                    return check(self, reminder, tasks)
                case SilenceReminder():
                    return check_silence(self, reminder, tasks)
                case NoiseReminder():
                    return check_noise(self, reminder, tasks)
                case DigitsReminder():
                    return check_digits(self, reminder, tasks)
                case TimeLimitReminder():
                    return check_time(self, reminder, tasks)

    def end_for_machine(self, connection: str, answered_by: str) -> str:
        """End a session because a machine has answered; return one word for the debug log. Raises LogError."""
        begin(session=connection)
        with self.task_group() as tasks:
            return check_machine(self, connection, answered_by, tasks)

    def warm(self) -> None:
        """Do what the first prompt would wait for: open the connection to the table, compile the filters of words."""
        self.ports.log.read("warm")
        for agent in self.agents.values():
            reply = SpokenReply(agent, agent.language, guard=partial(guard_of, agent, "", self.recognizer))
            reply.model_says("Hello.")
            reply.model_stops()

    def _note(self, frame: Frame, message: Incoming) -> str:
        """Log a message that begins no turn, and set the reminder that follows an interrupt."""
        self.ports.log.append(frame.log, Entry(frame.key, without_numbers(self, message)))
        if isinstance(message, Interrupt):
            start_noise_timer(self, frame)
        _warn_of(message)
        return type(message).__name__.lower()


def _warn_of(message: Incoming) -> None:
    """Write a warning for a message that reports a fault or that Hotline does not know."""
    match message:
        case Problem():
            logger.warning("Twilio reported a problem, code %s", message.code)
        case Unknown():
            logger.warning("a frame held an unknown message; the session's log keeps its beginning")
        case Setup() | Prompt() | Partial() | Interrupt() | Dtmf() | Info():
            pass
