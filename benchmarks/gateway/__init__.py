"""A gateway and Lambda environments for benchmarks: each environment is a process with a cold start of its own."""
