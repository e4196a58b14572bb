"""Runs the core of a live call over the ports, with parts that work at the same time."""
