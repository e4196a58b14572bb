"""The commands of an operator: deploy, secrets, number, doctor, destroy. Each first names the account it works in."""
