"""A call as a test holds it: what the caller does, and what is expected to come of it."""

from collections.abc import Callable

from functions.relay.wire.model import Usage
from local.phone import Call
from local.testing.checks import Checks, Stretch
from local.testing.conversation import Conversation
from local.testing.log import ToolCall

__tracebackhide__ = True


class Steps(Checks):
    """What the caller may do next."""

    @property
    def _held(self) -> Conversation:
        raise NotImplementedError

    def say(self, text: str, *, lang: str | None = None) -> "Answer":
        """Let the agent finish, say something, and hear the answer out."""
        held = self._held
        return self._answer(f"in answer to {text!r}", lambda: held.hear_out(lambda: held.call.say(text, lang=lang)))

    def speak(self, text: str) -> "AgentCall":
        """Say something at once, over the agent if it is speaking, and do not wait: `interrupts` may follow."""
        self._held.do(lambda: self._held.call.speak(text))
        return AgentCall(self._held)

    def interrupts(self, text: str = "", *, after: str = "") -> "Answer":
        """Break in once `after` was heard, and hear the answer out; without text it is a mere noise."""
        held, when = self._held, f"after breaking in with {text!r}"
        return self._answer(when, lambda: held.hear_out(lambda: held.call.interrupt(text, after=after)))

    def presses(self, keys: str) -> "Answer":
        """Press keys and hear what follows."""
        return self._answer(f"after pressing {keys}", lambda: self._held.press(keys))

    def stays_silent(self, seconds: float) -> "Answer":
        """Let so many seconds of silence pass, which takes no time, and hear what the agent says in them."""
        return self._answer(f"in {seconds:g} s of silence", lambda: self._held.stay_silent(seconds))

    def loses_connection(self) -> "AgentCall":
        """Lose the socket as a network fault would, and wait for what takes its place."""
        self._held.do(self._held.call.drop)
        return AgentCall(self._held)

    def hangs_up(self) -> "AgentCall":
        """Hang up."""
        self._held.do(self._held.call.hang_up)
        return AgentCall(self._held)

    def _answer(self, when: str, act: Callable[[], str]) -> "Answer":
        return Answer(self._held, self._held.exchange(when, act))


class Answer(str, Steps):
    """What the caller heard in answer to something: a text, of which more can be expected, and which can go on."""

    _conversation: Conversation
    _of: Stretch

    def __new__(cls, conversation: Conversation, stretch: Stretch) -> "Answer":
        """Return the answer as text."""
        answer = super().__new__(cls, stretch.heard)
        answer._conversation, answer._of = conversation, stretch
        return answer

    @property
    def _held(self) -> Conversation:
        return self._conversation

    @property
    def _stretch(self) -> Stretch:
        return self._of

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        """The tools that were called for this answer."""
        return self._of.tools


class AgentCall(Steps):
    """A call with an agent; what is expected of it is expected of the whole call so far."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    @property
    def _held(self) -> Conversation:
        return self._conversation

    @property
    def _stretch(self) -> Stretch:
        return self._conversation.whole

    @property
    def heard(self) -> str:
        """All that the caller has heard."""
        return self._conversation.call.heard

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._conversation.call.over

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        """Every tool that the model has asked for."""
        return self._conversation.tools

    @property
    def usage(self) -> Usage:
        """The tokens of all answers so far."""
        return self._conversation.usage

    @property
    def transcript(self) -> str:
        """The conversation so far."""
        return self._conversation.transcript

    @property
    def line(self) -> Call:
        """The call as Twilio's side keeps it: frames, sessions, verbs, times."""
        return self._conversation.call

    def __repr__(self) -> str:
        return f"<AgentCall {self.line.sid} {self.line.outcome or 'in progress'}>"
