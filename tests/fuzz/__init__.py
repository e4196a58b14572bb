"""Random input: frames that may arrive, entries that a log may hold, and what must be true for all of them."""
