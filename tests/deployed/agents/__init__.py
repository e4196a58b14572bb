"""The agents that are deployed by the check: not a user's, so that these can be any."""
