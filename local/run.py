"""`make run`: a call in the terminal, or a scripted one where standard input is no terminal."""

import argparse
import os
import sys
import time
from typing import get_args

from functions.settings import ModelName
from local.credentials import missing
from local.laptop import laptop
from local.script import play
from local.terminal import talk

OFFLINE_NOTE = (
    "The model is the built-in offline one: it knows a few words. MODEL=claude or MODEL=bedrock talks to a real one."
)


def main() -> int:
    """Run the laptop line and carry one call on it; return the exit status."""
    arguments = _arguments()
    if lack := missing(arguments.model):
        print(lack, file=sys.stderr)
        return 2
    _say(
        "Starting the laptop line: the handlers behind an API Gateway emulator, moto for the table and the secrets …"
    )
    began = time.monotonic()
    with laptop(arguments.model, arguments.model_id) as line:
        _say(f"Ready after {time.monotonic() - began:.1f} s. The handlers write their log to {line.log}.")
        _say(OFFLINE_NOTE if arguments.model == "offline" else f"The model is {arguments.model}, for real.")
        scripted = arguments.script or not sys.stdin.isatty()
        # By its third sentence the offline model's story has streamed whole: the cut drops only what waits.
        return play(line, "three" if arguments.model == "offline" else " ") if scripted else talk(line)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--model", choices=get_args(ModelName), default=os.environ.get("MODEL") or "offline")
    parser.add_argument("--model-id", default=os.environ.get("MODEL_ID", ""), help="another model than the usual one")
    parser.add_argument("--script", action="store_true", help="play the scripted call even in a terminal")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
