"""Which agent answers which number."""

DEFAULT = "desk"
