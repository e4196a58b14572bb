"""The checks of a part of a call, and the errors when they fail."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

from local.testing.log import ToolCall

__tracebackhide__ = True
"""pytest shows a failing test at its own line, not at the lines of this module."""


class ExpectationError(AssertionError):
    """A check failed; the text ends with the conversation so far."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a call: which part, what the caller heard, which tools ran, and the wait for each first word."""

    when: str
    heard: str
    tools: tuple[ToolCall, ...]
    waits_ms: tuple[float | None, ...]


class Held(Protocol):
    """A call that can be checked."""

    @property
    def transcript(self) -> str:
        """The conversation so far, one line for each turn."""

    @property
    def handed_to(self) -> str | None:
        """The number or address to which the caller was put through."""

    @property
    def end_claim(self) -> bool:
        """Whether the agent said goodbye and hung up."""

    @property
    def language(self) -> str:
        """The language in which the agent speaks now."""

    @property
    def agents(self) -> tuple[str, ...]:
        """The names of the agents that have answered the caller, in order."""


class Checks:
    """Checks that read like the call. Each returns its object, so that they can be chained."""

    @property
    def _stretch(self) -> Stretch:
        raise NotImplementedError

    @property
    def _held(self) -> Held:
        raise NotImplementedError

    def hears(self, *texts: str) -> Self:
        """Expect that the caller has heard these words, in any case and with any space."""
        for text in texts:
            self._expect(self._heard(text), f"The caller did not hear {text!r}")
        return self

    def does_not_hear(self, *texts: str) -> Self:
        """Expect that the caller has not heard these words."""
        for text in texts:
            self._expect(not self._heard(text), f"The caller heard {text!r}")
        return self

    def hears_nothing(self) -> Self:
        """Expect that the agent was silent."""
        return self._expect(not self._stretch.heard, f"The caller heard {self._stretch.heard!r}")

    def calls_tool(self, name: str, /, **arguments: Any) -> Self:
        """Expect that a tool was called; with arguments, that it was called with these."""
        return self._expect(self._called(name, arguments), f"The agent did not call {_shown(name, arguments)}")

    def does_not_call(self, name: str, /, **arguments: Any) -> Self:
        """Expect that a tool was not called, or not with these arguments."""
        return self._expect(not self._called(name, arguments), f"The agent called {_shown(name, arguments)}")

    def hands_off(self, to: str = "") -> Self:
        """Expect that the caller was put through to a person; with `to`, to this number or address."""
        reached = self._held.handed_to
        if reached and to and reached != to:
            return self._expect(False, f"The caller was put through to {reached}, not to {to},")
        return self._expect(bool(reached), f"The caller was not put through{f' to {to}' if to else ''}")

    def passes_to(self, agent: str) -> Self:
        """Expect that another agent has the caller now, by its name in `functions.agents`."""
        *before, now = self._held.agents or ("nobody",)
        return self._expect(bool(before) and now == agent, f"The caller is with {now}, not passed to {agent},")

    def says_goodbye(self) -> Self:
        """Expect that the agent has said goodbye and hung up."""
        return self._expect(self._held.end_claim, "The agent did not hang up")

    def speaks(self, language: str) -> Self:
        """Expect that the agent speaks this language now, such as es-ES."""
        return self._expect(
            self._held.language == language, f"The agent speaks {self._held.language}, not {language},"
        )

    def within(self, ms: float) -> Self:
        """Expect the agent's first words within `ms` real milliseconds each time that the caller has spoken."""
        slow = [wait for wait in self._stretch.waits_ms if wait is None or wait > ms]
        took = "never came" if None in slow else f"took {max((one for one in slow if one), default=0):.0f} ms"
        return self._expect(not slow, f"The first words {took}, not within {ms:g} ms,")

    def _heard(self, text: str) -> bool:
        return _plain(text) in _plain(self._stretch.heard)

    def _called(self, name: str, arguments: dict[str, Any]) -> bool:
        return any(tool.fits(name, arguments) for tool in self._stretch.tools)

    def _expect(self, holds: bool, otherwise: str) -> Self:
        if not holds:
            raise ExpectationError(f"{otherwise} {self._stretch.when}.\n{self._held.transcript}")
        return self


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _shown(name: str, arguments: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})" if arguments else name
