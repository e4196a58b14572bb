"""Holds everything that runs in Lambda when the phone rings."""
