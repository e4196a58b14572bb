"""What follows a call, off every path that a caller waits on: its record."""
