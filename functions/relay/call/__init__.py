"""Folds a session's log into a call: its turns, what was heard, the model's history."""
