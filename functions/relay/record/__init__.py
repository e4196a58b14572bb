"""Folds all logs of a call, once it is over, into one typed record."""
