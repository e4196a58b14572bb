"""Decides what is spoken of a text, and what is stored of it."""
