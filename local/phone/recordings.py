"""What Twilio reports of the recordings of a call: https://www.twilio.com/docs/voice/twiml/recording."""

from collections.abc import Callable
from dataclasses import dataclass

from .forms import Identity, sid
from .twiml import Verb


@dataclass(frozen=True, slots=True)
class _Recording:
    noun: Verb
    sid: str
    since: float

    @property
    def told_of(self) -> frozenset[str]:
        return frozenset(self.noun.attributes.get("recordingStatusCallbackEvent", "completed").split())


class Recordings:
    """The recordings of one call. `tell` posts a form to a callback's URL; `now` returns seconds of the call."""

    def __init__(
        self, identity: Identity, tell: Callable[[Verb, str, dict[str, str]], None], now: Callable[[], float]
    ) -> None:
        self._identity, self._tell, self._now = identity, tell, now
        self._going: list[_Recording] = []

    def start(self, verb: Verb) -> None:
        """Begin the recording that a <Start> asks for."""
        for noun in verb.nouns:
            if noun.name == "Recording":
                self._going.append(_Recording(noun, sid("RE"), self._now()))
                self._say(self._going[-1], "in-progress", {})

    def take(self, verb: Verb, seconds: int) -> dict[str, str]:
        """Take the message of a <Record>; return the fields of its action, none for an empty message."""
        given, status = verb.attributes, "completed" if seconds else "absent"
        form = self._identity.recording_form(sid("RE"), status, "mono", "RecordVerb")
        form |= {"RecordingDuration": str(seconds)}
        url = given.get("recordingStatusCallback")
        if url and status in given.get("recordingStatusCallbackEvent", "completed").split():
            self._tell(verb, url, form)
        return {name: form[name] for name in ("RecordingUrl", "RecordingSid", "RecordingDuration")} if seconds else {}

    def stop(self) -> None:
        """End all recordings: the call is over."""
        for one in self._going:
            self._say(one, "completed", {"RecordingDuration": str(int(self._now() - one.since))})
        self._going.clear()

    def _say(self, recording: _Recording, status: str, more: dict[str, str]) -> None:
        url = recording.noun.attributes.get("recordingStatusCallback")
        if url and status in recording.told_of:
            form = self._identity.recording_form(
                recording.sid, status, recording.noun.attributes.get("channels", "mono")
            )
            self._tell(recording.noun, url, form | more)
