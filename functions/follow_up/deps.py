"""Holds what a follow-up needs: the ports, the agents, and functions for marks and prices."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import NoReturn

from functions.relay import Agent
from functions.relay.agent.caller import no_secret
from functions.relay.dataclass import dataclass
from functions.relay.ports import (
    DeclinedError,
    Log,
    Messenger,
    Model,
    Outlet,
    PrivateLog,
    Records,
    Scheduler,
    SchedulerError,
    Timer,
    Transcripts,
)
from functions.relay.record.cost import PriceOf
from functions.relay.record.fold import Marker
from functions.relay.text.private import NoRecognizer, Recognizer
from functions.relay.wire.model import ModelError


def no_model(name: str) -> NoReturn:
    """Raise ModelError: there is none."""
    raise ModelError("refused", "there is no model")


def no_messenger() -> NoReturn:
    """Raise DeclinedError: there is none."""
    raise DeclinedError("there is nothing that sends text messages")


def no_scheduler() -> NoReturn:
    """Raise SchedulerError: there is none."""
    raise SchedulerError("there is nothing that plans calls")


@dataclass(frozen=True, slots=True)
class FollowUpDeps:
    """The ports, and what a record needs from outside the core."""

    log: Log
    records: Records
    timer: Timer
    marker: Callable[[], Marker]
    """Returns the function that makes the mark of a number. It reads a secret, so it is called only when needed."""

    price_of: PriceOf
    agents: Mapping[str, Agent] = field(default_factory=dict)
    """The agents, whose functions get the record."""

    outlets: Sequence[Outlet] = ()
    """Where each call that is over is reported."""

    secret: Callable[[str], str] = no_secret
    """Reads a secret that agents have listed."""

    model: Callable[[str], tuple[Model, str]] = no_model
    """Returns the model of this name, or the deployment's first for "", and its whole name."""

    analysed: Sequence[Outlet] = ()
    """Where each call that Conversational Intelligence has analysed is reported."""

    transcripts: Transcripts | None = None
    """Where transcripts are; None if there are none."""

    messenger: Callable[[], Messenger] = no_messenger
    """Returns what sends text messages. It reads secrets, so it is called only when needed."""

    opted_out: Callable[[str], bool] = lambda _: False
    """Returns whether a number has opted out, or is on an imported list. It may raise LogError, SecretError."""

    private: PrivateLog | None = None
    """The private data of sessions, which is deleted when their call is over; None if there is none."""

    recognizer: Recognizer = field(default_factory=NoRecognizer)
    """Says what numbers are, to keep private data out of summaries."""

    clock: Callable[[], float] = time.time
    """Returns seconds since 1970."""

    scheduler: Callable[[], Scheduler] = no_scheduler
    """Returns what plans calls. Its client is made when it is first needed."""
