"""Services that the tests talk to, and the adapters that are connected to their doubles."""
