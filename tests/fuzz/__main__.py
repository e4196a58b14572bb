"""Tries the laws for some minutes: `python -m tests.fuzz --minutes 10`.

If atheris is installed, the lines that an example reaches guide the next ones; otherwise there are just many
examples. An example that breaks a law is printed as a literal, and the exit status is 1.
"""

import argparse
import importlib
import importlib.util
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any, NoReturn

PACKAGE = "functions"
PROGRESS_EVERY_S = 10.0
LONGEST_INPUT = 16_384
ROUND = 200

LITERALS = """\
from functions.live.reply import *
from functions.relay.log.events import *
from functions.relay.wire.model import *
from tests.fuzz.properties import PROPERTIES
"""


def main() -> None:
    """Try until the time is up or a law is broken."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0, help="how long to go on (10)")
    arguments.add_argument("--plain", action="store_true", help="without atheris, though it is installed")
    given = arguments.parse_args()
    if importlib.util.find_spec("atheris") and not given.plain:
        _guided(given.minutes)
    else:
        _plain(given.minutes)


class _Trial:
    """Tries laws, keeps the last example, and counts."""

    def __init__(self, minutes: float, how: str) -> None:
        self.properties = importlib.import_module("tests.fuzz.properties").PROPERTIES
        self.tried: Counter[str] = Counter()
        self._how, self._began = how, monotonic()
        self._until = self._began + 60 * minutes
        self._tell_at = self._began + PROGRESS_EVERY_S
        self._last: Any = None

    def test(self, name: str) -> Any:
        """Return a test of a law, as hypothesis runs it; the same each time, so that it learns."""
        hypothesis = importlib.import_module("hypothesis")
        law = self.properties[name]

        def holds(drawn: Any) -> None:
            self._last = drawn
            self.tried[name] += 1
            law.holds(drawn)

        holds.__name__ = holds.__qualname__ = name
        calm = list(hypothesis.HealthCheck)
        return hypothesis.settings(max_examples=ROUND, deadline=None, suppress_health_check=calm, print_blob=False)(
            hypothesis.given(law.drawn)(holds)
        )

    def attempt(self, name: str, run: Callable[[], object]) -> None:
        """Run a test; end the process if its law is broken, or if the time is up."""
        try:
            run()
        except Exception:  # noqa: BLE001 - whatever a law raises, it is broken
            self._broken(name)
        now = monotonic()
        if now >= self._until:
            self._tell(now)
            _say(f"No law was broken in {sum(self.tried.values()):,} tries.")
            _exit(0)
        if now >= self._tell_at:
            self._tell_at = now + PROGRESS_EVERY_S
            self._tell(now)

    def _broken(self, name: str) -> NoReturn:
        _say(traceback.format_exc())
        _say(f"A law is broken after {self.tried[name]:,} tries of it. To see it again:\n")
        _say(f"{LITERALS}PROPERTIES[{name!r}].holds({self._last!r})")
        _exit(1)

    def _tell(self, now: float) -> None:
        counts = ", ".join(f"{self.tried[name]:,} {name.replace('_', ' ')}" for name in self.properties)
        _say(f"{now - self._began:5.0f} s, {self._how}: {counts}")


def _plain(minutes: float) -> None:
    trial = _Trial(minutes, "plain")
    tests = {name: trial.test(name) for name in trial.properties}
    while True:
        for name, test in tests.items():
            trial.attempt(name, test)


def _guided(minutes: float) -> None:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=[PACKAGE]):
        trial = _Trial(minutes, "guided")
    names = list(trial.properties)
    fuzz = [trial.test(name).hypothesis.fuzz_one_input for name in names]

    def one(data: bytes) -> None:
        if data:
            chosen = data[0] % len(names)
            trial.attempt(names[chosen], lambda: fuzz[chosen](data[1:]))

    atheris.Setup([sys.argv[0], f"-max_len={LONGEST_INPUT}", "-len_control=20", "-verbosity=0"], one)
    atheris.Fuzz()


def _say(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _exit(status: int) -> NoReturn:
    """End at once: libFuzzer would count any other exit as a crash of its own."""
    os._exit(status)


if __name__ == "__main__":
    main()
