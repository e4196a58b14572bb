"""One plain row per function: what it ships, which settings it gets and what it may do. Nothing else is granted."""

from dataclasses import dataclass, replace

from functions.settings import ModelName

EVERYWHERE = ("__init__.py", "settings.py", "relay", "adapters/__init__.py", "adapters/dynamodb.py")
"""What every function ships of `functions/`, beside its own handler: files, and folders with all they hold."""

AGENTS = ("agents", "discovery.py")
"""What a function ships that runs the agents."""

SHIPPED_BY_ALL = ("boto3", "aws-lambda-powertools")


@dataclass(frozen=True, slots=True)
class Function:
    """A function as data: everything that the stacks need to know of it.

    `source` names files and folders of `functions/`, `packages` lines of requirements.txt, `services` the AWS
    services that its code makes clients of, `settings` fields of `functions.settings.Settings`.
    """

    name: str
    memory: int
    timeout: int
    source: tuple[str, ...]
    packages: tuple[str, ...]
    services: tuple[str, ...]
    settings: tuple[str, ...]
    reads_table: bool = False
    writes_table: bool = True
    secrets: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    posts_to_callers: bool = False
    asks_model: bool = False
    sets_reminders: bool = False
    takes_reminders: bool = False

    @property
    def handler(self) -> str:
        """The handler as Lambda names it; each stands in the module of its function's name."""
        return f"functions.{self.name}.handler"


TWIML = Function(
    name="twiml",
    memory=1024,
    timeout=10,
    source=(
        *EVERYWHERE,
        "twiml.py",
        "webhooks",
        *AGENTS,
        "adapters/apigateway.py",
        "adapters/secrets.py",
        "adapters/twilio.py",
        "adapters/warm.py",
    ),
    packages=(*SHIPPED_BY_ALL, "twilio"),
    services=("dynamodb", "ssm", "lambda"),
    settings=("table", "public_url", "relay_url", "secrets", "session_function", "retention_days"),
    reads_table=True,
    secrets=("twilio-auth-token",),
    starts=("default",),
)
"""Twilio waits 15 s for a webhook's answer, so 10 s leave it time to hear of a failure."""

CONNECT = Function(
    name="connect",
    memory=1024,
    timeout=10,
    source=(*EVERYWHERE, "connect.py", "adapters/apigateway.py", "adapters/secrets.py", "adapters/twilio.py"),
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
        "adapters/calls.py",
        "adapters/numbers.py",
        "adapters/secrets.py",
    ),
    packages=(*SHIPPED_BY_ALL, "phonenumbers", "twilio[rest]", "tzdata"),
    services=("dynamodb", "ssm"),
    settings=("table", "public_url", "secrets", "caller_id", "twilio_url", "retention_days"),
    reads_table=True,
    secrets=("twilio-account-sid", "twilio-auth-token"),
)
"""Invoked by IAM principals alone: no API has a route to it. Twilio has 10 s of its time to accept a call. Whether
Lambda's image has time zones is written nowhere, hence tzdata."""

FALLBACK = Function(
    name="fallback",
    memory=128,
    timeout=5,
    source=("__init__.py", "fallback.py"),
    packages=(),
    services=(),
    settings=(),
    writes_table=False,
)
"""Shares nothing with the others, so that nothing but Lambda itself can keep both from answering."""

DISCONNECT = Function(
    name="disconnect",
    memory=512,
    timeout=10,
    source=(*EVERYWHERE, "disconnect.py", "adapters/apigateway.py"),
    packages=SHIPPED_BY_ALL,
    services=("dynamodb",),
    settings=("table", "retention_days"),
)


def default(model: ModelName) -> Function:
    """Return the row of `$default`: a frame has come, and may want an answer."""
    return _answering("default", model)


def reminders(model: ModelName) -> Function:
    """Return the row of what a reminder wakes: an answer may be owed that no frame will ask for again."""
    return replace(_answering("reminders", model), takes_reminders=True)


def _answering(name: str, model: ModelName) -> Function:
    """Return the row of a function that answers callers; it ships and may use one model only.

    Its timeout lies above the 25 s that it allows itself and below the 29 s at which API Gateway speaks its own
    error into the call. Source: AWS, "Quotas for configuring and running a WebSocket API in API Gateway".
    """
    adapters = {
        "bedrock": ("adapters/bedrock.py",),
        "claude": ("adapters/claude.py", "adapters/secrets.py"),
        "offline": ("adapters/offline.py",),
    }
    services = {"bedrock": ("bedrock-runtime",), "claude": ("ssm",), "offline": ()}
    own = ("live", *AGENTS, "adapters/apigateway.py", "adapters/line.py", "adapters/reminders.py")
    key = model == "claude"
    return Function(
        name=name,
        memory=1024,
        timeout=28,
        source=(*EVERYWHERE, f"{name}.py", *own, *adapters[model]),
        packages=(*SHIPPED_BY_ALL, "anthropic") if key else SHIPPED_BY_ALL,
        services=("dynamodb", "apigatewaymanagementapi", "sqs", *services[model]),
        settings=("table", "model", "model_id", "reminders", "retention_days", *(("secrets",) if key else ())),
        reads_table=True,
        secrets=("anthropic-api-key",) if key else (),
        posts_to_callers=True,
        asks_model=model == "bedrock",
        sets_reminders=True,
    )


def inventory(model: ModelName) -> tuple[Function, ...]:
    """Return every function of a deployment that answers with this model."""
    return (TWIML, FALLBACK, CONNECT, default(model), DISCONNECT, reminders(model), CALLS)
