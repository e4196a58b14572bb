"""Drawn at random: what may come in, what may stand in a log, and what must hold for all of it."""
