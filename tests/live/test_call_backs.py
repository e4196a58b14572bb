"""A call back by another agent: it must speak a language of that agent."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.live.call_backs import CallBacks
from functions.relay import CallBack, Caller, Voice
from functions.relay.agent.tools import ToolError
from functions.relay.outbound import Callee, PhoneNumber
from functions.relay.planning import NumberFacts
from tests.live.harness import DESK, SessionHarness

NOON = 1_777_914_000_000  # a Monday in New York
SPANISH = Voice("Google", "es-ES-Neural2-A")


def facts_of(number: str) -> NumberFacts:
    return NumberFacts(PhoneNumber(number, "ordinary", "US"), Callee((ZoneInfo("America/New_York"),), "US"))


def parameters(call_back: CallBack, language: str) -> dict[str, str]:
    """Return the parameters of a call that is planned in a call in this language."""
    agents = {"desk": DESK, "lima": replace(DESK, voices={**DESK.voices, "es-ES": SPANISH})}
    call_backs = CallBacks(replace(SessionHarness().sessions, agents=agents, facts_of=facts_of), "desk", "mark", NOON)
    plan, _ = call_backs.plan(call_back, Caller("+12125550142", "+12125550100", "CA1", language=language))
    return dict(plan.parameters)


@pytest.mark.parametrize(
    ("agent", "language", "begins"),
    [("lima", "es-MX", "es-ES"), ("lima", "es-ES", "es-ES"), ("lima", "fr-FR", ""), (None, "es-ES", "")],
)
def test_it_begins_in_a_language_of_the_agent_that_calls(agent: str | None, language: str, begins: str) -> None:
    assert parameters(CallBack(timedelta(hours=2), agent=agent), language) == {"language": begins}


def test_a_language_that_the_tool_gives_is_kept() -> None:
    asked = CallBack(timedelta(hours=2), agent="lima", parameters={"language": "es-ES"})
    assert parameters(asked, "en-US") == {"language": "es-ES"}


def test_an_agent_that_is_not_there_cannot_call() -> None:
    with pytest.raises(ToolError, match="There is no agent nobody; there is desk, lima"):
        parameters(CallBack(timedelta(hours=2), agent="nobody"), "en-US")
