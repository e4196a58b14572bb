import re
from dataclasses import replace

import pytest

from functions.relay import Agent, AgentError, PassTo, Voice
from functions.relay.agent.after import After
from functions.relay.agent.registry import check, check_limits, check_models
from functions.relay.cost_limits import Limits

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


def test_a_model_that_needs_do_not_list_is_named() -> None:
    agents = {"desk": replace(BILLING, after=After(summary=True, model="openai:gpt-6")), "billing": BILLING}
    with pytest.raises(AgentError, match=re.escape('NEEDS = Needs(models=["openai:gpt-6"])')):
        check_models(agents, (), lambda name: f"{name}.py:1")
    check_models(agents, {"openai:gpt-6"}, str)


def test_a_day_has_money_for_a_slice_of_a_call() -> None:
    check_limits(Limits())
    with pytest.raises(AgentError, match=r"numbers\.py:7: Limits\.cents_per_day is 1, and the first \d+ minutes"):
        check_limits(Limits(cents_per_day=1), lambda _: "functions/agents/numbers.py:7")
