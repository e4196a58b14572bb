"""An agent that listens to partial prompts and drafts answers. A deployment copies this file as its agent."""

from functions.relay import Agent, Voice

agent = Agent("Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, partial_prompts=True, silence=None)
