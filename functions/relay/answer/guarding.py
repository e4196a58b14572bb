"""Makes the guard that stops what an agent must not say."""

from functions.relay.agent.agent import Agent
from functions.relay.text.output_guard import OutputGuard, PrivateWatch, PromptWatch, Watch, WordWatch
from functions.relay.text.private import Recognizer


def guard_of(agent: Agent, prompt: str, recognizer: Recognizer, language: str) -> OutputGuard:
    """Return the guard of an answer that begins in this language. `prompt` is the prompt that the model got."""
    watches: list[Watch] = [] if agent.tells_prompt else [PromptWatch(prompt)]
    if agent.never_say:
        watches.append(WordWatch(agent.never_say))
    if agent.private:
        watches.append(PrivateWatch(agent.private, language, recognizer, prompt))
    return OutputGuard(agent.phrases_in(language).unsaid, watches)
