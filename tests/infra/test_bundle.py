"""The bundles for Lambda: the right files, loadable, and the same each time."""

import hashlib
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from functions.providers import chosen
from functions.settings import Settings
from infra import packages
from infra.bundle import bundle, sources
from infra.function import Function
from infra.inventory import CALLS, DISCONNECT, TWIML, inventory

ROWS = inventory(chosen("bedrock"))
TOP = {"boto3", "botocore", "aws_lambda_powertools", "functions"}

STARTED = "assert not hasattr(it, 'start') or it.start.sessions()"
"""A function that cannot load apologises to the caller and does not raise, so this test asks it."""

pytestmark = pytest.mark.slow


def digest(folder: Path) -> str:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    parts = [hashlib.sha256(file.read_bytes()).hexdigest() + str(file.relative_to(folder)) for file in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def test_a_function_gets_only_its_own_sources_and_packages() -> None:
    folder = bundle(DISCONNECT)
    shipped = {file.relative_to(folder).as_posix() for file in (folder / "functions").rglob("*.py")}
    assert shipped == {file.relative_to(packages.ROOT).as_posix() for file in sources(DISCONNECT)}
    assert {entry.name for entry in folder.iterdir()} >= TOP
    assert not [name for name in ("anthropic", "twilio", "aiohttp", "bin") if (folder / name).exists()]


def test_of_the_aws_services_it_gets_only_its_own() -> None:
    data = bundle(DISCONNECT) / "botocore" / "data"
    assert {entry.name for entry in data.iterdir() if entry.is_dir()} == {"dynamodb"}


def test_only_the_calls_function_gets_twilios_rest_client() -> None:
    assert (bundle(CALLS) / "twilio" / "rest").is_dir()
    assert (bundle(CALLS) / "requests").is_dir()
    assert not [name for name in ("twilio/rest", "requests") if (bundle(TWIML) / name).exists()]


def test_of_what_is_known_of_numbers_only_time_zones_are_shipped() -> None:
    assert (bundle(CALLS) / "phonenumbers" / "tzdata").is_dir()
    assert not [name for name in ("geodata", "carrierdata") if (bundle(CALLS) / "phonenumbers" / name).exists()]


def test_packing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    assert digest(bundle(DISCONNECT)) == digest(bundle(DISCONNECT, tmp_path))


def test_what_has_not_changed_is_not_packed_again(capfd: pytest.CaptureFixture[str]) -> None:
    first = bundle(DISCONNECT)
    capfd.readouterr()
    assert bundle(DISCONNECT) == first
    assert capfd.readouterr().err == ""


def test_everything_is_compiled_for_lambda() -> None:
    if packages.interpreter() is None:
        pytest.skip(f"no Python {packages.PYTHON} here")
    folder = bundle(DISCONNECT)
    compiled = list(folder.rglob("*.pyc"))
    own = [file for file in compiled if file.is_relative_to(folder / "functions")]
    assert {source_of(file) for file in own} == set(folder.rglob("*.py")), "packages are shipped without sources"
    # PEP 552: the flags say that the file is known by a hash, which is not checked.
    assert {file.read_bytes()[4:8] for file in compiled} == {b"\x01\x00\x00\x00"}


def source_of(compiled: Path) -> Path:
    return compiled.parent.parent / f"{compiled.name.partition('.')[0]}.py"


def test_the_function_that_answers_is_small_when_zipped(tmp_path: Path) -> None:
    """Lambda fetches and unpacks it before each cold start."""
    if packages.interpreter() is None:
        pytest.skip(f"no Python {packages.PYTHON} here, so sources are shipped as well")
    [row] = [row for row in ROWS if row.name == "default"]
    zipped = Path(shutil.make_archive(str(tmp_path / "default"), "zip", bundle(row)))
    assert zipped.stat().st_size < 4_500_000


FAILING = """
import sys
sys.path.insert(0, sys.argv[1])
from botocore.session import Session
Session().get_service_data(None)
"""


def test_a_traceback_names_file_line_and_function_of_a_package() -> None:
    command = [packages.interpreter() or sys.executable, "-I", "-S", "-B", "-c", FAILING, str(bundle(DISCONNECT))]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert re.search(r'File "/var/task/botocore/session.py", line \d+, in get_service_data', failed.stderr)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_lambda_can_load_it(row: Function) -> None:
    """Only the bundle is on the path: no package of this machine helps."""
    handler = row.handler.rpartition(".")
    program = (
        f"import sys; sys.path.insert(0, {str(bundle(row))!r}); import {handler[0]} as it; it.handler; {STARTED}"
    )
    queue = "https://sqs.example/1/queue"
    places = Settings(table="logs", public_url="https://a.example", relay_url="wss://a.example/dev")
    settings = replace(places, reminders=queue, follow_ups=queue, private_table="private", do_not_call_table="wishes")
    settings = replace(settings, schedule_group="dev", schedule_role="arn:role", calls_function="arn:calls")
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    python = packages.interpreter() or sys.executable
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", program],
        env={**environment, **settings.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
