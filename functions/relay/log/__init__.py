"""What a log holds: events, their keys, and both as text."""
