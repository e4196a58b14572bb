"""What an operator runs from a laptop: deploy, secrets, number, doctor, destroy. Each says to which account first."""
