"""The agents find what they use in Lambda: `make check` says so before a deployment does."""

import pytest

from functions.providers import chosen
from infra import needs, shipped
from infra.inventory import inventory

pytestmark = pytest.mark.slow


def test_the_agents_find_in_lambda_what_they_use() -> None:
    faults = shipped.faults(inventory(chosen("bedrock"), needs.read()))
    assert not faults, "\n".join(faults)
