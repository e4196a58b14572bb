"""The outside: one file per outside thing, and one SDK each."""
