"""What Hotline's speed is measured by, and how. `make bench` prints a table and keeps it as JSON."""
