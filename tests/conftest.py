"""What tests share: a DynamoDB and an SSM on this machine, and the handlers as Lambda would import them."""

import gc
import importlib.util
import io
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from hypothesis import is_hypothesis_test, settings, strategies
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import ThreadedMotoServer

from local.aws.moto_direct import answered_directly
from local.aws.moto_tables import make_quick
from local.handlers import make_late_clients
from tests.endpoint import AWS_KEYS, refusing_url

pytest_plugins = ("local.testing.plugin", "pytester")

os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = AWS_KEYS["AWS_REGION"]
"""The geography of the usual model is that of the Region, whatever this machine has chosen."""

TABLE, PRIVATE_TABLE, DO_NOT_CALL_TABLE = "calls", "private", "do-not-call"
QUEUE = "reminders"
FOLLOW_UPS = "follow-ups"
ACCOUNT = "123456789012"
SECRETS = "/hotline/test"
TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER_KEY = "of-the-tests"
PUBLIC_URL = "https://api.example.com"
RELAY_URL = "wss://relay.example.com/prod"


settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
strategies.register_type_strategy(float, strategies.floats(allow_nan=False, allow_infinity=False))

SLOW = re.compile(r"^pytestmark = \[?pytest\.mark\.slow\b", re.MULTILINE)
"""Matches the mark of a module that `make check` leaves out: its tests take more than 30 ms each on average."""

MEASURED = ("tests/relay/", "tests/live/", "tests/functions/", "tests/adapters/", "tests/agents/")
"""The tests for which `make test` measures the coverage of `functions/`: each is about one module.

Measuring all tests doubles the time and finds the same lines.
"""

UNMEASURED = "no_cover"
"""The mark of tests that measure nothing: they run the same lines very often."""

MEASURES = pytest.StashKey[Any]()
"""What controls coverage during the test that runs now; None if it measures nothing."""

NO_BROWSER = "No Chromium is here (Debian: apt install chromium)"


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also if the shell ignores it for background jobs.

    Until all tests are collected, nothing of what is imported is garbage: do not look for it.
    """
    gc.disable()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Start two workers more than there are cores if slow tests run, since these wait more than they work."""
    return (os.cpu_count() or 1) + (0 if _quick(config) else 2)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import slow modules if only the others are wanted."""
    read = _quick(config) and collection_path.suffix == ".py"
    return True if read and SLOW.search(collection_path.read_text()) else None


def _quick(config: pytest.Config) -> bool:
    return bool(config.option.markexpr == "not slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with slow tests, so that no worker ends with them alone; leave out those of changed copies."""
    if config.option.markexpr != "copies":
        items[:] = [item for item in items if not item.get_closest_marker("copies")]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Leave what all tests share out of the garbage collector's walks.

    A walk through it stops every thread of the process, also moto's, for longer than a client of the table waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """Collect what the tests have left, once: pytest would walk twice through all that was imported."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop the measurement that pytest-cov begins while it reads the options, in a run with workers.

    In the process that starts the workers, it would measure how their reports are counted. In a worker, pytest-cov
    then starts a second measurement and never stops the first: this one would go on whenever the second pauses, and
    slow down every test.
    """
    alone = session.config.getoption("dist", "no") == "no" and not hasattr(session.config, "workerinput")
    if not alone and (coverage := _coverage(session.config)) is not None:
        coverage.pause()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Measure what is imported with the tests in one worker: all import the same. Then measure tests alone."""
    coverage = _coverage(session.config)
    if coverage is None or not coverage.started:
        return (yield)
    if getattr(session.config, "workerinput", {}).get("workerid", "gw0") != "gw0":
        coverage.pause()
        return (yield)
    try:
        return (yield)
    finally:
        coverage.pause()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage where it is cheap: what our fixtures and the test run, not what pytest does around them.

    That costs more than many a test. With a context for each test (`make coverage`), pytest-cov wants all measured.
    """
    coverage = _coverage(item.config) if _measured(item) else None
    whole = item.config.getoption("cov_context", None) is not None
    item.session.stash[MEASURES] = None if whole else coverage
    with _measuring(coverage if whole else None):
        result = yield
    if (left := _coverage(item.config)) is not None and left.started:
        left.pause()  # pytest-cov ends a test with the mark `no_cover` so
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Measure what our own fixtures run."""
    ours = not fixturedef.func.__module__.startswith("_pytest.")
    with _measuring(request.session.stash[MEASURES] if ours else None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Measure what the test itself runs."""
    with _measuring(pyfuncitem.session.stash[MEASURES]):
        return (yield)


@contextmanager
def _measuring(coverage: Any) -> Iterator[None]:
    """Measure coverage in the block, unless it is None or measures already: who starts it twice can never stop it."""
    if coverage is None or coverage.started:
        yield
        return
    coverage.resume()
    try:
        yield
    finally:
        coverage.pause()


def _measured(item: pytest.Item) -> bool:
    """Whether a test may find a line of `functions/` that the tests beside it do not.

    One that hypothesis repeats with drawn arguments finds no more lines than those, but branches (`make coverage`).
    """
    drawn = is_hypothesis_test(getattr(item, "obj", None)) and not item.config.getoption("cov_branch", False)
    return item.nodeid.startswith(MEASURED) and not drawn and item.get_closest_marker(UNMEASURED) is None


def _coverage(config: pytest.Config) -> Any:
    """Return what controls coverage in this process; None if nothing is measured."""
    return getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so if the page could not be tested in a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"{NO_BROWSER}: the page was not tested in a browser.", yellow=True)


@dataclass(frozen=True, slots=True)
class Aws:
    """The services of this machine, and how handlers are imported against them."""

    url: str

    def environment(self, **more: str) -> dict[str, str]:
        """Return a function's environment. A service that is missing here leads to a port that refuses."""
        return {
            **AWS_KEYS,
            "AWS_ENDPOINT_URL": refusing_url(),
            "AWS_ENDPOINT_URL_DYNAMODB": self.url,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": self.url,
            "AWS_ENDPOINT_URL_SCHEDULER": self.url,
            "AWS_ENDPOINT_URL_SSM": self.url,
            "AWS_ENDPOINT_URL_SQS": self.url,
            "HOTLINE_TABLE": TABLE,
            "HOTLINE_PRIVATE_TABLE": PRIVATE_TABLE,
            "HOTLINE_DO_NOT_CALL_TABLE": DO_NOT_CALL_TABLE,
            "HOTLINE_PUBLIC_URL": PUBLIC_URL,
            "HOTLINE_RELAY_URL": RELAY_URL,
            "HOTLINE_SECRETS": SECRETS,
            "HOTLINE_MODEL": "offline",
            "POWERTOOLS_SERVICE_NAME": "hotline",
            "HOTLINE_LIMITS": "off",
            "HOTLINE_REMINDERS": f"{self.url}/{ACCOUNT}/{QUEUE}",
            "HOTLINE_FOLLOW_UPS": f"{self.url}/{ACCOUNT}/{FOLLOW_UPS}",
            "HOTLINE_SCHEDULE_GROUP": "default",
            "HOTLINE_SCHEDULE_ROLE": f"arn:aws:iam::{ACCOUNT}:role/schedules",
            "HOTLINE_CALLS_FUNCTION": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:calls",
            **more,
        }

    def handler(self, name: str, **more: str) -> ModuleType:
        """Import a handler as a new environment of Lambda does, for this test only."""
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in self.environment(**more).items():
                environment.setenv(variable, value)
            spec = importlib.util.find_spec(f"functions.{name}")
            assert spec and spec.loader
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            make_late_clients(name, module)
            return module

    def secret(self, name: str, value: str) -> None:
        """Set a secret of the deployment."""
        with pytest.MonkeyPatch.context() as environment:
            for variable, its in self.environment().items():
                environment.setenv(variable, its)
            ssm = boto3.client("ssm")
        ssm.put_parameter(Name=f"{SECRETS}/{name}", Value=value, Type="SecureString", Overwrite=True)
        ssm.close()


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """Moto's server with the table and the secret of a deployment. Tests use their own names in it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_quick()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    home = Aws(f"http://{host}:{port}")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in home.environment().items():
            environment.setenv(name, value)
        for table in (TABLE, PRIVATE_TABLE, DO_NOT_CALL_TABLE):
            _make_table(table)
        _make_queue()
    home.secret("twilio-auth-token", TOKEN)
    home.secret("number-key", NUMBER_KEY)
    with answered_directly(f"{host}:{port}", DomainDispatcherApplication(create_backend_app)):
        yield home
    server.stop()


def _make_table(table: str) -> None:
    keys = [("log", "HASH"), ("key", "RANGE")]
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.close()


def _make_queue() -> None:
    sqs = boto3.client("sqs")
    for name in (QUEUE, FOLLOW_UPS):
        sqs.create_queue(QueueName=name)
    sqs.close()


class LogLines:
    """What a handler has written to its log, as text and line by line."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def messages(self) -> list[str]:
        return [line["message"] for line in self.lines]


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[ModuleType], LogLines]]:
    """Return what a handler writes from now on: its own lines, which the core's loggers join in the test's caplog."""
    caplog.set_level(logging.INFO)
    changed: list[tuple[logging.StreamHandler[Any], Any]] = []

    def watch(module: ModuleType) -> LogLines:
        logger: Logger = module.logger
        handler, stream = logger.registered_handler, io.StringIO()
        assert isinstance(handler, logging.StreamHandler)
        if handler.stream.closed:  # the first test that made the logger captured its output
            handler.stream = sys.stdout
        changed.append((handler, handler.setStream(stream)))
        return LogLines(stream)

    yield watch
    for handler, stream in changed:
        handler.setStream(sys.stdout if stream is None or stream.closed else stream)
