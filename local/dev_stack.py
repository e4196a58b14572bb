"""The laptop line: the handlers behind the gateway, moto for AWS, and a phone that calls them.

The handlers are those that run in Lambda. Only their environment differs, which they read when they are imported:
endpoints by the names that the SDKs define, and settings by the names that `functions.settings` reads.
"""

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TextIO

import boto3
from aws_lambda_powertools import Logger

from functions.follow_up.reminder import FollowUpReminder
from functions.providers import Choice, chosen
from functions.relay.log.keys import call_log, transcript_log
from functions.relay.log.table_item import NOTES, note_template
from functions.relay.record.over import WAKING
from local import credentials
from local.aws.gateway_integration import PutItem
from local.aws.gateway_server import Function, Gateway, Limits, Sources, Urls
from local.aws.moto_server import moto_server
from local.aws.queue import Queue
from local.aws.resources import prepare
from local.aws.schedules import Schedules
from local.aws.stream import Stream
from local.environment import (
    PUBLIC_URL,
    RELAY_URL,
    SECRETS,
    SERVICE,
    STAGE,
    TOKEN,
    environ,
    environment,
    model_endpoints,
    settings_of,
)
from local.handlers import handlers, route
from local.needs import needs, secrets_of_agents
from local.phone import Phone
from local.records import keep

NO_TWILIO = "http://127.0.0.1:9"
"""An address where nothing listens: calls of a laptop never reach Twilio."""

LONG_AFTER_S = 100_000
"""Seconds after which every call is over, also one that was passed to a person."""


ToolsAws = Literal["moto", "account"]
"""Where the AWS calls of tools go: to moto on this machine, or to the account of this machine's credentials."""


@dataclass(frozen=True, slots=True)
class DevStack:
    """A running laptop line."""

    gateway: Gateway
    """The laptop's API Gateway."""

    urls: Urls
    """The addresses of the gateway."""

    aws: str
    """The endpoint URL of moto."""

    queue: Queue
    """The queue of reminders."""

    follow_ups: Queue
    """The queue of calls that may be over."""

    stream: Stream
    """Finds calls that may be over, in the changes of the table."""

    schedules: Schedules
    """The schedules of planned calls."""

    log: Path
    """The file of the handlers' log."""

    public: "Public"
    """How the outside reaches this line."""

    environment: Mapping[str, str]
    """The environment variables that the handlers' modules read when they are imported."""

    modules: dict[str, ModuleType]
    """The handlers that answer now."""

    notes: PutItem
    """Puts the notes of the line into the table, without a handler."""

    records: Path | None = None
    """The folder that records of calls are written to as well; None for the table alone."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """The real values of secrets, by the names of their SSM parameters: moto's port tells them to this run alone."""

    @property
    def table(self) -> str:
        """The name of the table that holds the calls of this line, and of no other."""
        return self.environment["HOTLINE_TABLE"]

    def phone(self, **options: Any) -> Phone:
        """Return a phone whose calls this line answers. `options` are those of `Phone`."""
        public, connect = self.public, {self.public.relay_url: self.urls.websocket}
        return Phone(f"{self.urls.http}/voice", public.token, public_url=public.url, connect=connect, **options)

    @contextmanager
    def tools(self, aws: ToolsAws = "moto") -> Iterator[None]:
        """Set the environment that the agents' tools need, until the block ends. `aws` says where their calls go."""
        own = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        given = {name: self.environment[name] for name in own if name in self.environment}
        moto = {**given, **model_endpoints(self.environment["AWS_REGION"]), "AWS_ENDPOINT_URL": self.aws}
        with environ({**needs().environment, **(moto if aws == "moto" else {})}):
            yield

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Read the queues and the stream until the block ends. After it they rest, and need no processor time."""
        read = (self.queue, self.follow_ups, self.stream)
        for one in read:
            one.wake()
        try:
            yield
        finally:
            for one in read:
                one.rest()

    def follow_up(self, call: str) -> None:
        """Do at once what follows a call that is over, by its SID, without waiting for late events."""
        self.follow_ups.deliver(FollowUpReminder(call_log(call), LONG_AFTER_S).write())

    def follow_up_transcript(self, transcript: str) -> None:
        """Do at once what follows a transcript that is finished, by its SID."""
        self.follow_ups.deliver(FollowUpReminder(transcript_log(transcript), 0).write())

    def follow_up_all(self) -> None:
        """Do at once what follows the calls that have no record yet, since the line ends."""
        after: Any = self.modules["after"]
        for call in self.calls():
            if after.deps.records.get(call) is None:
                self.follow_up(call)

    def calls(self) -> tuple[str, ...]:
        """Return the calls in the table."""
        with environ(self.environment):
            client = boto3.client("dynamodb")
        pages = client.get_paginator("scan").paginate(TableName=self.table)
        logs = {item["log"]["S"] for page in pages for item in page["Items"]}
        return tuple(sorted(log.removeprefix("call/") for log in logs if log.startswith("call/")))

    def load(self) -> Mapping[str, ModuleType]:
        """Import the handlers again, in this line's environment. They answer after `put`."""
        with environ(self.environment):
            return handlers()

    def put(self, modules: Mapping[str, ModuleType]) -> None:
        """Let these handlers answer from the next frame on. Running invocations end with the old handlers."""
        if self.records:
            keep(modules, self.records)
        self.modules.update(modules)
        route(self.gateway, modules)


@dataclass(frozen=True, slots=True)
class Public:
    """How the outside reaches a line: the URLs for which requests are signed, and the token that signs them."""

    url: str = PUBLIC_URL
    relay_url: str = RELAY_URL
    token: str = TOKEN


UNSEEN = Public()
"""Names that lead nowhere, for a line that the outside does not call."""


@contextmanager
def dev_stack(
    model: str,
    model_id: str = "",
    log: Path = Path(".build/functions.log"),
    table: str = "",
    limits: Limits | None = None,
    *,
    twilio: str = NO_TWILIO,
    timers: str = "",
    public: Public = UNSEEN,
    port: int = 0,
    sources: Sources | None = None,
    records: Path | None = None,
) -> Iterator[DevStack]:
    """Run a laptop line until the block ends.

    Args:
        model: the models that answer, as MODEL names them.
        model_id: another model of the first provider than its usual one.
        log: the file that the handlers' own log is appended to.
        table: the endpoint URL of DynamoDB; moto if left out.
        limits: the gateway's limits; API Gateway's own if left out.
        twilio: the URL of Twilio's REST API, where calls are placed.
        timers: the endpoint URL that reminders are sent to; the queue in moto if left out.
        public: the URLs and the token by which the outside knows the line.
        port: where the gateway listens; a free port if 0.
        sources: where the gateway's times and ids come from.
        records: the folder that records of calls are written to as well.
    """
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    log.parent.mkdir(parents=True, exist_ok=True)
    gateway = Gateway(stage=STAGE, limits=limits, port=port, apart=public is not UNSEEN, sources=sources)
    real = _real_secrets(public, chosen(model, model_id))
    with moto_server(real) as aws, log.open("a") as written, _logging_to(written), gateway.running() as urls:
        settings = settings_of(aws, model, model_id)
        variables = {**environment(urls, aws, settings, table or aws), **_outside(twilio, public)}
        read = {**variables, "AWS_ENDPOINT_URL_SQS": timers or aws}
        with environ(variables):
            prepare()
            with environ(read):
                modules = dict(handlers())
            route(gateway, modules)
            notes = _route_notes(gateway, note_template(settings.table, settings.retention_days))
            queue = Queue(os.environ["HOTLINE_REMINDERS"], _current(modules, "reminders"))
            after = _current(modules, "after")
            follow_ups = Queue(os.environ["HOTLINE_FOLLOW_UPS"], after)
            stream = Stream(os.environ["HOTLINE_TABLE"], after, [kind.__name__ for kind in WAKING])
            schedules = Schedules(settings.schedule_group, _current(modules, "calls"))
        with queue.running(), follow_ups.running(), stream.running(), schedules.running():
            line = DevStack(
                *(gateway, urls, aws, queue, follow_ups, stream, schedules),
                *(log, public, read, modules, notes, records, real),
            )
            line.put(dict(modules))
            yield line


def _outside(twilio: str, public: Public) -> dict[str, str]:
    """Return the settings that say how the handlers and the outside reach each other."""
    return {
        "HOTLINE_TWILIO_URL": twilio,
        "HOTLINE_PUBLIC_URL": public.url,
        "HOTLINE_RELAY_URL": public.relay_url,
    }


def _real_secrets(public: "Public", models: Iterable[Choice]) -> dict[str, str]:
    """Return the secrets that have real values, by the full names of their SSM parameters."""
    given = credentials.keys(models)
    given |= secrets_of_agents()
    if public is not UNSEEN:
        given["twilio-auth-token"] = public.token
    return {f"{SECRETS}/{name}": value for name, value in given.items()}


@contextmanager
def _logging_to(file: TextIO) -> Iterator[None]:
    """Let the handlers' loggers write to a file. The process has one logger, which may exist already."""
    handler = Logger(service=SERVICE).registered_handler
    assert isinstance(handler, logging.StreamHandler)
    if handler.stream.closed:
        handler.stream = sys.stdout
    before = handler.setStream(file)
    try:
        yield
    finally:
        # Lines may end in any order: another line may have set the logger, or have closed its file.
        if handler.stream is file:
            handler.setStream(sys.stdout if before is None or before.closed else before)


def _route_notes(gateway: Gateway, template: str) -> PutItem:
    """Put DynamoDB itself behind the route of the line's notes, as the Service stack does."""
    notes = PutItem(template, boto3.client("dynamodb"))
    gateway.route(websocket={NOTES: Function(notes, "dynamodb-put-item")})
    return notes


def _current(modules: Mapping[str, ModuleType], name: str) -> Function:
    """Return a function that runs the newest version of a handler."""

    def handler(event: dict[str, Any], context: Any) -> Any:
        return modules[name].handler(event, context)

    return Function(handler, f"functions-{name}")
