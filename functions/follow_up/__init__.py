"""Makes the record of a call after it is over, when no caller waits."""
