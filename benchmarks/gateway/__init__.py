"""A gateway and Lambda environments for benchmarks: each environment is a process with its own cold start."""
