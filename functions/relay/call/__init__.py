"""The call as its log tells it: turns, what was heard, the model's history."""
