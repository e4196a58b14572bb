"""Describes each function in one plain row: what it ships, which settings it gets, and what it may do.

Nothing else is granted. The rows of the functions that ask models are in model_functions.py.
"""

from functions.providers import Choice
from functions.relay.agent.needs import NOTHING, Needs
from infra.function import AGENTS, EVERYWHERE, SHIPPED_BY_ALL, Function
from infra.model_functions import ANSWERING_WITH, after, default, reminders

TWIML = Function(
    name="twiml",
    memory=1024,
    timeout=10,
    source=(
        *EVERYWHERE,
        "twiml.py",
        "webhooks",
        *AGENTS,
        *(
            f"adapters/{adapter}.py"
            for adapter in (
                "apigateway",
                "counters",
                "menu",
                "metrics",
                "records",
                "redaction",
                "secrets",
                "twilio",
                "twilio_signature",
                "waiting",
                "warm",
            )
        ),
    ),
    packages=(*SHIPPED_BY_ALL, "twilio", *ANSWERING_WITH),
    services=("dynamodb", "ssm", "lambda"),
    settings=(
        "table",
        "public_url",
        "relay_url",
        "secrets",
        "caller_id",
        "session_function",
        "retention_days",
        "limits",
    ),
    reads_table=True,
    counts_calls=True,
    admits_calls=True,
    secrets=("twilio-auth-token",),
    made_secrets=("number-key", "intelligence-services"),
    starts=("default",),
)
"""Twilio waits 15 s for a webhook's answer. After 10 s here, Twilio still gets an error in time."""

CONNECT = Function(
    name="connect",
    memory=1024,
    timeout=10,
    source=(
        *EVERYWHERE,
        "connect.py",
        *(f"adapters/{adapter}.py" for adapter in ("apigateway", "metrics", "secrets", "twilio_signature")),
    ),
    packages=(*SHIPPED_BY_ALL, "twilio"),
    services=("dynamodb", "ssm"),
    settings=("table", "relay_url", "secrets", "retention_days"),
    secrets=("twilio-auth-token",),
)

CALLS = Function(
    name="calls",
    memory=1024,
    timeout=20,
    source=(
        *EVERYWHERE,
        "calls.py",
        *AGENTS,
        "adapters/callees.py",
        "adapters/calls.py",
        "adapters/counters.py",
        "adapters/metrics.py",
        "adapters/numbers.py",
        "adapters/orders.py",
        "adapters/secrets.py",
    ),
    packages=(*SHIPPED_BY_ALL, "phonenumbers", "twilio[rest]", "tzdata"),
    services=("dynamodb", "ssm"),
    settings=(
        "table",
        "do_not_call_table",
        "public_url",
        "secrets",
        "caller_id",
        "consent",
        "twilio_url",
        "retention_days",
        "limits",
    ),
    reads_table=True,
    reads_do_not_call=True,
    counts_calls=True,
    admits_calls=True,
    secrets=("twilio-account-sid",),
    made_secrets=("number-key", "twilio-api-key-sid", "twilio-api-key-secret"),
)
"""Only IAM principals can invoke it: no API has a route to it. Twilio has 10 s of its 20 s to accept a call. AWS
does not document whether Lambda's image has time zones, hence tzdata."""

TOKENS = Function(
    name="tokens",
    memory=256,
    timeout=10,
    source=(
        "__init__.py",
        "geography.py",
        "providers.py",
        "settings.py",
        "relay",
        "tokens.py",
        "adapters/__init__.py",
        "adapters/client_token.py",
        "adapters/metrics.py",
        "adapters/secrets.py",
    ),
    packages=(*SHIPPED_BY_ALL, "twilio", "pyjwt"),
    services=("ssm",),
    settings=("secrets",),
    writes_table=False,
    made_secrets=("twilio-api-key-sid", "twilio-api-key-secret", "twilio-app-sid"),
    secrets=("twilio-account-sid",),
)
"""Only IAM principals can invoke it: its result lets a client call this deployment for an hour."""

FALLBACK = Function(
    name="fallback",
    memory=128,
    timeout=5,
    source=("__init__.py", "fallback.py"),
    packages=(),
    services=(),
    settings=(),
    writes_table=False,
    written=("fallback.json",),
)
"""It shares nothing with the other functions, so that only a failure of Lambda can stop it and them at once."""

MENU = Function(
    name="menu",
    memory=512,
    timeout=10,
    source=(
        *("__init__.py", "geography.py", "menu.py", "providers.py", "settings.py", "relay", "adapters/__init__.py"),
        *(f"adapters/{adapter}.py" for adapter in ("apigateway", "menu", "metrics", "secrets", "twilio_signature")),
    ),
    packages=(*SHIPPED_BY_ALL, "twilio"),
    services=("ssm",),
    settings=("public_url", "secrets", "caller_id"),
    writes_table=False,
    secrets=("twilio-auth-token",),
    written=("menu.json",),
)
"""It answers while the table, the models or an agent's file fail, so it uses none of them."""

DISCONNECT = Function(
    name="disconnect",
    memory=512,
    timeout=10,
    source=(*EVERYWHERE, "disconnect.py", "adapters/apigateway.py", "adapters/metrics.py"),
    packages=SHIPPED_BY_ALL,
    services=("dynamodb",),
    settings=("table", "retention_days"),
)


def inventory(models: tuple[Choice, ...], needs: Needs = NOTHING) -> tuple[Function, ...]:
    """Return all functions of a deployment with these models and with the needs of its agents' tools."""
    rows = (
        TWIML,
        FALLBACK,
        MENU,
        CONNECT,
        default(models),
        DISCONNECT,
        reminders(models),
        CALLS,
        TOKENS,
        after(models, needs),
    )
    return tuple(row.with_needs(needs) for row in rows)
