"""Measures what is shipped: how long a cold start imports, and how large each function's package is."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.report import Row
from functions.providers import chosen
from infra.bundle import bundle
from infra.inventory import inventory

RUNS = 9

MOST_MB = {"default": 4.5}
"""The most megabytes of a function's zipped package. `default` gives the answers."""

BARE = """
import boto3
for name in ("dynamodb", "bedrock-runtime", "apigatewaymanagementapi", "sqs"):
    boto3.client(name)
"""
OURS = "import functions.default"
TIMED = "import time; began = time.process_time()\n{}\nprint(time.process_time() - began)"
"""Processor time, because other processes on this machine then matter less."""


def imports() -> Iterator[Row]:
    """Yield the import times of `functions.default` and of boto3 with the same four clients, and their ratio."""
    bare, ours = import_seconds(RUNS)
    yield Row("import of boto3 with four clients", round(bare * 1000), "ms")
    yield Row("import of functions.default with the same clients", round(ours * 1000), "ms")
    yield Row("import of functions.default to boto3 with its clients", round(ours / bare, 2), "x", 1.25)


def import_seconds(runs: int) -> tuple[float, float]:
    """Return the median processor seconds of importing boto3 with its clients, and of importing our handler."""
    pairs = [(_seconds(BARE), _seconds(OURS)) for _ in range(runs)]
    bare, ours = (median(times) for times in zip(*pairs, strict=True))
    return bare, ours


def _seconds(code: str) -> float:
    environment = os.environ | {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://127.0.0.1:1",
        "HOTLINE_TABLE": "bench",
        "HOTLINE_PRIVATE_TABLE": "bench-private",
        "HOTLINE_DO_NOT_CALL_TABLE": "bench-do-not-call",
        "HOTLINE_REMINDERS": "https://sqs.eu-central-1.amazonaws.com/123456789012/bench",
        "HOTLINE_MODEL": "bedrock:global.anthropic.claude-haiku-5-5",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # Lambda has the bytecode too
    command = [sys.executable, "-c", TIMED.format(code)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def sizes() -> Iterator[Row]:
    """Return the zipped size of each function's package for Lambda."""
    for function in inventory(chosen("bedrock")):
        size = round(_zipped(bundle(function)) / 1e6, 2)
        yield Row(f"zipped size of {function.name}", size, "MB", MOST_MB.get(function.name))


def _zipped(folder: Path) -> int:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return packed.getbuffer().nbytes
