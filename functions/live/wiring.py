"""Puts a deployment together: its table, its line, its model, its agents."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from functools import cache

from aws_lambda_powertools.metrics import MetricUnit

from functions import agents
from functions.adapters import dynamodb, metrics, reminders
from functions.adapters.counters import DynamoCounters
from functions.adapters.redaction import NumberRecognizer
from functions.live.deps import Ports
from functions.live.guarded_model import GuardedModel
from functions.live.metered_call import MeteredCall
from functions.live.model_fallback import FallbackModel, NamedModel, Outages
from functions.live.session import Sessions
from functions.models import connected, metered
from functions.providers import Choice
from functions.relay.agent.caller import no_secret
from functions.relay.counts import LimitName
from functions.relay.log.events import AnswerEnded
from functions.relay.planning import NumberFacts, most_ahead
from functions.relay.ports import Counters, Line, Log, Model
from functions.settings import Settings

logger = logging.getLogger("hotline")

FAULTY = frozenset({"failed", "late"})
"""The endings of answers that are counted as faults: the caller heard an apology, or waited too long."""


def sessions(line: Line) -> Sessions:
    """Return the `Sessions` of this deployment, with a line. Raises SettingsError, SecretError, AgentError."""
    settings = Settings.load(needed=("table", "private_table", "do_not_call_table", "reminders"))
    client = dynamodb.client()
    log = dynamodb.DynamoLog(client, settings.table, settings.retention_days)
    private = dynamodb.DynamoLog(client, settings.private_table, settings.retention_days)
    do_not_call = dynamodb.DynamoLog(client, settings.do_not_call_table, settings.retention_days)
    counters = DynamoCounters(client, settings.table) if settings.limits == "on" else None
    timer = reminders.LazySqsTimer(settings.reminders)
    ports = Ports(log, line, models(settings, log, counters), timer, private, do_not_call)
    secret, limits = _secret(settings), agents.LIMITS
    return Sessions(
        ports,
        agents.AGENTS,
        secret=secret,
        report=measure,
        limits=limits,
        limited=count_limited,
        recognizer=NumberRecognizer(),
        drafts=not any(one.provider.keeps_call for one in settings.models),
        facts_of=facts_of,
        costs_extra=costs_extra,
        most_ahead=most_ahead(settings.retention_days),
        unexpected=note_unexpected,
    )


def facts_of(number: str) -> NumberFacts:
    """Return what is known of a number in E.164. Most calls never ask, and the first look takes a moment."""
    from functions.adapters import numbers  # noqa: PLC0415 - slow, and only a call back needs it

    return numbers.facts(number)


def costs_extra(number: str) -> bool:
    """Return whether a call to a number in E.164 costs more than one to an ordinary number."""
    from functions.adapters import numbers  # noqa: PLC0415 - slow, and only a hand-off needs it

    return numbers.costs_extra(number)


def _secret(settings: Settings) -> Callable[[str], str]:
    """Return a reader of the agents' secrets. Its client is made once, at the start if there are secrets."""

    @cache
    def listed() -> Callable[[str], str]:
        from functions.adapters import secrets  # noqa: PLC0415 - shipped only where there are secrets

        return secrets.listed_secrets(settings.secrets, lambda: agents.NEEDS.secrets)

    if agents.NEEDS.secrets:
        listed()
    return lambda name: listed()(name) if name in agents.NEEDS.secrets else no_secret(name)


def models(settings: Settings, log: Log, counters: Counters | None) -> Model:
    """Return one model that asks all models of a deployment in order. Raises SecretError if a key is missing."""
    named = [NamedModel(str(one), _model(one, settings, counters)) for one in settings.models]
    model = FallbackModel(named, Outages(log))
    return MeteredCall(model, log, counters, agents.LIMITS, lambda: count_limited("cents")) if counters else model


def _model(choice: Choice, settings: Settings, counters: Counters | None) -> Model:
    model = _guarded(connected(choice, settings), choice, settings)
    return metered(model, choice, counters, agents.LIMITS, lambda: count_limited("cents"))


def _guarded(model: Model, choice: Choice, settings: Settings) -> Model:
    """Return a model that answers only words which the deployment's guardrail lets pass, if it has one."""
    if not settings.guardrail or not choice.provider.guard_action:
        return model
    from functions.adapters import guardrail  # noqa: PLC0415 - shipped only with a provider that has guardrails

    return GuardedModel(model, guardrail.connect(settings.guardrail))


def note_unexpected(transition: str) -> None:
    """Log a transition that no table of states has. The call continues."""
    logger.error("unexpected: %s", transition)


def count_limited(limit: LimitName) -> None:
    """Count a call that has reached a limit, as a metric."""
    metrics.count(metrics.LIMITED, Limit=limit)


def measure(ended: AnswerEnded) -> None:
    """Log how an answer went, and make metrics of who gave it and how long the caller waited for its first words."""
    tokens = asdict(ended.usage)
    logger.info(
        "answered",
        extra={"how": ended.how, "model": ended.model, "model_ms": ended.model_ms, "tokens": tokens},
    )
    if ended.how in FAULTY:
        metrics.fault(ended.how)
    if ended.model:
        metrics.count("Answers", Model=ended.model)
    if ended.first_words_ms:
        metrics.count("FirstWords", ended.first_words_ms, MetricUnit.Milliseconds, Ending=ended.how)
