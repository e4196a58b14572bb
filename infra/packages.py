"""Fetches a function's packages for Lambda's own platform, without Docker, and compiles them for Lambda's Python.

Wheels are chosen for arm64 and the runtime's Python on every machine. So a package without such a wheel is an error
here and not in a call. lock.txt has the checksums that the wheels must have. Source: AWS Lambda, "Working with .zip
file archives for Python Lambda functions".
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "requirements.txt"
LOCK = Path(__file__).parent / "lock.txt"
PYTHON = "3.13"
PLATFORM = "aarch64-manylinux2014"

ALONE = frozenset({"twilio"})
"""Packages that are fetched without their dependencies: the signature check and TwiML are plain Python, and the HTTP
clients for the REST API are as large as all the rest. A row that needs that API has `twilio[rest]`."""

UNUSED = (
    *("bin", ".lock", "*.dist-info/RECORD", "**/*.pyi", "**/py.typed"),
    *("phonenumbers/geodata", "phonenumbers/carrierdata", "phonenumbers/shortdata/region_*"),
    *(f"stdnum/{data}.dat" for data in ("oui", "i[ms]*", "[cg]*", "[!b]?/*")),
    *("dateutil/zoneinfo/*.tar.gz", "tzdata/zoneinfo/*.tab", "tzdata/zoneinfo/tzdata.zi"),
    *("aws_lambda_powertools/event_handler", "aws_lambda_powertools/utilities/[!_jpt]*"),
    *("aws_lambda_powertools/utilities/parser", "aws_lambda_powertools/metrics/provider/datadog"),
    *("s3transfer/crt.py", "s3transfer/processpool.py", "urllib3/contrib/emscripten"),
    *("twilio/rest/[!_a]*", "twilio/rest/a[!p]*"),
)
"""Files that no handler loads: types for type checkers, data about the places and owners of numbers and about codes
other than IBANs, second copies of the time zones, Powertools' routers and most of its utilities, transfers to S3 by
processes, urllib3 for browsers, and all of Twilio's REST API except `api`.

RECORD lists all fetched files, so without these it would be wrong.
"""

LONG_DOCSTRINGS = ("stdnum", "phonenumbers", "aws_lambda_powertools", "urllib3")
"""Packages that are compiled without docstrings: theirs are long, and nothing reads them in Lambda."""

UNUSED_ALONE = ("twilio/rest",)
"""Modules of a package that cannot be loaded without its dependencies."""


OWN_HINT = (
    "Change the version in functions/agents/requirements.txt: it must be there as a wheel for arm64, and fit the "
    "packages of requirements.txt."
)


class PackagesError(RuntimeError):
    """Packages could not be fetched; `str(error)` says which and why."""


def install(names: Iterable[str], folder: Path, lock: Path = LOCK) -> None:
    """Put packages into a folder, as bytecode and without files that no handler loads. Raises PackagesError."""
    folder.mkdir(exist_ok=True)
    if not (names := tuple(names)):
        return
    say(f"fetching {' '.join(pinned(names))} for Lambda")
    alone = [name for name in names if name in ALONE]
    _fetch(pinned(name for name in names if name not in ALONE), folder, lock)
    for pin in pinned(alone):
        _fetch([pin, "--no-deps"], folder, lock)
    for path in [path for pattern in (*UNUSED, *(UNUSED_ALONE if alone else ())) for path in folder.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _keep_bytecode_only(folder)


def install_own(pins: list[str], folder: Path, lock: Path = LOCK) -> None:
    """Add the packages of the agents' own requirements to a folder, with bytecode. Raises PackagesError.

    A package that Hotline has too gets the version in the lock, because one folder holds only one version.
    """
    if pins:
        say(f"fetching {' '.join(pins)} for the agents")
        _run(pins, folder, ["--only-binary", ":all:", "--constraint", str(lock)], OWN_HINT)
        compile_bytecode(folder)


def pinned(names: Iterable[str]) -> list[str]:
    """Return the lines of requirements.txt for these packages."""
    lines = {_name(line): line for line in REQUIREMENTS.read_text().splitlines() if "==" in line}
    bare = [_name(name) for name in names]
    if missing := [name for name in bare if name not in lines]:
        raise PackagesError(f"requirements.txt does not pin {', '.join(missing)}.")
    return [lines[name] for name in bare]


def compile_bytecode(folder: Path, below: str = "") -> None:
    """Compile a folder that will be at `/var/task/<below>`, which is read-only in Lambda.

    The bytecode is unchecked, because the times of files change on the way, and a date in it would change the
    package's hash.
    """
    _compile(folder, below, [])


def _keep_bytecode_only(folder: Path) -> None:
    """Compile packages and drop their sources, a third of a zipped bundle.

    A traceback names the file, line and function of a package all the same, and shows the lines of `functions/`,
    whose sources are shipped. Source: Python, "Compiled Python files".
    """
    if not _compile(folder, "", ["-b"]):
        return
    for name in LONG_DOCSTRINGS:
        if (folder / name).exists():
            _compile(folder / name, name, ["-b", "-o", "2"])
    for source in folder.rglob("*.py"):
        source.unlink()


def _compile(folder: Path, below: str, flags: list[str]) -> bool:
    """Return whether there is a Python that could compile the folder."""
    if (python := interpreter()) is None:
        say(f"no Python {PYTHON} here: cold starts will be 2 to 3 times slower. `uv python install {PYTHON}` helps.")
        return False
    flags = [*flags, "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    subprocess.run(
        [python, "-m", "compileall", *flags, "-s", str(folder), "-p", f"/var/task/{below}", str(folder)], check=True
    )
    return True


@cache
def interpreter(version: str = PYTHON) -> str | None:
    """Return the path of a Python of this minor version on this machine; None if there is none."""
    # pyenv's commands work only for a chosen version. Without pyenv, this variable has no effect.
    environment = {**os.environ, "PYENV_VERSION": version}
    command = [find_uv_bin(), "python", "find", "--system", "--no-python-downloads", version]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return None if found.returncode else found.stdout.strip()


def say(what: str) -> None:
    """Tell the user on standard error what takes time. Standard output belongs to CDK."""
    sys.stderr.write(f"hotline: {what}\n")


def _fetch(what: list[str], folder: Path, lock: Path) -> None:
    strict = ["--only-binary", ":all:", "--require-hashes", "--constraint", str(lock)]
    _run(what, folder, strict, f"If {REQUIREMENTS.name} has changed, `make lock` helps.")


def _run(what: list[str], folder: Path, options: list[str], hint: str) -> None:
    target = ["--python-platform", PLATFORM, "--python-version", PYTHON, "--target", str(folder)]
    command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, *options, *target, *what]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise PackagesError(f"{' '.join(what)} could not be fetched. {hint}\n{done.stderr}")


def _name(requirement: str) -> str:
    return re.split(r"[=\[ ]", requirement, maxsplit=1)[0]
