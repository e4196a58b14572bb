"""Writes out what an agent's menu says in one language, and where its keys and words lead.

Synth stores these scripts beside the function `menu`, which does not load the agents. So callers reach people even if
an agent cannot be loaded.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from functions.relay.agent.menu import Option, normalized
from functions.relay.agent.phrases import spoken_in
from functions.relay.agent.voices import said_with
from functions.relay.dataclass import dataclass

if TYPE_CHECKING:
    from functions.relay.agent.agent import Agent

Scripts = Mapping[str, Mapping[str, "MenuScript"]]
"""The scripts by the name of the agent and by the language."""


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """An option of a menu as a caller can choose it in one language."""

    key: str
    words: tuple[str, ...]
    """Words that choose it, normalized."""

    to: str
    rings: int

    def is_in(self, speech: str) -> bool:
        """Return whether one of its words is in normalized speech."""
        return any(f" {word} " in f" {speech} " for word in self.words)


@dataclass(frozen=True, slots=True)
class MenuScript:
    """What a menu says in one language."""

    language: str
    """The language, as a key of `Agent.voices`."""

    said_with: Mapping[str, str]
    """The attributes of <Say>: voice and language."""

    rounds: tuple[str, ...]
    """What is said in each round."""

    choices: tuple[MenuChoice, ...]
    through: str
    """What is said before the caller is put through."""

    end: str
    """What is said when nothing was chosen or no person took the call."""

    records: bool
    """Whether the caller can then leave a message."""

    goodbye: str
    """What is said after a message."""

    def chosen(self, digits: str, speech: str) -> MenuChoice | None:
        """Return the option that a caller has keyed or said; None if there is none, or if words of two were said."""
        if digits:
            return next((one for one in self.choices if one.key == digits), None)
        words = normalized(speech)
        whole = [one for one in self.choices if words in one.words]
        said = whole or [one for one in self.choices if one.is_in(words)]
        return said[0] if len(said) == 1 else None

    @property
    def hints(self) -> str:
        """The words of all options, for speech recognition."""
        return ",".join(word for one in self.choices for word in one.words)


def is_menu(agent: "Agent") -> bool:
    """Return whether an agent's menu answers each call, without a model: it has no prompt."""
    return agent.menu is not None and isinstance(agent.prompt, str) and not agent.prompt.strip()


def script(agent: "Agent", language: str = "", first: str | None = None) -> MenuScript:
    """Return the script of an agent's menu in one of its languages, by default its first.

    `first` is said before the first round. By default it says that the assistant is not there; in an agent without a
    prompt, it is the greeting. Raises ValueError for an agent without a menu.
    """
    if (menu := agent.menu) is None:
        raise ValueError("the agent has no menu")
    code = language if language in agent.voices else agent.language
    phrases, left = agent.phrases_in(code), spoken_in(menu.voicemail, code)
    if first is None:
        first = agent.greeting_in(code) if is_menu(agent) else phrases.assistant_away
    choices = tuple(_choice(key, option, code) for key, option in menu.keyed)
    asked = " ".join(phrases.option.format(name=spoken_in(one.name, code), key=key) for key, one in menu.keyed)
    openings = (first, *(phrases.nothing,) * (menu.rounds - 1))
    rounds = tuple(_spoken(agent, code, f"{opening} {asked}".strip()) for opening in openings)
    end = left or phrases.unavailable
    said = said_with(agent.voices, code)
    return MenuScript(code, said, rounds, choices, phrases.through, end, bool(left), phrases.goodbye)


def _choice(key: str, option: Option, language: str) -> MenuChoice:
    words = dict.fromkeys(map(normalized, (spoken_in(option.name, language), *option.words)))
    return MenuChoice(key, tuple(words), option.to, option.rings)


def _spoken(agent: "Agent", language: str, text: str) -> str:
    speakable = agent.speakable(language, in_twiml=True)
    return speakable.feed(text) + speakable.rest()


def scripts(agents: Mapping[str, "Agent"]) -> Scripts:
    """Return the scripts of all agents that have a menu."""
    return {
        name: {language: script(agent, language) for language in agent.voices}
        for name, agent in agents.items()
        if agent.menu
    }


def written(scripts: Scripts) -> str:
    """Return scripts as JSON."""
    plain = {name: {code: asdict(one) for code, one in all_of.items()} for name, all_of in scripts.items()}
    return json.dumps(plain, sort_keys=True)


def read(text: str | bytes) -> Scripts:
    """Return the scripts in JSON that `written` has made. Raises ValueError, KeyError or TypeError for other text."""
    return {name: {code: _script(one) for code, one in all_of.items()} for name, all_of in json.loads(text).items()}


def _script(plain: dict[str, Any]) -> MenuScript:
    choices = tuple(MenuChoice(**{**one, "words": tuple(one["words"])}) for one in plain["choices"])
    return MenuScript(**{**plain, "rounds": tuple(plain["rounds"]), "choices": choices})
