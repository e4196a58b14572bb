import pytest

from functions.relay import Agent, AgentError, PassTo, Voice
from functions.relay.agent.registry import check

VOICES = {"en-US": Voice("Google", "en-US-Journey-O")}
DESK = Agent("Answer.", "Hello!", VOICES, keys={"1": PassTo("billing")})
BILLING = Agent("Answer.", "Billing.", VOICES)


def test_agents_that_know_each_other_are_fine() -> None:
    check({"desk": DESK, "billing": BILLING}, "desk", {"+15550100": "billing"})


@pytest.mark.parametrize(
    ("agents", "default", "numbers", "words"),
    [
        ({"desk": BILLING}, "front", {}, "DEFAULT is 'front', which is not an agent; there is desk."),
        ({"desk": BILLING}, "desk", {"+15550100": "bar"}, "NUMBERS gives +15550100 to 'bar', which is not an agent"),
        ({"desk": BILLING}, "desk", {"555 0100": "desk"}, "NUMBERS has '555 0100'; write a number with its country"),
        ({"desk": DESK}, "desk", {}, "the agent desk passes callers to 'billing', which is not an agent"),
    ],
)
def test_an_agent_that_is_not_there_is_named(
    agents: dict[str, Agent], default: str, numbers: dict[str, str], words: str
) -> None:
    with pytest.raises(AgentError) as caught:
        check(agents, default, numbers)
    assert words in str(caught.value)
