"""The agents that the check deploys: its own, so that the user's can be any."""
