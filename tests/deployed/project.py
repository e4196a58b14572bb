"""The project that is deployed: Hotline's own files, and agents that need everything that a tool may need.

Their package is installed as a user's is, into the project's own environment, which borrows all others.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from uv import find_uv_bin

from infra import packages
from tests.deployed.process import BUILD, ROOT, CheckError

AGENTS = Path(__file__).parent / "agents"
SECRET = "desk-key"
VARIABLES = {"DESK": "Rosa's"}

USES_THE_TOOL = """
from functions.agents.desk import find_booking
from functions.relay import Caller

print(find_booking("k4t9", Caller("", secrets=lambda name: "k-1")))
"""


def project(folder: Path) -> Path:
    """Make the project in a folder, and return the folder."""
    for room in ("functions", "infra", "local"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "agents"))
    for name in ("app.py", "cdk.json", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder)
    agents = folder / "functions" / "agents"
    shutil.copytree(AGENTS, agents, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "functions" / "agents" / "__init__.py", agents)
    BUILD.mkdir(exist_ok=True)
    (folder / ".build").symlink_to(BUILD)  # files for a bundle are fetched only once
    _environment(folder)
    return folder


def python(folder: Path) -> str:
    """Return the program `python` of a project's environment."""
    return str(folder / ".venv" / "bin" / "python")


def loaded(folder: Path) -> str:
    """Run a tool from the bundle of `default`, which sees only its own packages; return the bundle's size.

    Raises CheckError.
    """
    bundle = _bundle_of(folder, "default")
    for name in ("slugify/__init__.py", "text_unidecode/data.bin", "functions/agents/bookings.csv"):
        if not (bundle / name).exists():
            raise CheckError(f"{name} is not in the bundle.")
    program = f"import sys; sys.path.insert(0, {str(bundle)!r})\n{USES_THE_TOOL}"
    done = subprocess.run(
        [packages.interpreter() or sys.executable, "-I", "-S", "-B", "-c", program],
        env=VARIABLES,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.stdout.strip() != "Friday at eight, at Rosa's.":
        raise CheckError(f"The tool did not run from the bundle:\n{done.stdout}{done.stderr}")
    return f"{sum(file.stat().st_size for file in bundle.rglob('*') if file.is_file()) / 1e6:.0f} MB"


def _bundle_of(folder: Path, name: str) -> Path:
    """Return the folder that the template of the Service stack has for a function."""
    [template] = (folder / "cdk.out").glob("Hotline-*-Service.template.json")
    for resource in json.loads(template.read_text())["Resources"].values():
        if resource["Properties"].get("Handler") == f"functions.{name}.handler":
            return folder / "cdk.out" / str(resource["Metadata"]["aws:asset:path"])
    raise CheckError(f"{template.name} has no function {name}.")


def _environment(folder: Path) -> None:
    home = folder / ".venv"
    venv.create(home, with_pip=False)
    own = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    (Path(own) / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    wanted = folder / "functions" / "agents" / "requirements.txt"
    subprocess.run(
        [find_uv_bin(), "pip", "install", "--quiet", "--python", python(folder), "-r", str(wanted)], check=True
    )
