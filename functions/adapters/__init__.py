"""Connects the core to the outside: one file for each outside thing, with one SDK each."""
