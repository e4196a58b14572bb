"""Whole sessions under a scheduler that owns the time and chooses who runs next. The same seed gives the same run."""
