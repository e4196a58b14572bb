"""Finds the time at which an answer must act even if nothing happens. All times are seconds of one clock."""

from functions.relay.answer.lifecycle import Lifecycle
from functions.relay.answer.model_requests import ModelRequests
from functions.relay.answer.playback import Playback
from functions.relay.answer.speech import Speech
from functions.relay.answer.states import SpeechState

IDLE_S = 25.0
"""Seconds after the deadline. If nothing is due, the answer is called again then."""


def next_wake(life: Lifecycle, requests: ModelRequests, playback: Playback, speech: Speech, deadline: float) -> float:
    """Return the earliest time at which something is due."""
    times = list(requests.round.wake(may_cover=life.open))
    if life.open or requests.round.busy or speech.state is SpeechState.LEAVING:
        times.append(deadline)
    if life.open:
        times.append(playback.silence_at)
    if life.asking:
        times.append(requests.stalls_at)
    if (due := speech.due()) is not None:
        times.append(due)
    return min(times, default=deadline + IDLE_S)
