"""The commands of an operator, such as deploy, doctor and destroy. Each first names the account it works in."""
