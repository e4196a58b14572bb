"""Other services that the tests talk to, and the adapters pointed at stand-ins."""
