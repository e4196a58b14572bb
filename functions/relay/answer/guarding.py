"""Makes the guards that stop what an agent must not say."""

from functions.relay.agent.agent import Agent
from functions.relay.text.output_guard import OutputGuard, PrivateWatch, PromptWatch, Watch, WordWatch
from functions.relay.text.private import Recognizer


def guard_of(agent: Agent, prompt: str, recognizer: Recognizer, language: str) -> OutputGuard:
    """Return the guard of an answer that begins in this language. `prompt` is the prompt that the model got."""
    watches = _watches(agent, prompt, recognizer, language)
    watches = watches if agent.tells_prompt else [PromptWatch(prompt), *watches]
    return OutputGuard(agent.phrases_in(language).unsaid, watches)


def guard_of_functions(agent: Agent, recognizer: Recognizer, language: str) -> OutputGuard:
    """Return the guard of what an agent's own functions say outside of an answer, such as a greeting."""
    prompt = "" if callable(agent.prompt) else agent.prompt_in(language)
    return OutputGuard(agent.phrases_in(language).unsaid, _watches(agent, prompt, recognizer, language))


def _watches(agent: Agent, prompt: str, recognizer: Recognizer, language: str) -> list[Watch]:
    watches: list[Watch] = [WordWatch(agent.never_say)] if agent.never_say else []
    return [*watches, PrivateWatch(agent.private, language, recognizer, prompt)] if agent.private else watches
