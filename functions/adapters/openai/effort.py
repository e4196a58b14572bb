"""Finds the least reasoning effort that a model of OpenAI accepts, so that its first word comes soon."""

LEAST: tuple[tuple[tuple[str, ...], str], ...] = (
    (("gpt-6-astra", "gpt-6.2", "gpt-6.1-sol", "gpt-6-sol", "gpt-oss"), "low"),
    (("gpt-6", "gpt-5."), "none"),
    (("gpt-5",), "minimal"),
    (("o1", "o3", "o4"), "low"),
)
"""Beginnings of model ids, and the least effort of these models. The first row that fits counts.

A model that is not listed gets no effort: models that do not reason refuse the parameter.
Source: https://developers.openai.com/api/docs/models.
"""

REASONING_TOKENS = 1000
"""Tokens for reasoning in addition to the answer's own: OpenAI has one limit for both."""


def effort(model_id: str) -> str:
    """Return the least effort that a model accepts; empty if it accepts none."""
    return next((least for names, least in LEAST if model_id.startswith(names)), "")


def bound(model_id: str, tokens: int) -> int:
    """Return the limit on a model's output that leaves `tokens` for spoken words."""
    return tokens if effort(model_id) in ("", "none") else tokens + REASONING_TOKENS
