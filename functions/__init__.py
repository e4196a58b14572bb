"""What runs when the phone rings."""
