"""Lets the caller of one call speak and press keys while no session is open, in a <Gather> or a <Record>."""

from math import ceil

from .call_record import CallRecord
from .conversation import Command, Setting
from .forms import input_fields
from .listening import CallerInput, Listening
from .recordings import Recordings
from .twiml import Verb


class Hearing:
    """What Twilio hears itself in one call."""

    def __init__(self, setting: Setting, record: CallRecord) -> None:
        self._setting, self._record = setting, record
        self._listening: Listening | None = None

    async def run(self, verb: Verb, recordings: Recordings) -> dict[str, str]:
        """Listen as a verb asks for; return the fields of its action, none if the caller did nothing."""
        self._listening = listening = Listening(verb, self._setting.speed, patient=self._setting.patient)
        self._record.listens(True)
        try:
            caller_input = await listening.wait() or CallerInput()
        finally:
            self._listening = None
            self._record.listens(False)
        if caller_input != CallerInput():
            self._record.hear(caller_input.text, caller_input.digits)
        if verb.name == "Record":
            return recordings.take(verb, ceil(len(caller_input.text) / self._setting.pace.caller))
        return input_fields(caller_input.text, caller_input.digits)

    def push(self, command: Command) -> None:
        """Let the caller do something."""
        if self._listening is None:
            self._record.add("the caller did something while nothing listened")
            return
        command(self._listening, self._setting.now())
        self._record.listens(not self._listening.over)

    def stay_silent(self, seconds: float) -> None:
        """Let seconds pass in which the caller does nothing."""
        if self._listening:
            self._listening.stay_silent(seconds)
            self._record.listens(not self._listening.over)

    def hang_up(self) -> None:
        """Let the caller hang up."""
        if self._listening:
            self._listening.hang_up(self._setting.now())
