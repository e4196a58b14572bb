"""Defines what a user writes: the agent, its voices, its tools."""
