"""How little a model of OpenAI's can be told to think before its first word."""

LEAST: tuple[tuple[tuple[str, ...], str], ...] = (
    (("gpt-6-astra", "gpt-6.2", "gpt-6.1-sol", "gpt-6-sol", "gpt-oss"), "low"),
    (("gpt-6", "gpt-5."), "none"),
    (("gpt-5",), "minimal"),
    (("o1", "o3", "o4"), "low"),
)
"""What the ids of models begin with, and their least effort; the first that fits counts.

A model that is not listed is told nothing: those that do not reason refuse the parameter.
Source: https://developers.openai.com/api/docs/models.
"""

THOUGHTS = 1000
"""Tokens that a model may think beside the answer's own: OpenAI counts both against one bound."""


def effort(model_id: str) -> str:
    """Return the least effort that a model accepts; empty where it takes none."""
    return next((least for names, least in LEAST if model_id.startswith(names)), "")


def bound(model_id: str, tokens: int) -> int:
    """Return the bound on a model's output that leaves `tokens` for what is spoken."""
    return tokens if effort(model_id) in ("", "none") else tokens + THOUGHTS
