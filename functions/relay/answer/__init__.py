"""Gives one answer to the caller, as a state machine."""
