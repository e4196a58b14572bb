"""Connects the models that are chosen, each through its own SDK, and counts what they cost.

`model` in cdk.json chooses them for a deployment; functions get it as the variable `HOTLINE_MODEL`, see settings.py.
"""

from collections.abc import Callable

from functions.live.metered_model import MeteredModel
from functions.providers import Choice
from functions.relay.cost_limits import Limits
from functions.relay.ports import Counters, Model
from functions.settings import Settings


def connected(choice: Choice, settings: Settings) -> Model:
    """Return one model. Only its own SDK is loaded. Raises SecretError."""
    provider = choice.provider
    given = {name: str(getattr(settings, name)) for name in provider.settings}
    if provider.key:
        from functions.adapters import secrets  # noqa: PLC0415 - shipped only where there is a key

        given["key"] = secrets.ParameterSecrets(settings.secrets).get(provider.key.secret)
    return provider.connect(choice.model_id, **given)


def metered(
    model: Model, choice: Choice, counters: Counters | None, limits: Limits, limited: Callable[[], None]
) -> Model:
    """Return a model whose cost is counted, if limits are on and it is not free.

    A model whose price is not known counts as the dearest known one. `limited` is called when the day has no money
    left for a request.
    """
    price = choice.counted_price
    if counters is None or price is None:
        return model
    return MeteredModel(model, price.micros_of, counters, limits.micros_per_day, limited)
