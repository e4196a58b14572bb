"""Evals: calls with an agent that a scenario describes, held against what must and must not happen in them."""
