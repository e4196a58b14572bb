"""Packs one function into a folder for Lambda: its packages and its part of `functions/`.

A folder's name depends on everything in it, so a function that has not changed is not packed again.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from infra import fallback, needs, packages
from infra.function import Function

BUILD = packages.ROOT / ".build"

WRITERS = {"fallback.json": fallback.fallbacks, "menu.json": fallback.menus}
"""What writes the files of a row that are not in the repository."""


def bundle(row: Function, build: Path = BUILD) -> Path:
    """Return the folder of a function for Lambda. It is packed now, or was packed earlier."""
    shared = _packages(row, build)
    files = {file.relative_to(packages.ROOT): file.read_bytes() for file in sources(row)}
    files |= {Path("functions") / name: WRITERS[name]() for name in row.written}

    def pack(folder: Path) -> None:
        # Linked and not copied: packages are large, and nothing changes a packed file.
        shutil.copytree(shared, folder, copy_function=os.link, ignore=_descriptions_but(row.services))
        for place, content in files.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
        packages.compile_bytecode(folder / "functions", below="functions")

    contents = [part for place, content in files.items() for part in (place.as_posix().encode(), content)]
    return _once(build, row.name, [shared.name.encode(), repr(row.services).encode(), *contents], pack)


def sources(row: Function) -> tuple[Path, ...]:
    """Return the files of `functions/` that a function ships, sorted: Python files, and all files next to agents."""
    return tuple(sorted({file for name in row.source for file in _files(packages.ROOT / "functions" / name)}))


def _packages(row: Function, build: Path) -> Path:
    own = needs.pins() if row.runs_agents else []
    pins = "\n".join([*packages.pinned(row.packages), *own])
    contents = [repr(row.packages).encode(), pins.encode(), packages.LOCK.read_bytes()]

    def install(folder: Path) -> None:
        packages.install(row.packages, folder)
        packages.install_own(own, folder)

    return _once(build, "packages", contents, install)


def _descriptions_but(services: Collection[str]) -> Callable[[str, list[str]], set[str]]:
    """Return a filter that leaves out the data for other services: 400 of them, 13 MB of a zipped bundle."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        if Path(folder).parts[-2:] not in (("botocore", "data"), ("boto3", "data")):
            return set()
        return {name for name in names if (Path(folder) / name).is_dir() and name not in services}

    return ignore


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise FileNotFoundError(f"The inventory ships {path}, which does not exist.")
    if not path.is_dir():
        return iter([path])
    return _all_files(path) if path.name == "agents" else path.rglob("*.py")


def _all_files(folder: Path) -> Iterator[Path]:
    """Yield all files in a folder, except bytecode and hidden files."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and "__pycache__" not in inside and not any(part.startswith(".") for part in inside):
            yield path


def _once(build: Path, name: str, contents: Iterable[bytes], make: Callable[[Path], None]) -> Path:
    """Return the folder for these contents. It is made only once, and no other process sees it half full."""
    folder = build / f"{name}-{_digest(contents)}"
    if folder.exists():
        return folder
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as scratch:
        make(made := Path(scratch) / "made")
        try:
            made.rename(folder)
        except OSError:
            # Another process that packed the same contents was faster.
            if not folder.exists():
                raise
    return folder


def _digest(contents: Iterable[bytes]) -> str:
    """Return a name for contents. It also depends on the Python that compiles them and on how they are packed."""
    recipe = [Path(__file__).read_bytes(), Path(packages.__file__).read_bytes()]
    digest = hashlib.sha256(str(packages.interpreter() is None).encode())
    for part in (*recipe, *contents):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
