"""The stacks in MiniStack, an emulator of AWS: deployed by the real CDK, set up and called as a user does it.

What it cannot do, and what these tests do instead:
- It runs functions on its own Python and processor. It gets the Python of Lambda if this machine has one. Packages
  with parts compiled for arm64 (`calls` ships some) are uploaded but not run.
- `AWS::URLSuffix` is always amazonaws.com there, so the address to which words are posted would lead to the real AWS.
  The tests set it to another value in the two functions that post, and change nothing else.
- No DNS resolves the names of its APIs (`….execute-api.localhost`): the phone uses the API's path instead.
- It passes the frames of a connection to a function one after another, and has no error frames of API Gateway:
  interruptions and crashes are tried in tests/calls, not here.
- It has no integration of a WebSocket route with DynamoDB, and takes every integration for one with a function: the
  reports of the line (`info` frames) are lost there, and nothing is sent for them. Their template is rendered and put
  in tests/local/aws/test_gateway_integration.py, and behind each call of tests/calls.
- It has no IAM by default: rights are tested in the templates, tests/infra/test_rights.py.
- It has the table's stream with its filter, and the queue of follow-ups. Batches that fail are not tried here.
- Its CloudFormation leaves out a table's TTL: this is the one fault that `make doctor` must find there.
"""

import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from uv import find_uv_bin

from infra import packages
from local.environment import environ
from local.ops.account import client
from local.ops.deployed import Deployed
from local.ops.doctor import examined
from local.ops.findings import Failed
from tests.deployed.calls import NUMBER, booking_and_hand_off, line
from tests.deployed.process import BUILD, CheckError, command, server
from tests.deployed.project import loaded, project, python
from tests.ports import free_port
from tests.servers.twilio import TwilioServer, number

VERSION = "1.5.33"
REGION = "eu-central-1"
MACHINE_ACCOUNT = "000000000000"
ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"
CALLBACK = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"


def check() -> Iterator[str]:
    """Deploy, set up, call, check and remove; yield each step when it is done. Raises CheckError."""
    with tempfile.TemporaryDirectory() as folder, _running() as aws, TwilioServer(ACCOUNT, TOKEN) as twilio:
        environment = _environment(aws) | {"HOTLINE_TWILIO_URL": twilio.url}
        copy = project(Path(folder))

        def made(*parts: str, given: str = "") -> None:
            command(python(copy), *parts, folder=copy, environment=environment, given=given)

        yield f"MiniStack {VERSION} runs at {aws}"
        made("local.ops.deploy", "--bootstrap", "--yes")
        yield "make bootstrap"
        made("local.ops.deploy", "-c", "model=offline", "--yes")
        yield "make deploy: both stacks, by the CDK"
        yield f"an agent's tool runs from its bundle alone ({loaded(copy)}): its package, data file and variable"
        made("local.ops.secrets", given=f"{ACCOUNT}\n{TOKEN}\nk-1\n")
        yield "make secrets"
        twilio.numbers = [number(NUMBER)]
        made("local.ops.number", NUMBER, "--yes")
        yield "make number"
        with environ(environment):
            yield from _called(aws)
        made("local.ops.destroy", "--yes")
        yield "make destroy"


def _called(aws: str) -> Iterator[str]:
    deployed = Deployed.read("dev")
    led = _led(aws, deployed)
    _lead_back(led[deployed.relay_url].replace("ws:", "http:", 1))
    with line(deployed.voice_url, TOKEN, led) as phone:
        yield f"a call: {booking_and_hand_off(phone)}"
    fallback = next(led[host] + "/fallback" for host in led if deployed.fallback_url.startswith(host))
    with urllib.request.urlopen(fallback, data=b"") as answer:
        if b"<Say" not in answer.read():
            raise CheckError("The fallback says nothing.")
    yield "the fallback's apology"
    faults = [one for one in examined(deployed, led=led) if isinstance(one, Failed)]
    if [one.words for one in faults] != [f"No item in the table {deployed.table} expires."]:
        raise CheckError("\n".join(f"make doctor found: {one.words} {one.cure}" for one in faults))
    yield "make doctor: forged signatures refused, no fault but the one that is MiniStack's"


def _led(aws: str, deployed: Deployed) -> Mapping[str, str]:
    """Return the address of each API, by its path."""
    webhooks = deployed.voice_url.removesuffix("/voice")
    place = f"{aws}/_aws/execute-api/{_api(webhooks)}/$default"
    relay = f"{aws.replace('http:', 'ws:', 1)}/_aws/execute-api/{_api(deployed.relay_url)}/{deployed.stage}"
    return {webhooks: place, deployed.relay_url: relay}


def _api(url: str) -> str:
    return url.partition("://")[2].partition(".")[0]


def _lead_back(callback: str) -> None:
    """Set the address to which words are posted, in the functions that post."""
    functions = client("lambda")
    for found in functions.list_functions()["Functions"]:
        variables = found.get("Environment", {}).get("Variables", {})
        if CALLBACK in variables:
            changed = {"Variables": variables | {CALLBACK: callback}}
            functions.update_function_configuration(FunctionName=found["FunctionName"], Environment=changed)


@contextmanager
def _running() -> Iterator[str]:
    port = free_port()
    own = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": MACHINE_ACCOUNT,
    }
    url = f"http://127.0.0.1:{port}"
    with server(
        str(_installed()),
        log=BUILD / "ministack.log",
        ready=f"{url}/_ministack/health",
        environment={**_environment(url), **own},
    ):
        yield url


def _installed() -> Path:
    """Return MiniStack's program, installed into its own virtual environment if it is missing."""
    python = packages.interpreter()
    home = BUILD / f"ministack-{VERSION}{'' if python else '-other-python'}"
    program = home / "bin" / "ministack"
    if not program.exists():
        wanted = ["--python", python] if python else []
        subprocess.run([find_uv_bin(), "venv", "--quiet", "--clear", *wanted, str(home)], check=True)
        subprocess.run(
            [
                find_uv_bin(),
                "pip",
                "install",
                "--quiet",
                "--python",
                str(home / "bin" / "python"),
                f"ministack=={VERSION}",
            ],
            check=True,
        )
    return program


def _environment(aws: str) -> dict[str, str]:
    """Return an environment in which all AWS clients talk to the emulator, with invented credentials."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOTLINE_", "CDK_"))}
    made_up = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "MODEL": "offline"}
    return {
        **kept,
        **made_up,
        **nowhere,
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
