"""Whole sessions under a scheduler that owns time and chooses who runs next: same seed, same run, byte for byte."""
