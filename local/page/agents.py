"""Imports the agents again when one of their files is saved. If that fails, the old agents keep answering."""

import importlib
import importlib.util
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from types import ModuleType

import functions
from functions.relay.agent.tools import AgentError

FOLDER = Path(functions.__path__[0]) / "agents"

LOOK_EVERY_S = 0.25
"""Seconds between two looks at the files."""

READERS = ("functions.agents", "functions.live.wiring")
"""The packages that hold agents and must be imported again with them; the handlers always are."""

_swap = threading.Lock()
"""Guards `_kept`."""

_kept: list[ModuleType] = []
"""The agents' module that is in use while its files are imported again."""

_PLACED = re.compile(r"(.+?):(\d+): (.*)", re.DOTALL)
"""How an AgentError names its place."""

Modules = Mapping[str, ModuleType]
Stamp = Mapping[Path, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an agent's file. `file` is a path in the project, and `line` is 0 if it is not known."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{where}{self.text}"


def fault(error: BaseException, folder: Path = FOLDER) -> Fault:
    """Return an error of an agent's file as text, with its innermost line in the agents' files."""
    if isinstance(error, SyntaxError) and error.filename:
        return Fault(_shown(error.filename, folder), error.lineno or 0, f"{type(error).__name__}: {error.msg}")
    if isinstance(error, AgentError) and (told := _PLACED.fullmatch(str(error))):
        return Fault(_shown(told[1], folder), int(told[2]), told[3])
    frames = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).is_relative_to(folder)]
    text = f"{type(error).__name__}: {error}"
    return Fault(_shown(frames[-1].filename, folder), frames[-1].lineno or 0, text) if frames else Fault("", 0, text)


def _shown(filename: str, folder: Path) -> str:
    path, root = Path(filename), folder.parent.parent
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def agents_now() -> ModuleType:
    """Return the agents' module as it is now: each edit imports a new one. Any thread may call this."""
    with _swap:
        return _kept[0] if _kept else importlib.import_module(READERS[0])


def fresh(load: Callable[[], Modules], folder: Path = FOLDER) -> Modules:
    """Return the handlers with the agents as their files are now. Raises what an agent's file raises."""
    for file in folder.rglob("*.py"):
        # A file that is saved twice within a second may keep its size; Python would then use the older bytecode.
        Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    with _in_use_meanwhile(agents_now()), _put_back_on_error():
        # Import the agents first: the handlers would catch the error, and apologise to callers.
        importlib.import_module(READERS[0])
        return load()


@contextmanager
def _in_use_meanwhile(module: ModuleType) -> Iterator[None]:
    with _swap:
        _kept.append(module)
    try:
        yield
    finally:
        with _swap:
            _kept.clear()


@contextmanager
def _put_back_on_error() -> Iterator[None]:
    before = {name: module for name, module in sys.modules.items() if _is_reader(name)}
    for name in before:
        del sys.modules[name]
    try:
        yield
    except BaseException:
        for name in [name for name in sys.modules if _is_reader(name)]:
            del sys.modules[name]
        sys.modules.update(before)
        for name, module in before.items():
            _bind(name, module)
        raise


def _is_reader(name: str) -> bool:
    return any(name == reader or name.startswith(f"{reader}.") for reader in READERS)


def _bind(name: str, module: ModuleType) -> None:
    """Set a package's attribute to the module again: the import that failed has changed it."""
    parent, _, own = name.rpartition(".")
    vars(sys.modules[parent])[own] = module


class Watch:
    """Looks for changes of the agents' files, in its own thread.

    After a change, `take` gets the new handlers and `tell` gets None. If the import fails, `tell` gets the fault and
    the old handlers stay.
    """

    def __init__(
        self,
        load: Callable[[], Modules],
        take: Callable[[Modules], object],
        tell: Callable[[Fault | None], object],
    ) -> None:
        self._load, self._take, self._tell = load, take, tell
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agents", daemon=True)
        self._known = stamp()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def look(self) -> None:
        """Import the agents again if a file has changed since the last look."""
        if (now := stamp()) == self._known:
            return
        self._known = now
        try:
            modules = fresh(self._load)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an agent's file may raise anything
            self._tell(fault(error))
        else:
            self._take(modules)
            self._tell(None)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self.look()


def stamp(folder: Path = FOLDER) -> Stamp:
    """Return when each file was saved, and its size. Files of any type and in any subfolder count."""
    found: dict[Path, tuple[int, int]] = {}
    for file in folder.rglob("*"):
        if "__pycache__" in file.parts or file.name.startswith(".") or file.name.endswith("~"):
            continue
        with suppress(OSError):
            status = file.stat()
            if S_ISREG(status.st_mode):
                found[file] = (status.st_mtime_ns, status.st_size)
    return found
