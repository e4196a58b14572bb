"""What the desk needs besides its files and its package."""

from functions.relay import Needs

NEEDS = Needs(secrets=["desk-key"], environment={"DESK": "Rosa's"})
