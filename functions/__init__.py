"""Holds everything that runs in Lambda when the phone rings."""

import gc

YOUNG_OBJECTS = 200_000
"""New objects after which Python looks for garbage among them.

An import makes 120,000 objects that stay. By Python's own threshold they are searched for garbage again and again,
which takes about a sixth of a cold start. Source: Python, "gc: Garbage Collector interface".
"""

gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
