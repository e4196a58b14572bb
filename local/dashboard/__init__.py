"""The dashboard of `make dashboard`: a list of calls, the figures of a day, and agents side by side."""
