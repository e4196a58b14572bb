"""The commands of a laptop: run, replay, tunnel."""
