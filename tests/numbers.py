"""Phone numbers for tests that share a table. If tests draw them at random, two are the same one day."""

from itertools import count

_COUNT = count()


def new_number() -> str:
    """Return a phone number that no other test of this process has, such as `+12005550100`."""
    area, last = divmod(next(_COUNT), 100)
    return f"+1{200 + area}55501{last:02d}"
