"""Programs that the check runs: a command to its end, or a server until the check has ended."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / ".build"


class CheckError(AssertionError):
    """The deployment does not do what it should; `str(error)` holds the program's output."""


def command(python: str, *parts: str, folder: Path, environment: Mapping[str, str], given: str = "") -> str:
    """Run one of the project's commands as a user does; return its output. Raises CheckError."""
    done = subprocess.run(
        [python, "-m", *parts],
        cwd=folder,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CheckError(
            f"{' '.join(parts)} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stdout


@contextmanager
def server(
    *parts: str,
    log: Path,
    ready: str,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    patience: float = 60.0,
) -> Iterator[None]:
    """Run a server until the block ends. It is ready when the URL `ready` answers. Raises CheckError."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as written:
        # Its own session: what it starts ends with it.
        process = subprocess.Popen(
            parts, cwd=folder, env=dict(environment), stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait(process, ready, log, patience)
            yield
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a server and what it started; it may have ended already."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(3.0)


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2.0).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CheckError(f"{url} was not answered; {log} ends with:\n{log.read_text()[-3000:]}")
