"""Defines what a log holds: events and their keys, and both as text."""
