"""A planned call rings on the laptop: the page and the terminal say so, and one of them answers it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest

from functions import agents
from functions.adapters.dynamodb import DynamoLog, client
from functions.adapters.schedules import EventBridgeScheduler
from functions.relay.log.events import CallPlanned, Entry
from functions.relay.log.keys import Key, call_log
from functions.relay.planning import PlanKey
from local.any_time import at_any_time
from local.dev_stack import DevStack, dev_stack
from local.dialer import Dialer, DialError, Outside, Rings, outside
from local.environment import environ
from local.page.controller import Controller
from local.testing.orders import Orders
from tests.page.conftest import eventually, heard

pytestmark = pytest.mark.slow

PERSON, OURS, AGENT = "+12125550142", "+15550100", "front_desk"


@pytest.fixture(scope="module")
def there() -> Iterator[Outside]:
    with outside() as one:
        yield one


@pytest.fixture(scope="module")
def calling(there: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    """A line whose planned calls ring, with an agent that may call at any time."""
    log = tmp_path_factory.mktemp("log") / "functions.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(agents.AGENTS, AGENT, at_any_time(agents.AGENTS[AGENT]))
        with dev_stack("offline", log=log, twilio=there.url) as one:
            one.schedules.follow(there.rings.come)
            yield one


def plan(line: DevStack, call: str) -> None:
    """Plan a call back of a call, for now: Scheduler itself plans none within a minute."""
    now, log = datetime.now(UTC), call_log(call)
    place = PlanKey(log, Key(1, "plan"))
    planned = CallPlanned(PERSON, OURS, AGENT, int(now.timestamp() * 1000), f"back-{call}", consent="asked for it")
    with environ(line.environment):
        DynamoLog(client(), line.table, 1).append(log, Entry(place.key, planned))
        group, arn = line.environment["HOTLINE_SCHEDULE_GROUP"], "arn:aws:lambda:eu-central-1:123456789012:function:x"
        scheduler = EventBridgeScheduler(boto3.client("scheduler"), group, arn, arn, clock=lambda: 0.0)
        scheduler.plan(place.name, now, place.payload)


def test_a_planned_call_rings_on_the_page_until_it_is_answered(calling: DevStack, there: Outside) -> None:
    with Controller(calling, speed=3.0, there=there, say=lambda _: None).running() as controller:
        plan(calling, "CA1")
        eventually(controller, lambda _: controller.state()["rings"])
        assert controller.state()["news"] == f"{AGENT} calls {PERSON}, as planned."
        controller.do({"do": "answer"})
        eventually(controller, lambda now: "good evening" in heard(now))
        assert not controller.state()["rings"]
        with pytest.raises(DialError, match="No call rings"):
            Dialer(calling, calling.phone(), there).answer(lambda _: None)
        controller.do({"do": "hang up"})


def test_a_planned_call_that_is_not_placed_is_told_with_its_reason() -> None:
    rings, told = Rings(Orders()), list[str]()
    rings.follow(told.append)
    rings.come({"status": "refused", "why": "opted out", "reason": "This person does not want to be called."})
    rings.come(None)
    assert told[0] == "A planned call was not placed: This person does not want to be called."
    assert "its log says why" in told[1]
    assert not rings.ringing
