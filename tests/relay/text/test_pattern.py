"""Patterns that are compiled late are right all the same, and are not compiled early."""

import re
import subprocess
import sys

import pytest

from functions.relay.text.machine_text import SECTIONS
from functions.relay.text.markup import INLINE, LINES
from functions.relay.text.pattern import Pattern
from functions.relay.text.plain_sections import STEPS

COUNTED = """
import re
compiled, real = [], re._compiler.compile
re._compiler.compile = lambda pattern, flags=0: compiled.append(pattern) or real(pattern, flags)
import functions.relay.text.speakable as speakable
before = len(compiled)
speakable.Speakable().feed("Hello *you*.")
print(before, len(compiled) - before)
"""


PATTERNS = [*(one.whole for one in (*LINES, *INLINE)), *(one.opens for one in (*SECTIONS, *STEPS))]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_can_be_compiled(pattern: Pattern) -> None:
    assert pattern.compiled is pattern.compiled


def test_flags_count() -> None:
    assert Pattern("a", re.IGNORECASE).compiled.match("A")


def test_the_first_text_compiles_what_the_import_did_not() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    at_import, at_first_use = map(int, done.stdout.split())
    assert at_import < at_first_use
