"""A call as a test uses it: what the caller does, and what the test expects."""

from collections.abc import Callable, Mapping

from functions.relay import CallRecord
from functions.relay.agent.intelligence import FindingValue
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
        """Let the agent finish, say something, and listen to the whole answer."""
        held = self._held
        return self._answer(f"in answer to {text!r}", lambda: held.hear_out(lambda: held.call.say(text, lang=lang)))

    def speak(self, text: str) -> "AgentCall":
        """Say something at once, over the agent if it is speaking, and do not wait: `interrupts` may follow."""
        self._held.do(lambda: self._held.call.speak(text))
        return AgentCall(self._held)

    def interrupts(self, text: str = "", *, after: str = "") -> "Answer":
        """Break in when `after` was heard, and listen to the answer. Without a text it is only a noise."""
        held, when = self._held, f"after breaking in with {text!r}"
        return self._answer(when, lambda: held.hear_out(lambda: held.call.interrupt(text, after=after)))

    def presses(self, keys: str) -> "Answer":
        """Press keys, and listen to what follows."""
        return self._answer(f"after pressing {keys}", lambda: self._held.press(keys))

    def stays_silent(self, seconds: float) -> "Answer":
        """Let the caller be silent for `seconds`, which take no real time; listen to what the agent says."""
        return self._answer(f"in {seconds:g} s of silence", lambda: self._held.stay_silent(seconds))

    def loses_connection(self) -> "AgentCall":
        """Lose the socket as a network fault would, and wait for the next session."""
        self._held.do(self._held.call.drop)
        return AgentCall(self._held)

    def loses_voice(self, error: int = 64111) -> "AgentCall":
        """Let a provider of speech fail, with one of Twilio's errors, and wait for the next session."""
        self._held.do(lambda: self._held.call.fail(error))
        return AgentCall(self._held)

    def hangs_up(self) -> "AgentCall":
        """Hang up."""
        self._held.do(self._held.call.hang_up)
        return AgentCall(self._held)

    def _answer(self, when: str, act: Callable[[], str]) -> "Answer":
        return Answer(self._held, self._held.exchange(when, act))


class Answer(str, Steps):
    """What the caller heard in answer to something: a text that can be checked, and from which the call can go on."""

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
        """The tools that ran for this answer."""
        return self._of.tools


class AgentCall(Steps):
    """A call with an agent. Its checks are about the whole call so far."""

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
        """Everything that the caller has heard."""
        return self._conversation.call.heard

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._conversation.call.over

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        """Every tool call of the model so far."""
        return self._conversation.tools

    def leaves_record(self) -> CallRecord:
        """Return the record of the call, which must be over. The functions of `Agent.after` have run."""
        return self._conversation.followed_up()

    def is_analysed(self, found: Mapping[str, FindingValue]) -> CallRecord:
        """Let Conversational Intelligence find this in the call, which must be over; return the record.

        `found` has the results by the operators' names. The rules of `Agent.intelligence` have run.
        """
        return self._conversation.analysed(found)

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
        """The call as Twilio's side sees it: frames, sessions, verbs, times."""
        return self._conversation.call

    def __repr__(self) -> str:
        return f"<AgentCall {self.line.sid} {self.line.outcome or 'in progress'}>"
