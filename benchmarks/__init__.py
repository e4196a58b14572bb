"""Measures Hotline's speed. `make bench` prints a table and keeps it as JSON."""
