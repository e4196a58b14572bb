"""What an agent that remembers knows of an earlier call of the person on the phone."""

import json
from collections.abc import Mapping
from typing import Any

from functions.relay.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """An earlier call of this number with the same agent: what a model has read out of it."""

    began: int
    """When it began, in milliseconds since 1970."""

    summary: str = ""
    """The summary of `After(summary=True)`."""

    found: str = "{}"
    """The fields as a JSON object; see `fields`."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of `After(fields=…)` that the call told."""
        fields: Mapping[str, Any] = json.loads(self.found)
        return fields
