"""Stores the prompt with which a session begins, so that a replay shows the prompt that was used.

A prompt that is a text is the same in many sessions: it is stored once a day, under its hash. A prompt that a
function makes may hold the caller's data: it is stored for its session alone, redacted, and is deleted with its log.
"""

import hashlib
import logging

from functions.live.caller import instructions_of
from functions.live.deps import Deps
from functions.relay import Agent
from functions.relay.call.call import fold
from functions.relay.log.events import Entry, PromptKept, SessionOpened
from functions.relay.log.keys import OPENING, Key, prompt_log
from functions.relay.ports import LogError
from functions.relay.text.redaction import redact

DAY_MS = 86_400_000
HASH_LETTERS = 16

logger = logging.getLogger("hotline")


def prompt_of(deps: Deps, agent: Agent, opened: SessionOpened, connection: str) -> tuple[str, PromptKept]:
    """Return the log in which the session's prompt belongs, and the prompt."""
    text = instructions_of(deps, agent, fold((Entry(OPENING, opened),))).prompt
    if callable(agent.prompt):
        name = connection
        text = redact(text, agent.private, opened.language or agent.language, deps.recognizer)
    else:
        name = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:HASH_LETTERS]
    return prompt_log(name), PromptKept(text, opened.agent, opened.version)


def keep_prompt(deps: Deps, log: str, prompt: PromptKept, at: int) -> None:
    """Store a prompt in this log, once a day, because entries expire and later sessions need it.

    `at` is the time in the gateway's milliseconds.
    """
    try:
        deps.ports.log.append(log, Entry(Key(at - at % DAY_MS, "prompt"), prompt))
    except LogError as error:
        logger.warning("the prompt of a session was not stored: %s", error)
