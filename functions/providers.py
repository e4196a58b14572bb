"""Describes each model provider in one row: all that Hotline knows about it, except its adapter.

Settings, wiring, stacks, commands, prices and the page read these rows. To add a provider, write an adapter, a row
and a contract test: see docs/extending.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from importlib import import_module
from math import ceil
from typing import TYPE_CHECKING

from functions.geography import geography_of, region

if TYPE_CHECKING:
    from functions.relay.ports import Model
    from functions.relay.wire.model import Usage


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens of each kind."""

    input: float
    output: float
    cache_read: float
    cache_write: float

    def micros_of(self, usage: "Usage") -> int:
        """Return the cost of the tokens in millionths of a dollar, rounded up."""
        return ceil(
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_read * self.cache_read
            + usage.cache_write * self.cache_write
        )


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The key of a provider: a secret in SSM, and an environment variable on a laptop."""

    secret: str
    """The last part of the SSM parameter's name, such as `openai-api-key`."""

    variable: str
    """The environment variable that holds the key on a laptop. No Lambda function has it."""

    form: str
    """A regular expression that a whole key matches. It shows a wrong secret before it is stored."""

    hint: str
    """The form in words, and where to get a key."""


NO_KEY = "none"
"""The key for a server without keys: SSM stores no empty secret."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A model provider."""

    name: str
    """The provider's name in MODEL and `-c model=`."""

    label: str
    """The provider's name for people."""

    adapter: str
    """The module or package of `functions/adapters/` with `connect(model_id, …)`, which returns the port `Model`."""

    files: tuple[str, ...]
    """The files and folders of `functions/` that belong to the adapter."""

    model_id: str = ""
    """The model that is used if no other is chosen; `{geography}` is that of the deployment's Region."""

    packages: tuple[str, ...] = ()
    """Lines of requirements.txt besides those of every function."""

    services: tuple[str, ...] = ()
    """AWS services for which the adapter makes clients. If there are any, a laptop needs real AWS credentials."""

    quotas: str = ""
    """The code of the service in Service Quotas that limits a model's tokens a minute; empty if AWS limits none."""

    action: str = ""
    """The IAM action on the model that a function needs; empty if the model is not in AWS."""

    guard_action: str = ""
    """The IAM action on a guardrail that judges what is said; empty if the provider has no guardrails."""

    access: str = ""
    """How an AWS account gets access to the models."""

    key: ApiKey | None = None
    """The key, which `connect` takes as `key`; None if the provider needs none."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Fields of `functions.settings.Settings` that are arguments of `connect`, and their variables on a laptop."""

    needed: tuple[str, ...] = ()
    """The names in `settings` that must not be empty."""

    keyless: str = ""
    """The setting of a server that may need no key. Its secret is then `none`."""

    caches: bool = False
    """Whether a part of the prompt that was sent before costs less and is read faster."""

    prices: Mapping[str, Price] = field(default_factory=dict)
    """List prices of November 2026, by a part of the model's id."""

    keeps_call: bool = False
    """Whether the service keeps the conversation itself. Then no answer is drafted: a draft would stay in it."""

    trace_name: str = ""
    """The provider's name in OpenTelemetry's conventions for generative AI; empty if they have none."""

    free: bool = False
    """Whether its models cost nothing. Otherwise the day's money counts a model without a price at `DEAREST`."""

    @property
    def usual_id(self) -> str:
        """The id of the usual model in this Region."""
        return self.model_id.replace("{geography}", geography_of(region()))

    @property
    def lacks_geography(self) -> bool:
        """Whether the usual model has no geography for this Region. The operator must then choose where words go."""
        return "{geography}" in self.model_id and not geography_of(region())

    def connect(self, model_id: str, **given: str) -> "Model":
        """Return a model. `given` are the key and the settings of this row. Only this row's adapter is imported."""
        model: Model = import_module(f"functions.adapters.{self.adapter}").connect(model_id, **given)
        return model


_CLAUDE_PRICES = {
    "claude-haiku-5-5": Price(0.10, 0.50, 0.01, 0.125),
    "claude-haiku-4-5": Price(1.00, 5.00, 0.10, 1.25),
}
"""Source: https://platform.claude.com/docs/en/models/overview. Bedrock has the same prices."""

_OPENAI_PRICES = {
    "gpt-6-luna": Price(0.10, 0.50, 0.01, 0.125),
    "gpt-6.1-terra": Price(1.00, 5.00, 0.10, 1.25),
    "gpt-6.2-sol": Price(2.00, 10.00, 0.20, 2.50),
}
"""Source: https://developers.openai.com/api/docs/pricing."""

BEDROCK = Provider(
    name="bedrock",
    label="Amazon Bedrock",
    adapter="bedrock",
    trace_name="aws.bedrock",
    files=("adapters/bedrock.py", "adapters/connections.py", "adapters/guardrail.py"),
    model_id="{geography}anthropic.claude-haiku-5-5",
    services=("bedrock-runtime",),
    quotas="bedrock",
    action="bedrock:InvokeModelWithResponseStream",
    guard_action="bedrock:ApplyGuardrail",
    access="Bedrock's console, Model access; Anthropic's models need the use case form once.",
    caches=True,
    settings={"guardrail": "BEDROCK_GUARDRAIL"},
    prices=_CLAUDE_PRICES,
)
"""ConverseStream is authorised as InvokeModelWithResponseStream. Source: AWS Bedrock, "ConverseStream"."""

CLAUDE = Provider(
    name="claude",
    label="Claude, at Anthropic",
    adapter="claude",
    trace_name="anthropic",
    files=("adapters/claude.py", "adapters/connections.py"),
    model_id="claude-haiku-5-5",
    packages=("anthropic",),
    key=ApiKey(
        "anthropic-api-key", "ANTHROPIC_API_KEY", r"sk-ant-\S+", "sk-ant- and more, from console.anthropic.com"
    ),
    caches=True,
    prices=_CLAUDE_PRICES,
)

OPENAI = Provider(
    name="openai",
    label="OpenAI, or a server that is compatible with it",
    adapter="openai",
    trace_name="openai",
    files=("adapters/connections.py", "adapters/http.py", "adapters/openai"),
    model_id="gpt-6-luna",
    key=ApiKey(
        "openai-api-key",
        "OPENAI_API_KEY",
        r"(?!sk-ant-)\S{8,}|none",
        "sk- and more, from platform.openai.com, or an Azure key; `none` for a server that needs no key",
    ),
    settings={"model_url": "MODEL_URL"},
    keyless="model_url",
    caches=True,
    prices=_OPENAI_PRICES,
)

LANGFLOW = Provider(
    name="langflow",
    label="a flow of Langflow",
    adapter="langflow",
    files=("adapters/connections.py", "adapters/http.py", "adapters/langflow.py"),
    key=ApiKey(
        "langflow-api-key", "LANGFLOW_API_KEY", r"(?!sk-ant-)\S{8,}", "sk- and more, from Langflow's settings"
    ),
    settings={"langflow_url": "LANGFLOW_URL", "langflow_flow_id": "LANGFLOW_FLOW_ID"},
    needed=("langflow_url", "langflow_flow_id"),
    keeps_call=True,
)

OFFLINE = Provider(
    name="offline",
    label="the built-in offline model",
    adapter="offline",
    files=("adapters/offline.py",),
    free=True,
)

ROWS = (BEDROCK, CLAUDE, OPENAI, LANGFLOW, OFFLINE)

PROVIDERS: Mapping[str, Provider] = {row.name: row for row in ROWS}

DEAREST = Price(*map(max, zip(*(astuple(one) for row in ROWS for one in row.prices.values()), strict=True)))
"""What a model whose price is not known is assumed to cost: as much as the dearest one here."""

USUAL = BEDROCK
"""The provider of a deployment that does not choose one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model of a provider."""

    provider: Provider
    model_id: str

    def __str__(self) -> str:
        """Return the choice in the form that `chosen` reads."""
        return f"{self.provider.name}:{self.model_id}" if self.model_id else self.provider.name

    @property
    def counted_price(self) -> Price | None:
        """The price at which the day's money counts this model; None if it is free."""
        return None if self.provider.free else price_of(self.model_id) or DEAREST

    @property
    def price_is_assumed(self) -> bool:
        """Whether the price of this model is not known here, so that it counts as `DEAREST`."""
        return not self.provider.free and price_of(self.model_id) is None


def chosen(text: str, model_id: str = "") -> tuple[Choice, ...]:
    """Return the models that a text such as `bedrock:claude-haiku-5-5, openai` names, in order.

    A provider without an id uses its usual model. `model_id` is the id for the first one, if it has none. Raises
    ValueError, which says what is wrong.
    """
    choices = [_choice(part.strip()) for part in text.split(",")]
    if model_id and choices[0].model_id == choices[0].provider.usual_id:
        choices[0] = Choice(choices[0].provider, model_id)
    if twice := sorted({str(one) for one in choices if choices.count(one) > 1}):
        raise ValueError(f"it names {', '.join(twice)} twice")
    return tuple(choices)


def _choice(text: str) -> Choice:
    name, _, model_id = text.partition(":")
    if (provider := PROVIDERS.get(name)) is None:
        raise ValueError(f"{name!r} is not one of {', '.join(PROVIDERS)}")
    return Choice(provider, model_id or provider.usual_id)


def trace_names() -> dict[str, str]:
    """Return the names of the providers in OpenTelemetry's conventions, where these have one."""
    return {row.name: row.trace_name for row in ROWS if row.trace_name}


def price_of(model_id: str) -> Price | None:
    """Return the price of a model by its id or that of its inference profile; None if it is not known here."""
    prices = {name: price for row in PROVIDERS.values() for name, price in row.prices.items()}
    return next((price for name, price in prices.items() if name in model_id), None)


def keys_of(choices: Iterable[Choice]) -> tuple[ApiKey, ...]:
    """Return the keys that these models need, each once."""
    return tuple({one.provider.key.secret: one.provider.key for one in choices if one.provider.key}.values())
