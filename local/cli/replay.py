"""`make replay`: shows any moment of a call that is over, from its log, in the inspector."""

import argparse
import importlib
import os
import re
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from functions.relay import Agent
from functions.relay.ports import LogError
from local.cli.run import PORT, desktop
from local.ops.records import lines_of
from local.ops.speak import OpsError
from local.page.agents import fault
from local.page.logs import Line, LogFileError, read
from local.page.replay import Replay
from local.page.server import Server

NO_LOG = "make replay needs a call: LOG=CA… with STAGE=, as `make calls` lists it, or LOG=file that the page saved."
SID = re.compile(r"CA[0-9a-f]{32}")


class ReplayError(RuntimeError):
    """There is no call to replay; `str(error)` says what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Serve one call's log until Ctrl-C; return 0, or 2 if there is no log."""
    given = _parser().parse_args(arguments)
    if not given.log:
        print(NO_LOG, file=sys.stderr)
        return 2
    try:
        lines = _from_table(given.log, given.stage) if SID.fullmatch(given.log) else _from_file(Path(given.log))
    except (ReplayError, LogFileError, LogError) as error:
        print(f"{given.log}: {error}", file=sys.stderr)
        return 2
    with Server(Replay(lines, given.log, agents_of_today(), given.model_id), given.port).running() as page:
        print(f"{len(lines)} entries of {given.log} are at {page.url} until Ctrl-C.", flush=True)
        if not given.no_browser and desktop():
            webbrowser.open(page.url)
        _wait()
    return 0


def agents_of_today() -> Mapping[str, Agent]:
    """Return the agents as they are now. Return none if their import fails: the call can be shown without them."""
    try:
        return dict(importlib.import_module("functions.agents").AGENTS)
    except Exception as error:  # noqa: BLE001 - an agent's file may raise anything
        print(fault(error), file=sys.stderr)
        return {}


def _wait() -> None:
    try:
        while sys.stdin.readline():
            continue
    except KeyboardInterrupt:
        print()


def _from_file(file: Path) -> list[Line]:
    try:
        return read(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(
            f"It could not be read ({type(error).__name__}). Name a file that the page saved, or a call's SID: CA…"
        ) from error


def _from_table(call: str, stage: str) -> list[Line]:
    """Read a call from the table of a deployment, or of the laptop. The environment's credentials must allow it."""
    try:
        return lines_of(stage)(call)
    except OpsError as error:
        raise ReplayError(str(error)) from error
    except ValueError as error:
        raise ReplayError(f"The table of {stage} does not hold this call; calls expire.") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("log", help="a file that the page saved, or the SID of a call")
    parser.add_argument("--stage", default=os.environ.get("STAGE") or "dev", help="the deployment that has the SID")
    parser.add_argument("--model-id", default="", help="the model whose price counts for the call's tokens")
    parser.add_argument("--port", type=int, default=PORT, help="the port of the page; a free one if it is taken")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page in a browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
