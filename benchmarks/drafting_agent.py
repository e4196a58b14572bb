"""Has an agent that listens to partial prompts and drafts answers, for a line of this process or for a deployment."""

from collections.abc import Iterator
from contextlib import contextmanager

from functions import agents
from functions.relay import Agent

NUMBER = "+15550188"

SOURCE = """
from functions.relay import Agent, Voice

agent = Agent(
    "Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, partial_prompts=True, silence=None
)
"""
"""The agent's module."""


@contextmanager
def answering() -> Iterator[None]:
    """Put an agent that listens to partial prompts behind its own number."""
    module: dict[str, Agent] = {}
    exec(SOURCE, module)
    agents.AGENTS["drafting"] = module["agent"]
    agents.NUMBERS[NUMBER] = "drafting"
    try:
        yield
    finally:
        del agents.AGENTS["drafting"], agents.NUMBERS[NUMBER]
