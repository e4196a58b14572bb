"""API Gateway's events: how late one is."""

import pytest

from functions.adapters.apigateway import INTEGRATION_TIMEOUT_S, late_s
from functions.relay.log.keys import Key


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (1.0, 0.0),
        (1.5, 0.5),
        (0.9, 0.0),
        (1.0 + INTEGRATION_TIMEOUT_S, INTEGRATION_TIMEOUT_S),
        (31.0, 0.0),
        (1e9, 0.0),
    ],
)
def test_a_new_environment_knows_how_late_it_is(now: float, late: float) -> None:
    assert late_s(Key(1000, "m1"), now) == pytest.approx(late)
