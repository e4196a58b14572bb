"""Every law of the parser and the fold, tried with random input."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.properties import PROPERTIES, a_frame_is_read_as_a_message_that_is_bounded_and_can_be_stored
from tests.fuzz.strategies import FRAMES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PROPERTIES)
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_law_holds(name: str, data: st.DataObject) -> None:
    law = PROPERTIES[name]
    law.holds(data.draw(law.drawn))


@pytest.mark.parametrize("character", ["y", "\x00", "\U0001f642"], ids=ascii)
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{frame['type']} {len(frame)}")
def test_a_frame_of_the_longest_fields_is_bounded(frame: dict[str, object], character: str) -> None:
    most = character * 100_000
    parameters = {f"{number} {most}": most for number in range(100)}
    swollen = {name: most if isinstance(value, str) else value for name, value in frame.items()}
    swollen |= {"type": frame["type"], **({"customParameters": parameters} if frame["type"] == "setup" else {})}
    a_frame_is_read_as_a_message_that_is_bounded_and_can_be_stored(json.dumps(swollen))
