"""Describes the functions that ask models: they ship and may use the models of the deployment, and no others."""

from collections.abc import Iterable
from dataclasses import replace

from functions.providers import Choice, chosen, keys_of
from functions.relay.agent.needs import Needs
from infra.function import AGENTS, EVERYWHERE, SHIPPED_BY_ALL, Function, each_once

SUMMARIZING = (
    "models.py",
    "live/__init__.py",
    *(f"live/{part}.py" for part in ("metered_model", "paid_stream", "tasks")),
)
"""What a function ships if it asks a model, without answering callers."""

ANSWERING = (
    "live",
    "models.py",
    *AGENTS,
    *(
        f"adapters/{adapter}.py"
        for adapter in ("apigateway", "counters", "line", "metrics", "numbers", "redaction", "reminders")
    ),
)
"""What a function ships if it answers callers."""

ANSWERING_SERVICES = ("dynamodb", "apigatewaymanagementapi", "sqs")
ANSWERING_SETTINGS = (
    "table",
    "private_table",
    "do_not_call_table",
    "model",
    "reminders",
    "retention_days",
    "limits",
)
ANSWERING_WITH = ("phonenumbers", "python-stdnum", "tzdata")
"""Packages of the functions that answer callers, or summarize calls. Those for numbers are imported when
they are needed."""

FOLLOWING = (
    *("callees", "counters", "events", "messages", "metrics", "otlp", "records"),
    *("redaction", "reminders", "schedules", "secrets", "stream", "transcripts", "webhook"),
)
"""The adapters of what follows a call."""

AFTER = Function(
    name="after",
    memory=1024,
    timeout=120,
    source=(
        *EVERYWHERE,
        "after.py",
        "follow_up",
        *AGENTS,
        *SUMMARIZING,
        *(f"adapters/{adapter}.py" for adapter in FOLLOWING),
    ),
    packages=(*SHIPPED_BY_ALL, *ANSWERING_WITH),
    services=("dynamodb", "events", "scheduler", "sqs", "ssm"),
    settings=(
        *("table", "secrets", "follow_ups", "retention_days", "record_days", "call_webhook", "call_words"),
        *("otlp", "schedule_group", "schedule_role", "calls_function"),
        *("model", "limits", "twilio_url", "private_table", "do_not_call_table"),
    ),
    reads_table=True,
    reads_do_not_call=True,
    counts_calls=True,
    clears_private=True,
    follows_calls=True,
    plans_calls=True,
    secrets=("twilio-account-sid",),
    made_secrets=(
        *("number-key", "call-webhook-secret", "otlp-headers"),
        *("twilio-api-key-sid", "twilio-api-key-secret"),
    ),
)
"""No caller waits for it: it may take its time, and what fails is tried again. `number-key` makes the marks."""

AFTER_HIDDEN_S = 6 * AFTER.timeout
"""How long a message for `after` stays hidden once it is taken. Source of the factor: AWS Lambda, "Creating and
configuring an Amazon SQS event source mapping"."""


def after(models: tuple[Choice, ...], needs: Needs) -> Function:
    """Return the row of `after`, which summarizes calls with a model of the deployment, or one that agents name."""
    return _with_models(AFTER, each_once((*models, *(one for name in needs.models for one in chosen(name)))))


def default(models: tuple[Choice, ...]) -> Function:
    """Return the row of `$default`, which handles each frame."""
    return _answering("default", models)


def reminders(models: tuple[Choice, ...]) -> Function:
    """Return the row of `reminders`, which handles each reminder, such as that of an answer whose invocation died."""
    return replace(_answering("reminders", models), takes_reminders=True)


def _answering(name: str, models: tuple[Choice, ...]) -> Function:
    """Return the row of a function that answers callers. It ships and may use only the models in its list.

    Its timeout is above the 25 s that it allows itself, and below the 29 s after which API Gateway sends its own
    error into the call. Source: AWS, "Quotas for configuring and running a WebSocket API in API Gateway".
    """
    row = Function(
        name=name,
        memory=1024,
        timeout=28,
        source=(*EVERYWHERE, f"{name}.py", *ANSWERING),
        packages=_joined((SHIPPED_BY_ALL, ANSWERING_WITH)),
        services=ANSWERING_SERVICES,
        settings=ANSWERING_SETTINGS,
        reads_table=True,
        counts_calls=True,
        keeps_private=True,
        adds_do_not_call=True,
        reads_do_not_call=True,
        posts_to_callers=True,
        sets_reminders=True,
    )
    return _with_models(row, models)


def _with_models(row: Function, models: tuple[Choice, ...]) -> Function:
    """Return the row of a function that may use these models: their adapters, packages, services and keys."""
    providers = each_once(one.provider for one in models)
    keys = tuple(key.secret for key in keys_of(models))
    files, service, setting = (("adapters/secrets.py",), ("ssm",), ("secrets",)) if keys else ((), (), ())
    return replace(
        row,
        source=_joined((row.source, files, *(one.files for one in providers))),
        packages=_joined((row.packages, *(one.packages for one in providers))),
        services=_joined((row.services, service, *(one.services for one in providers))),
        settings=_joined((row.settings, setting, *(one.settings for one in providers))),
        secrets=(*row.secrets, *keys),
        models=models,
    )


def _joined(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the members of all groups in order, each once."""
    return each_once(one for group in groups for one in group)
