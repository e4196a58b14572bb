"""Keeps private data out of a session's log.

Private data goes into a log of its own. Tools get it from there, and it is read when a number continues.

A prompt without digits, in figures or in words, is logged at once. Any other prompt is first checked, together with
the prompts before it.
"""

import logging
from collections.abc import Mapping
from dataclasses import field

from functions.live.deps import Deps, Frame
from functions.relay import Agent
from functions.relay.call.call import Call, fold
from functions.relay.call.redacted_prompt import (
    RedactedPrompt,
    has_private_words,
    holds,
    redact_prompt,
    released,
    words_by_prompt,
)
from functions.relay.call.redactor import Redactor
from functions.relay.dataclass import dataclass
from functions.relay.log.events import Entries, Entry, PromptReworded, WordsKept
from functions.relay.log.keys import Key, Slot, private_log, session_log
from functions.relay.ports import LogError
from functions.relay.text.private import HELD, PLACEHOLDER, Private
from functions.relay.text.redaction import may_hold, without_rows
from functions.relay.wire.messages import Incoming, Partial, Prompt, Unknown

logger = logging.getLogger("hotline")


@dataclass(frozen=True, slots=True)
class PrivateWords:
    """The private data of a session."""

    words: Mapping[Key, WordsKept] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """The value of each placeholder."""
        return {placeholder: value for words in self.words.values() for placeholder, value in words.values}


NOTHING_PRIVATE = PrivateWords()


def may_be_private(deps: Deps, prompt: Prompt) -> bool:
    """Return whether a prompt must be checked before it is logged."""
    kinds = frozenset[Private]().union(*(agent.private for agent in deps.agents.values()))
    return bool(kinds) and may_hold(prompt.text, kinds, prompt.language)


def without_numbers(deps: Deps, message: Incoming) -> Incoming:
    """Return a message without rows of digits, for a log that cannot be read: the rest of the number is not known."""
    if any(agent.private for agent in deps.agents.values()):
        match message:
            case Prompt(text, language):
                return Prompt(without_rows(text, language), language)
            case Partial(text, language):
                return Partial(_without_rows(deps, text), language)
            case Unknown(text):
                return Unknown(_without_rows(deps, text))
            case _:
                pass
    return message


def _without_rows(deps: Deps, text: str) -> str:
    """Return a text without rows of digits, in all languages of the agents."""
    for language in sorted({language for agent in deps.agents.values() for language in agent.voices}):
        text = without_rows(text, language)
    return text


def redacted(deps: Deps, frame: Frame, prompt: Prompt, entries: Entries) -> Prompt:
    """Put the private data of a prompt into the private log; return the prompt for the log. Raises LogError.

    `entries` are those of the session's log before it.
    """
    call = fold(entries)
    agent = deps.agent(call.opened.agent if call.opened else "")
    if not agent.private:
        return prompt
    redactor = redactor_of(deps, agent, prompt.language or call.language)
    split = redact_prompt(call, read_private(deps, frame.connection, call).words, frame.key, prompt.text, redactor)
    _store_private(deps, frame, split)
    return Prompt(split.logged, prompt.language)


def is_plain(deps: Deps, frame: Frame, partial: Partial, entries: Entries) -> bool:
    """Return whether the words so far hold nothing private, so that a model may be asked with them as they are.

    `entries` are those of the session's log. Nothing is stored.
    """
    if not may_be_private(deps, Prompt(partial.text, partial.language)):
        return True
    call = fold(entries)
    agent = deps.agent(call.opened.agent if call.opened else "")
    known = read_private(deps, frame.connection, call).words
    redactor = redactor_of(deps, agent, partial.language or call.language)
    split = redact_prompt(call, known, frame.key, partial.text, redactor)
    return split.private is None and not split.reworded


def redactor_of(deps: Deps, agent: Agent, language: str, known: PrivateWords = NOTHING_PRIVATE) -> Redactor:
    """Return the redactor for an agent's calls."""
    return Redactor(agent.private, language or agent.language, deps.recognizer, known.values)


def read_private(deps: Deps, connection: str, call: Call) -> PrivateWords:
    """Return the private data of a session if its log refers to any; nothing if the data cannot be read."""
    if not has_private_words(call):
        return NOTHING_PRIVATE
    try:
        entries = deps.ports.private.read(private_log(connection))
    except LogError as error:
        logger.error("the private data of a call could not be read: %s", error)
        return NOTHING_PRIVATE
    return PrivateWords(words_by_prompt(entries))


def as_told(call: Call, known: PrivateWords, agent: Agent) -> Call:
    """Return the call for its model: with the held digits, and with the values if the model may see them."""
    held = {turn.key: turn.caller for turn in call.turns}
    held |= {key: words.text for key, words in known.words.items() if HELD in held.get(key, "")}
    if agent.tell_private:
        values = known.values
        held = {key: PLACEHOLDER.sub(lambda one: values.get(one[0], one[0]), text) for key, text in held.items()}
    return call.with_words({key.frame: text for key, text in held.items()})


def release_held(deps: Deps, connection: str, call: Call, known: PrivateWords, *, over: bool) -> Entries:
    """Log the digits that were held and that no prompt can continue now; return the new entries.

    `over`: no more prompts come.
    A prompt that was reworded in the meantime stays so: it is a part of a number.
    """
    entries = tuple(released(call, known.words, over=over))
    try:
        for entry in entries:
            deps.ports.log.append(session_log(connection), entry)
    except LogError as error:
        logger.error("digits that were held stay a placeholder in the log: %s", error)
    return entries


def with_held(deps: Deps, connection: str, entries: Entries) -> Entries:
    """Return the entries of a session that is over, with the digits that were held. They are logged, too."""
    call = fold(entries)
    if not holds(call):
        return entries
    return (*entries, *release_held(deps, connection, call, read_private(deps, connection, call), over=True))


def _store_private(deps: Deps, frame: Frame, split: RedactedPrompt) -> None:
    if split.private:
        try:
            deps.ports.private.append(private_log(frame.connection), Entry(frame.key, split.private))
        except LogError as error:
            logger.error("the private words of a caller were not stored for the tools: %s", error)
    for key, text in split.reworded:
        _reword(deps, frame.connection, key, text)


def _reword(deps: Deps, connection: str, key: Key, text: str) -> None:
    log = session_log(connection)
    try:
        for number in range(len(Slot.REWORDED.slots)):
            if deps.ports.log.append(log, Entry(key.under(Slot.REWORDED.at(0, number)), PromptReworded(text))):
                return
    except LogError as error:
        logger.error("an older prompt could not be reworded in the log: %s", error)
