"""Does what follows a call. The table's stream reports that a part of it has begun or ended; a queue repeats that.

No caller waits for it, so it raises its errors, and Lambda tries again. A call that fails several times goes into a
queue with an alarm.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from typing import Any

from functions import agents
from functions.adapters import (
    callees,
    dynamodb,
    events,
    messages,
    metrics,
    otlp,
    records,
    reminders,
    schedules,
    stream,
    transcripts,
    webhook,
)
from functions.adapters.counters import DynamoCounters
from functions.adapters.redaction import NumberRecognizer
from functions.adapters.secrets import ParameterSecrets, listed_secrets
from functions.agents import AGENTS
from functions.follow_up.calls import check, wake
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import read
from functions.models import connected, metered
from functions.providers import chosen, price_of, trace_names
from functions.relay.error_location import location_of
from functions.relay.log.events import LASTING
from functions.relay.ports import Model, Outlet, Scheduler, SecretError
from functions.relay.record.fold import Marker
from functions.relay.wire.party import mark_of
from functions.settings import Settings

SCHEDULING = ("schedule_group", "schedule_role", "calls_function")
"""The settings with which calls are planned."""

logger = metrics.logger()
settings = Settings.load(needed=("table", "private_table", "do_not_call_table", "follow_ups", *SCHEDULING))
secrets = ParameterSecrets(settings.secrets)
client = dynamodb.client()
log = dynamodb.DynamoLog(client, settings.table, settings.retention_days)
do_not_call = dynamodb.DynamoLog(client, settings.do_not_call_table, settings.retention_days)


def handler(event: dict[str, Any], _: object) -> dict[str, Any] | None:
    """Check calls of which a part has ended. Raises the error of a failed check."""
    if ended := stream.appended(event):
        return stream.failures(_woken(ended))
    for message, text in reminders.messages(event):
        done = check(deps, read(text))
        logger.info("a call was looked at", extra={"next": done, "message_id": message})
    return None


def _woken(ended: Iterable[stream.Appended]) -> list[stream.Appended]:
    """Set a check of each call; return the entries for which that failed."""
    failed: list[stream.Appended] = []
    for one in ended:
        try:
            wake(deps, one.log, one.number, one.kind)
        except Exception as error:  # noqa: BLE001 - the checks of the other calls are still set
            logger.error("the check of a call was not set: %s", location_of(error))
            failed.append(one)
    return failed


def _marker() -> Marker:
    return partial(mark_of, pepper=secrets.get("number-key"))


def _outlets() -> list[Outlet]:
    words = settings.call_words == "on"
    found: list[Outlet] = [metrics.MetricsOutlet(), events.EventBridgeOutlet(events.client(), words)]
    if settings.call_webhook:
        found.append(webhook.WebhookOutlet(settings.call_webhook, lambda: secrets.get(webhook.SECRET), words))
    if settings.otlp:
        found.append(otlp.TraceOutlet(settings.otlp, lambda: secrets.get(otlp.SECRET), trace_names()))
    return found


@cache
def _model(name: str) -> tuple[Model, str]:
    """Return a model and its name. Raises SecretError."""
    choice = chosen(settings.after_model or name)[0] if settings.after_model or name else settings.models[0]
    counters = DynamoCounters(client, settings.table) if settings.limits == "on" else None
    return metered(connected(choice, settings), choice, counters, agents.LIMITS, _no_money), str(choice)


def _opted_out(number: str) -> bool:
    """Return whether a number must get no message. Raises LogError, SecretError."""
    wishes = callees.CalleeTables(log, do_not_call, lambda: secrets.get("number-key")).read(number)
    return any(isinstance(one.event, LASTING) for one in wishes)


def _no_money() -> None:
    logger.warning("a summary was not asked for: the cents of the day are used up")


@cache
def _scheduler() -> Scheduler:
    group, role, target = settings.schedule_group, settings.schedule_role, settings.calls_function
    return schedules.EventBridgeScheduler(schedules.client(), group, role, target)


def _credentials() -> tuple[str, str, str]:
    account, key, secret = (
        secrets.get(f"twilio-{name}") for name in ("account-sid", "api-key-sid", "api-key-secret")
    )
    return account, key, secret


deps = FollowUpDeps(
    log,
    records.DynamoRecords(client, settings.table, settings.days_of_records),
    reminders.SqsTimer(reminders.client(), settings.follow_ups),
    _marker,
    price_of,
    AGENTS,
    _outlets(),
    listed_secrets(settings.secrets, lambda: agents.NEEDS.secrets),
    _model,
    [events.EventBridgeOutlet(events.client(), settings.call_words == "on", events.ANALYSED)],
    transcripts.TwilioTranscripts(_credentials, settings.twilio_url),
    lambda: messages.TwilioMessenger(*_credentials(), settings.twilio_url),
    _opted_out,
    dynamodb.DynamoLog(client, settings.private_table, settings.retention_days),
    scheduler=_scheduler,
    recognizer=NumberRecognizer(),
)

if settings.after_model:
    # On a laptop, the environment holds the endpoints of models only while handlers are imported. A model without its
    # key fails later, when it is asked.
    with suppress(SecretError):
        _model("")
