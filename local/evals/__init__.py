"""Evals: calls with an agent by a scenario, checked for what must and must not happen in them."""
