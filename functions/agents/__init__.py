"""Your agents. A file or folder here that assigns `agent` is one; numbers.py says which number gets which.

needs.py and requirements.txt say what their tools need.
"""

from functions.discovery import find

AGENTS, DEFAULT, NUMBERS, NEEDS, LIMITS = find(__name__, __path__[0])


def answering(number: str) -> str:
    """Return the name of the agent that answers this number."""
    return NUMBERS.get(number, DEFAULT)
